import { CallFailedError, OutOfTimeError } from '../../../lambda/ecr/retries';
import { TooManyTagsError } from '../../../lambda/protocol/declare';
import { NewerRecordError } from '../../../lambda/protocol/record';
import { FailureKind, describeError, kindOfFailure } from '../../../lambda/registry/failure';
import { named } from '../../support/fake-ecr';

const failed = (name: string, message = 'what ECR said', rest = {}) => new CallFailedError('TagResource', Object.assign(named(name, message), rest));

test.each<[string, unknown, FailureKind]>([
  ['time that is up', new OutOfTimeError('TagResource'), 'passing'],
  ['throttling', failed('ThrottlingException'), 'passing'],
  ['a timeout', failed('TimeoutError'), 'passing'],
  ['a fault of the server', failed('ServerException', 'internal', { $metadata: { httpStatusCode: 500 } }), 'passing'],
  ['a record that has no room', new TooManyTagsError('51 tags'), 'refused'],
  ['tags that others wrote meanwhile, so that ECR had no room', failed('TooManyTagsException'), 'refused'],
  ['a record of a newer version', new NewerRecordError('key', 2, new Map()), 'refused'],
  ['an explicit deny', failed('AccessDeniedException', 'with an explicit deny in a service control policy'), 'refused'],
  ['any other denial', failed('AccessDeniedException', 'no identity-based policy allows it'), 'failed'],
  ['any other error of ECR', failed('InvalidParameterException'), 'failed'],
  ['throttling that is no answer to a call', named('ThrottlingException', 'Rate exceeded'), 'failed'],
  ['what is no error', new CallFailedError('TagResource', 'text'), 'failed'],
])('%s', (_, error, kind) => {
  expect(kindOfFailure(error)).toBe(kind);
});

test.each<[string, unknown, string]>([
  ['as it is', new Error('no'), 'no'],
  ['whole up to 200 characters', new Error('x'.repeat(200)), 'x'.repeat(200)],
  ['cut beyond that', new Error('x'.repeat(201)), `${'x'.repeat(200)}...`],
  ['without what is not printable ASCII', new Error('a\n\u00e9\u{1f600}~'), 'a????~'],
  ['where it is no error', 'text', 'text'],
])('a reason is given %s', (_, error, reason) => {
  expect(describeError(error)).toBe(reason);
});
