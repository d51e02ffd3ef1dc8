import { renderPhysicalId, tokenOf } from '../../../lambda/cloudformation/physical-id';
import { BadRequestError, DeclareRequest, namesOf, parseRequest, givenPhysicalId, UntrustedEvent } from '../../../lambda/cloudformation/request';
import { Mutability } from '../../../src/shared/contract';
import { Settings, validateSettings, unknownMutability } from '../../../src/shared/settings';
import { GENERATED_ID } from '../../support/fake-stack';
import { ARN, OTHER_ARN, THIRD_ARN, wildcard } from '../../support/properties';
import { FILTERED, LOCKED } from '../../support/settings';

const REPOSITORY = { arn: ARN, region: 'eu-west-1', registryId: '111122223333', name: 'team-a/api' };
const TOKEN = '0123456789ab';
const ID = renderPhysicalId(ARN, FILTERED, TOKEN);

const event = (RequestType: unknown, rest: object = {}): UntrustedEvent => ({
  RequestType, StackId: 's', RequestId: 'r', LogicalResourceId: 'Tags', PhysicalResourceId: ID, ResourceProperties: { RepositoryArn: ARN, ImageTagMutability: 'IMMUTABLE' }, ...rest,
});
const create = (properties: object) => event('Create', { ResourceProperties: { RepositoryArn: ARN, ImageTagMutability: 'IMMUTABLE', ...properties } });
const refusal = (bad: UntrustedEvent): string => {
  try {
    parseRequest(bad);
  } catch (error) {
    expect(error).toBeInstanceOf(BadRequestError);
    return (error as Error).message;
  }
  throw new Error('was not refused');
};

/** A value with a title that is not as long as the value. */
const titled = (value: unknown): [string, unknown] => [String(JSON.stringify(value)).slice(0, 100), value];

describe('settings', () => {
  test.each<[Mutability, string[] | undefined]>([
    ['MUTABLE', undefined],
    ['IMMUTABLE', undefined],
    ['IMMUTABLE_WITH_EXCLUSION', ['latest', 'dev-*']],
    ['MUTABLE_WITH_EXCLUSION', ['a', 'b', 'c', 'd', `${'x'.repeat(126)}**`]],
  ])('%s with the filters %j are taken as they are', (mutability, filters) => {
    expect(parseRequest(create({
      ImageTagMutability: mutability, ...filters && { ImageTagMutabilityExclusionFilters: filters.map(wildcard) },
    }))).toMatchObject({ type: 'Create', stackId: 's', logicalId: 'Tags', repository: REPOSITORY, settings: { mutability, filters: filters ?? [] } });
  });

  test.each<[Mutability, string[] | undefined]>([
    ['IMMUTABLE_WITH_EXCLUSION', undefined],
    ['MUTABLE_WITH_EXCLUSION', undefined],
    ['MUTABLE', ['dev-*']],
    ['IMMUTABLE', ['dev-*']],
    ['IMMUTABLE', []],
    ['IMMUTABLE_WITH_EXCLUSION', []],
    ['IMMUTABLE_WITH_EXCLUSION', ['a', 'b', 'c', 'd', 'e', 'f']],
    ['MUTABLE_WITH_EXCLUSION', ['']],
    ['MUTABLE_WITH_EXCLUSION', ['x'.repeat(129)]],
    ['MUTABLE_WITH_EXCLUSION', ['with space']],
    ['MUTABLE_WITH_EXCLUSION', ['ä']],
    ['MUTABLE_WITH_EXCLUSION', ['line\n']],
    ['MUTABLE_WITH_EXCLUSION', ['a@b']],
    ['MUTABLE_WITH_EXCLUSION', ['a*b*c*']],
    ['MUTABLE_WITH_EXCLUSION', ['a', 'b', 'a']],
  ])('%s with the filters %j are refused in the words of the construct', (mutability, filters) => {
    const rule = validateSettings(mutability, filters);
    expect(rule).toMatch(/^imageTagMutabilityExclusionFilters /);
    expect(refusal(create({
      ImageTagMutability: mutability, ...filters && { ImageTagMutabilityExclusionFilters: filters.map(wildcard) },
    }))).toBe(rule);
  });

  test.each([
    'FROZEN', 'immutable', '', '__proto__', 'constructor', '\u001b[31mred\n', 'x'.repeat(9_999), undefined, null, true, ['IMMUTABLE'], {},
  ].map(titled))('the unknown mutability %s is refused, bounded and printable', (_, mutability) => {
    const message = refusal(create({ ImageTagMutability: mutability }));
    expect(message).toBe(unknownMutability(mutability));
    expect(message).toMatch(/^imageTagMutability is [\x20-\x7e]{1,400}$/);
  });

  test.each<[string, unknown]>([['string', 'dev-*'], ['object', null], ['object', { 0: wildcard('a'), length: 1 }], ['number', 1]])(
    'filters of type %s (%j) are not a list', (type, filters) => {
      expect(refusal(create({ ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', ImageTagMutabilityExclusionFilters: filters })))
        .toMatch(new RegExp(`^imageTagMutabilityExclusionFilters is of type ${type}, but must be a list`));
    });

  test.each<[unknown]>([
    [null], ['dev-*'], [7], [[]], [{}], [wildcard(undefined)], [wildcard(7)], [wildcard(['dev-*'])],
    [{ ...wildcard('dev-*'), ImageTagMutabilityExclusionFilterType: 'REGEX' }],
    [JSON.parse('{"__proto__":{"ImageTagMutabilityExclusionFilterType":"WILDCARD","ImageTagMutabilityExclusionFilterValue":"a"}}')],
  ])('a list with the filter %j is refused', (filter) => {
    expect(refusal(create({ ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', ImageTagMutabilityExclusionFilters: [wildcard('ok'), filter] })))
      .toContain('has a filter that is not of type WILDCARD');
  });
});

describe('a repository', () => {
  test.each([
    ['arn:aws:ecr:eu-west-1:111122223333:repository/ab', 'eu-west-1', 'ab'],
    ['arn:aws-cn:ecr:cn-north-1:111122223333:repository/team-a/api', 'cn-north-1', 'team-a/api'],
    ['arn:aws-us-gov:ecr:us-gov-west-1:111122223333:repository/a.b_c__d--e/f', 'us-gov-west-1', 'a.b_c__d--e/f'],
    ['arn:aws-iso-b:ecr:us-isob-east-1:111122223333:repository/0/1', 'us-isob-east-1', '0/1'],
    [`arn:aws-us-gov:ecr:us-gov-east-1:111122223333:repository/${'a'.repeat(256)}`, 'us-gov-east-1', 'a'.repeat(256)],
  ])('is read from %s', (arn, region, name) => {
    const repository = { arn, region, registryId: '111122223333', name };
    expect(parseRequest(create({ RepositoryArn: arn }))).toMatchObject({ repository });
    expect(parseRequest(event('Delete', { PhysicalResourceId: arn }))).toMatchObject({ repository, hasGeneratedPhysicalId: false, token: undefined, original: undefined });
  });

  const NOT_AN_ARN: [unknown][] = [
    ['arn:aws:ecr-public:us-east-1:111122223333:repository/api'],
    ['arn:aws:s3:::bucket'],
    ['arn:aws:codecommit:eu-west-1:111122223333:repository/api'],
    ['arn:other:ecr:eu-west-1:111122223333:repository/api'],
    ['arn:aws:ecr:eu-west-1:11112222333:repository/api'],
    ['arn:aws:ecr:eu-west-1:1111222233334:repository/api'],
    ['arn:aws:ecr:eu-west-1:11112222333x:repository/api'],
    ['arn:aws:ecr:eu-west-1::repository/api'],
    ['arn:aws:ecr::111122223333:repository/api'],
    // The SDK throws at these when its client is made.
    ['arn:aws:ecr:-:111122223333:repository/api'],
    ['arn:aws:ecr:eu-west-1-:111122223333:repository/api'],
    ['arn:aws:ecr:fips--x:111122223333:repository/api'],
    [`arn:aws:ecr:${'a'.repeat(64)}:111122223333:repository/api`],
    ['arn:aws:ecr:evil.example/:111122223333:repository/api'],
    ['arn:aws:ecr:eu-west-1:111122223333:repository/'],
    ['arn:aws:ecr:eu-west-1:111122223333:repository/a'],
    ['arn:aws:ecr:eu-west-1:111122223333:repository/*'],
    ['arn:aws:ecr:eu-west-1:111122223333:repository/API'],
    ['arn:aws:ecr:eu-west-1:111122223333:repository/api/'],
    ['arn:aws:ecr:eu-west-1:111122223333:repository/a//b'],
    ['arn:aws:ecr:eu-west-1:111122223333:repository/../b'],
    ['arn:aws:ecr:eu-west-1:111122223333:registry/api'],
    [`arn:aws:ecr:eu-west-1:111122223333:repository/${'a'.repeat(257)}`],
    [`arn:aws:ecr:eu-west-1:111122223333:repository/${'a-'.repeat(99_999)}`],
    [` ${ARN}`], [`${ARN}\n`], [''], [undefined], [null], [7], [[ARN]], [{ toString: () => ARN }],
  ];

  test.each(NOT_AN_ARN.map(([value]) => titled(value)))('is not %s, which is refused, bounded and printable', (_, RepositoryArn) => {
    expect(refusal(create({ RepositoryArn }))).toMatch(/^repository has the ARN [\x20-\x7e]{1,320}, but the ARN of an ECR repository is /);
  });

  test.each(NOT_AN_ARN.map(([value]) => titled(value)))('is not %s, so that a delete without a created resource touches nothing', (_, RepositoryArn) => {
    expect(parseRequest(event('Delete', { PhysicalResourceId: GENERATED_ID, ResourceProperties: { RepositoryArn } })))
      .toEqual({ type: 'Delete', stackId: 's', logicalId: 'Tags', repository: undefined, hasGeneratedPhysicalId: true });
  });

  test('is not what JSON hides under __proto__', () => {
    const properties: object = JSON.parse(`{"__proto__":{"RepositoryArn":"${ARN}","ImageTagMutability":"IMMUTABLE"}}`);
    expect(refusal(event('Create', { ResourceProperties: properties }))).toContain('repository has the ARN of type undefined');
    expect(parseRequest(event('Delete', { PhysicalResourceId: GENERATED_ID, ResourceProperties: properties }))).toMatchObject({ repository: undefined });
    expect(({} as { RepositoryArn?: unknown }).RepositoryArn).toBeUndefined();
  });
});

describe('an event', () => {
  test.each<[unknown]>([[undefined], [null], [''], ['create'], ['__proto__'], [['Create']], [7]])('of the type %j is refused', (type) => {
    expect(refusal(event(type))).toMatch(/^RequestType is not Create, Update or Delete/);
  });

  test.each(['Create', 'Update', 'Delete'].flatMap((type) => ['StackId', 'LogicalResourceId'].flatMap((name) =>
    [undefined, null, '', 7, {}, ['x'], 'x'.repeat(1_025), 'line\n', '\u009b31m', 'ä'].map((value) => ({ type, name, value })))))('$type with the $name $value is refused', ({ type, name, value }) => {
    expect(refusal(event(type, { [name]: value }))).toMatch(new RegExp(`^${name} is missing or not a string`));
  });

  test.each<[unknown]>([[undefined], [null], [''], [7], [{}]])('that deletes the physical id %j is refused', (PhysicalResourceId) => {
    expect(refusal(event('Delete', { PhysicalResourceId }))).toMatch(/^PhysicalResourceId is missing or not a string/);
  });

  test.each<[unknown]>([[undefined], [null], ['text'], [7], [[]], [{}]])('that declares by the properties %j is refused', (ResourceProperties) => {
    expect(refusal(event('Create', { ResourceProperties }))).toMatch(/^repository has the ARN of type undefined/);
    expect(refusal(event('Update', { ResourceProperties }))).toMatch(/^repository has the ARN of type undefined/);
  });

  test('of nothing is refused, also with everything under __proto__', () => {
    expect(refusal({})).toMatch(/^StackId is missing/);
    expect(refusal(JSON.parse(`{"__proto__":${JSON.stringify(event('Create'))}}`))).toMatch(/^StackId is missing/);
  });
});

describe('a create and an update', () => {
  test.each(['Create', 'Update'].flatMap((type) => [undefined, null, '', 7, {}, ['x'], 'x'.repeat(1_025), 'line\n'].map((RequestId) => ({ type, RequestId }))))(
    '$type with the RequestId $RequestId is refused', ({ type, RequestId }) => {
      expect(refusal(event(type, { RequestId }))).toMatch(/^RequestId is missing or not a string/);
    });

  test.each<[unknown]>([[undefined], [null], [''], [7], [{}]])('an update of the physical id %j is refused', (PhysicalResourceId) => {
    expect(refusal(event('Update', { PhysicalResourceId }))).toMatch(/^PhysicalResourceId is missing or not a string/);
  });

  test.each<[unknown, boolean]>([
    ['true', true], [true, true], ['false', false], [false, false], ['', false], [undefined, false], ['TRUE', false], [['true'], false], [{ toString: 'x' }, false],
  ])('have failIfSuperseded of %j as %s', (FailIfSuperseded, expected) => {
    expect(parseRequest(create({ FailIfSuperseded }))).toMatchObject({ failIfSuperseded: expected });
  });
});

describe('a delete', () => {
  const declares = (arn: string, { mutability, filters }: Settings) => ({
    RepositoryArn: arn, ImageTagMutability: mutability, ImageTagMutabilityExclusionFilters: filters.map(wildcard),
  });

  test('is of its physical id, with the original and the token in it, and of what its resource declared', () => {
    expect(parseRequest(event('Delete', { ResourceProperties: declares(ARN, LOCKED) }))).toEqual({
      type: 'Delete',
      stackId: 's',
      logicalId: 'Tags',
      repository: REPOSITORY,
      hasGeneratedPhysicalId: false,
      token: TOKEN,
      original: FILTERED,
      ownSettings: LOCKED,
    });
  });

  test.each<[string, unknown]>([
    ['another repository', declares(OTHER_ARN, LOCKED)],
    ['settings that ECR would refuse', { RepositoryArn: ARN, ImageTagMutability: 'FROZEN' }],
    ['nothing', undefined],
  ])('is of its physical id where the properties say %s, and nothing is known of what it declared', (_, ResourceProperties) => {
    expect(parseRequest(event('Delete', { ResourceProperties }))).toMatchObject({ repository: REPOSITORY, token: TOKEN, original: FILTERED, ownSettings: undefined });
  });

  test('of a failed create has a token and no original', () => {
    expect(parseRequest(event('Delete', { PhysicalResourceId: `${ARN}||${TOKEN}` }))).toMatchObject({ repository: REPOSITORY, token: TOKEN, original: undefined });
  });

  test.each([GENERATED_ID, 'Tags', 'not-created', 'arn:aws:s3:::bucket'])('of the generated id %s is of the properties, and its create may still run', (PhysicalResourceId) => {
    expect(parseRequest(event('Delete', { PhysicalResourceId })))
      .toEqual({ type: 'Delete', stackId: 's', logicalId: 'Tags', repository: REPOSITORY, hasGeneratedPhysicalId: true });
  });

  test.each<[unknown]>([[undefined], [null], ['text'], [[]], [{}]])('of a generated id with the properties %j is of no repository', (ResourceProperties) => {
    expect(parseRequest(event('Delete', { PhysicalResourceId: GENERATED_ID, ResourceProperties })))
      .toEqual({ type: 'Delete', stackId: 's', logicalId: 'Tags', repository: undefined, hasGeneratedPhysicalId: true });
  });

  test('needs no RequestId', () => {
    expect(parseRequest(event('Delete', { RequestId: undefined }))).toMatchObject({ token: TOKEN });
  });
});

describe('what was there before', () => {
  const OLD = { RepositoryArn: ARN, ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', ImageTagMutabilityExclusionFilters: [wildcard('dev-*')] };
  const OLD_SETTINGS = { mutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['dev-*'] };
  const NOW = { mutability: 'IMMUTABLE', filters: [] };
  const past = (type: string, rest: object) => {
    const request = parseRequest(event(type, { ResourceProperties: { RepositoryArn: ARN, ImageTagMutability: 'IMMUTABLE' }, ...rest }));
    const { token, newToken, original, physicalId, ownSettings, abandoned } = request as DeclareRequest;
    expect(newToken).toBe(tokenOf('r'));
    return { token, original, physicalId, ownSettings, abandoned: abandoned?.arn };
  };
  const OF_THE_REQUEST = { token: undefined, original: undefined, physicalId: undefined, ownSettings: [], abandoned: undefined };

  test('an update of the same repository keeps its id, with the original and the token in it; it may have set what it declared and declares', () => {
    expect(past('Update', { OldResourceProperties: OLD }))
      .toEqual({ token: TOKEN, original: FILTERED, physicalId: ID, ownSettings: [OLD_SETTINGS, NOW], abandoned: undefined });
  });

  test('an update of an id that is only an ARN knows no original, and gets a token of its own', () => {
    expect(past('Update', { PhysicalResourceId: ARN, OldResourceProperties: OLD }))
      .toEqual({ ...OF_THE_REQUEST, physicalId: ARN, ownSettings: [OLD_SETTINGS, NOW] });
  });

  test('an update back to the repository of its id, after a replacement that failed, abandons the other one', () => {
    expect(past('Update', { OldResourceProperties: { ...OLD, RepositoryArn: OTHER_ARN } }))
      .toEqual({ token: TOKEN, original: FILTERED, physicalId: ID, ownSettings: [NOW], abandoned: OTHER_ARN });
  });

  test('a third repository, which neither the id nor the properties name, is abandoned', () => {
    const id = renderPhysicalId(THIRD_ARN, FILTERED, TOKEN);
    expect(past('Update', { PhysicalResourceId: id, OldResourceProperties: { ...OLD, RepositoryArn: OTHER_ARN } }))
      .toEqual({ ...OF_THE_REQUEST, abandoned: OTHER_ARN });
  });

  test.each<[string, string, object]>([
    ['a replacement', 'Update', { PhysicalResourceId: renderPhysicalId(OTHER_ARN, FILTERED, TOKEN), OldResourceProperties: { ...OLD, RepositoryArn: OTHER_ARN } }],
    ['the rollback of a replacement, whose id names what the old properties do', 'Update', { PhysicalResourceId: `${OTHER_ARN}|MUTABLE|${TOKEN}`, OldResourceProperties: { ...OLD, RepositoryArn: OTHER_ARN } }],
    ['a replacement without old properties', 'Update', { PhysicalResourceId: OTHER_ARN }],
    ['a replacement with old properties that are a string', 'Update', { PhysicalResourceId: OTHER_ARN, OldResourceProperties: 'string' }],
  ])('%s knows nothing of the sort, and has a token of its request', (_, type, rest) => {
    expect(past(type, rest)).toEqual(OF_THE_REQUEST);
  });

  test.each([[{ PhysicalResourceId: undefined }], [{ OldResourceProperties: OLD }]])('a create has the token of its request, and knows nothing else, with %j', (rest) => {
    expect(past('Create', rest)).toEqual({ ...OF_THE_REQUEST, token: tokenOf('r') });
  });

  test('old settings that ECR would refuse are none of an update\'s own', () => {
    expect(past('Update', { OldResourceProperties: { ...OLD, ImageTagMutability: 'IMMUTABLE' } })).toMatchObject({ ownSettings: [NOW] });
  });

  test('an update of an id that is no repository\'s keeps that id, and declares as one that was there', () => {
    expect(past('Update', { PhysicalResourceId: GENERATED_ID, OldResourceProperties: OLD }))
      .toEqual({ ...OF_THE_REQUEST, physicalId: GENERATED_ID, ownSettings: [OLD_SETTINGS, NOW] });
  });
});

describe('the physical id that is given', () => {
  test.each<[string, UntrustedEvent, string]>([
    ['to a create: the ARN and the token of its request, without an original', event('Create', { PhysicalResourceId: undefined }), `${ARN}||${tokenOf('r')}`],
    ['to a create, whatever id it comes with', event('Create', { PhysicalResourceId: 'x' }), `${ARN}||${tokenOf('r')}`],
    ['to a create without a RequestId, too', event('Create', { RequestId: { toString: 'x' } }), `${ARN}||${tokenOf('')}`],
    ['to an update', event('Update'), ID],
    ['to an update that comes with another repository', event('Update', { ResourceProperties: { RepositoryArn: OTHER_ARN } }), ID],
    ['to a delete', event('Delete', { ResourceProperties: { RepositoryArn: OTHER_ARN } }), ID],
    ['to a delete of a generated id', event('Delete', { PhysicalResourceId: GENERATED_ID }), GENERATED_ID],
    ['to a request of no type', event('Read'), ID],
    ['to an update without an id, as to a create', event('Update', { PhysicalResourceId: undefined }), `${ARN}||${tokenOf('r')}`],
    ['to an update with an empty id, as to a create', event('Update', { PhysicalResourceId: '' }), `${ARN}||${tokenOf('r')}`],
    ['a string of its own where the logical id is none', event('Create', { LogicalResourceId: 7, ResourceProperties: {} }), 'not-created'],
    ['the logical id where there is none, or an empty one, and no repository', event('Create', { PhysicalResourceId: '', ResourceProperties: {} }), 'Tags'],
    ['a string of its own where nothing is named', event('Create', { PhysicalResourceId: 7, LogicalResourceId: '', ResourceProperties: {} }), 'not-created'],
  ])('is %s', (_, given, id) => expect(givenPhysicalId(given)).toBe(id));
});

test('characters of an ARN that do not print are shown as ?', () => {
  expect(refusal(create({ RepositoryArn: 'arn:\u001b' }))).toContain('\'arn:?\'');
});

test('of names that are no strings, none is logged', () => {
  expect(namesOf({ RequestType: ['Create'], RequestId: { toString: () => 'request' }, StackId: undefined, LogicalResourceId: 'Tags' })).toEqual({ logicalId: 'Tags' });
});
