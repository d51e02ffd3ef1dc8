import { BadRequestError, namesOf, parseRequest, physicalIdOf, UntrustedEvent } from '../../lambda/request';
import { Mutability } from '../../src/shared/contract';
import { validateSettings, unknownMutability } from '../../src/shared/settings';

const ARN = 'arn:aws:ecr:eu-west-1:111122223333:repository/team-a/api';
const REPOSITORY = { arn: ARN, region: 'eu-west-1', registryId: '111122223333', name: 'team-a/api' };
const INVENTED = 'my-stack-Tags-1ABCDEFGHIJKL';
const wildcard = (filter: unknown) => ({ ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: filter });

const event = (RequestType: unknown, rest: object = {}): UntrustedEvent => ({
  RequestType, StackId: 's', LogicalResourceId: 'Tags', PhysicalResourceId: ARN, ResourceProperties: { RepositoryArn: ARN, ImageTagMutability: 'IMMUTABLE' }, ...rest,
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
    expect(parseRequest(event('Delete', { PhysicalResourceId: arn }))).toMatchObject({ repository, createUnanswered: false });
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
    expect(parseRequest(event('Delete', { PhysicalResourceId: INVENTED, ResourceProperties: { RepositoryArn } })))
      .toEqual({ type: 'Delete', stackId: 's', logicalId: 'Tags', repository: undefined, createUnanswered: true });
  });

  test('is not what JSON hides under __proto__', () => {
    const properties: object = JSON.parse(`{"__proto__":{"RepositoryArn":"${ARN}","ImageTagMutability":"IMMUTABLE"}}`);
    expect(refusal(event('Create', { ResourceProperties: properties }))).toContain('repository has the ARN of type undefined');
    expect(parseRequest(event('Delete', { PhysicalResourceId: INVENTED, ResourceProperties: properties }))).toMatchObject({ repository: undefined });
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

describe('a delete', () => {
  test('is of its physical id, whatever the properties say', () => {
    expect(parseRequest(event('Delete', { ResourceProperties: { RepositoryArn: ARN.replace('team-a', 'team-b'), ImageTagMutability: 'FROZEN' } })))
      .toEqual({ type: 'Delete', stackId: 's', logicalId: 'Tags', repository: REPOSITORY, createUnanswered: false });
  });

  test.each([INVENTED, 'Tags', 'not-created', 'arn:aws:s3:::bucket'])('of the invented id %s is of the properties, and its create may still run', (PhysicalResourceId) => {
    expect(parseRequest(event('Delete', { PhysicalResourceId })))
      .toEqual({ type: 'Delete', stackId: 's', logicalId: 'Tags', repository: REPOSITORY, createUnanswered: true });
  });

  test.each<[unknown]>([[undefined], [null], ['text'], [[]], [{}]])('of an invented id with the properties %j is of no repository', (ResourceProperties) => {
    expect(parseRequest(event('Delete', { PhysicalResourceId: INVENTED, ResourceProperties })))
      .toEqual({ type: 'Delete', stackId: 's', logicalId: 'Tags', repository: undefined, createUnanswered: true });
  });
});

describe('what a resource may have set there before', () => {
  const OLD = { RepositoryArn: ARN, ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', ImageTagMutabilityExclusionFilters: [wildcard('dev-*')] };
  const OTHER = `${ARN}-2`;
  const NOW = { mutability: 'IMMUTABLE', filters: [] };
  const past = (type: string, rest: object) => {
    const request = parseRequest(event(type, { ResourceProperties: { RepositoryArn: ARN, ImageTagMutability: 'IMMUTABLE' }, ...rest }));
    return request.type === 'Delete' ? 'a delete' : [request.notOriginal, request.abandoned?.arn];
  };

  test('is what an update of the same repository declared and declares', () => {
    expect(past('Update', { PhysicalResourceId: ARN, OldResourceProperties: OLD }))
      .toEqual([[{ mutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['dev-*'] }, NOW], undefined]);
  });

  test('is what it declares again, where a replacement is taken back that was never answered; the other repository is abandoned', () => {
    expect(past('Update', { PhysicalResourceId: ARN, OldResourceProperties: { ...OLD, RepositoryArn: OTHER } })).toEqual([[NOW], OTHER]);
  });

  test.each<[string, string, object]>([
    ['a create', 'Create', { OldResourceProperties: OLD }],
    ['a replacement', 'Update', { PhysicalResourceId: OTHER, OldResourceProperties: { ...OLD, RepositoryArn: OTHER } }],
    ['old settings that ECR would refuse', 'Update', { PhysicalResourceId: ARN, OldResourceProperties: { ...OLD, ImageTagMutability: 'IMMUTABLE' } }],
    ['no old properties', 'Update', { PhysicalResourceId: OTHER }],
    ['old properties that are a text', 'Update', { PhysicalResourceId: OTHER, OldResourceProperties: 'text' }],
  ])('is nothing for %s', (_, type, rest) => {
    expect(past(type, rest)).toEqual([[], undefined]);
  });
});

describe('the physical id', () => {
  test.each<[string, object, string]>([
    ['the ARN of what is declared', event('Create', { ResourceProperties: { RepositoryArn: ARN } }), ARN],
    ['the ARN, also where an update comes with another one', event('Update', { PhysicalResourceId: `${ARN}-2`, ResourceProperties: { RepositoryArn: ARN } }), ARN],
    ['the one that a delete comes with', event('Delete', { PhysicalResourceId: `${ARN}-2`, ResourceProperties: { RepositoryArn: ARN } }), `${ARN}-2`],
    ['the former one where no repository is named', event('Update', { PhysicalResourceId: `${ARN}-2`, ResourceProperties: {} }), `${ARN}-2`],
    ['the logical id where there is none, or an empty one', event('Create', { PhysicalResourceId: '', ResourceProperties: {} }), 'Tags'],
    ['a text of its own where nothing is named', event('Create', { PhysicalResourceId: 7, LogicalResourceId: '', ResourceProperties: {} }), 'not-created'],
  ])('is %s', (_, given, id) => expect(physicalIdOf(given)).toBe(id));
});

test('characters of an ARN that do not print are shown as ?', () => {
  expect(refusal(create({ RepositoryArn: 'arn:\u001b' }))).toContain('\'arn:?\'');
});

test('of names that are no texts, none is logged', () => {
  expect(namesOf({ RequestType: ['Create'], RequestId: { toString: () => 'request' }, StackId: undefined, LogicalResourceId: 'Tags' })).toEqual({ logicalId: 'Tags' });
});
