import { CallError, calling, describeError } from '../../cli/errors';
import { named } from '../support/fake-ecr';

const coded = (code: string, message: string) => Object.assign(new Error(message), { code });

test.each([
  ['no credentials', named('CredentialsProviderError', 'Could not load credentials from any providers'), 'no valid credentials (Could not load credentials from any providers). Sign in'],
  ['an expired session', named('ExpiredTokenException', 'The security token included in the request is expired'), 'the session has expired. Sign in'],
  ['an unknown key', named('UnrecognizedClientException', 'The security token included in the request is invalid.'), 'does not take these credentials in region eu-west-1'],
  ['a denial', named('AccessDeniedException', 'User: me is not authorized'), 'no permission (User: me is not authorized)'],
  ['a region that is not there', coded('ENOTFOUND', 'getaddrinfo ENOTFOUND api.ecr.eu-west-1.amazonaws.com'), 'Is there a region eu-west-1'],
  ['a closed port', coded('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1'), 'no answer (connect ECONNREFUSED 127.0.0.1:1)'],
  ['several addresses', Object.assign(new AggregateError([coded('ECONNREFUSED', 'connect ECONNREFUSED ::1:1')]), { code: 'ECONNREFUSED' }), 'no answer (connect ECONNREFUSED ::1:1)'],
  ['anything else', named('ServerException', 'try again'), 'ServerException: try again'],
  ['what is no error', 'text', 'Error: text'],
])('%s', (_, error, expected) => {
  expect(describeError(error, 'eu-west-1')).toContain(expected);
});

test('of several lines the first is shown', () => {
  expect(describeError(new Error('the cause\na hint for programmers'), 'eu-west-1')).toBe('Error: the cause');
});

test('what a terminal would obey is left out', () => {
  expect(describeError(new Error('a\u001b[2Jb'), 'eu-west-1')).toBe('Error: a [2Jb');
});

test('a failed call is named, once', async () => {
  const denied = () => Promise.reject(named('AccessDeniedException', 'not you'));
  const nested = calling('outer', 'eu-west-1', () => calling('ecr:DescribeRepositories', 'eu-west-1', denied));
  const error = await nested.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CallError);
  expect((error as CallError).message).toBe('ecr:DescribeRepositories failed: no permission (not you)');
});
