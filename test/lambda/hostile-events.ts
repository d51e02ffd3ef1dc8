import { createHash } from 'node:crypto';
import * as fc from 'fast-check';

/** A valid event, and what is then done to it: small and readable where a test that fails prints it. */
export interface Recipe {
  readonly type: 'Create' | 'Update' | 'Delete';
  readonly base: { readonly arn: string; readonly settings: readonly [mutability: string, ...filters: string[]] };
  readonly changes: readonly Change[];
  /** Whether the event, as it then is, comes inside of something else. */
  readonly wrapped: keyof typeof WRAPPINGS;
}

/** A field, by its path, and what stands there instead. */
export interface Change {
  readonly at: string;
  readonly value: Value;
}

/** A value, or one that is too unwieldy to print, by its name. */
type Value = { readonly is: unknown } | { readonly named: keyof typeof UNWIELDY } | 'removed';

const ACCOUNT = '111122223333';
const REQUEST = 'c0ffee00-0000-4000-8000-000000000000';
/** The token of a create, which all of these events have the RequestId of. */
const TOKEN = createHash('sha256').update(REQUEST).digest('hex').slice(0, 12);
const STACK = `arn:aws:cloudformation:eu-west-1:${ACCOUNT}:stack/my-stack/5f3c1a90-0000-11ee-be56-0242ac120002`;
const GENERATED_ID = 'my-stack-Tags-1ABCDEFGHIJKL';
const wildcard = (filter: unknown) => ({ ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: filter });

const UNWIELDY = {
  'a million characters': 'x'.repeat(1_000_000),
  'a long list': Array(10_000).fill('x'),
  'a long list of filters': Array.from({ length: 2_000 }, (_, index) => wildcard(`f${index}`)),
  'a deep list': JSON.parse(`${'['.repeat(2_000)}${']'.repeat(2_000)}`),
  'a deep object': JSON.parse(`${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`),
  '5,000 letters of three bytes': '日'.repeat(5_000),
  '5,000 pairs of surrogates': '🚀'.repeat(5_000),
  '5,000 halves of pairs': '\ud83d'.repeat(5_000),
  '5,000 control characters': '\u0001'.repeat(5_000),
  '1,024 quotes': '"'.repeat(1_024),
  '1,024 letters': 'i'.repeat(1_024),
  'a long name': `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/${'a-'.repeat(100_000)}`,
  'a filter of 129 characters': wildcard('f'.repeat(129)),
  'a filter of a million characters': wildcard('f'.repeat(1_000_000)),
} as const;

const WRAPPINGS = {
  'as it is': (event: unknown) => event,
  'in a list': (event: unknown) => [event],
  'in a string': (event: unknown) => JSON.stringify(event),
  'in a field': (event: unknown) => ({ Records: [event] }),
  'in __proto__': (event: unknown) => JSON.parse(`{"__proto__":${JSON.stringify(event)}}`),
  'with __proto__ and constructor': (event: unknown) => JSON.parse(
    JSON.stringify(event).replace(/^\{/, '{"__proto__":{"RequestType":"Delete"},"constructor":{"prototype":{"RepositoryArn":"x"}},'),
  ),
  'not at all': () => null,
} as const;

const VALID_ARNS = [
  `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/team/app`,
  'arn:aws:ecr:us-east-1:999988887777:repository/of-another-account',
  `arn:aws-cn:ecr:cn-north-1:${ACCOUNT}:repository/a.b_c__d--e/f`,
  `arn:aws-us-gov:ecr:us-gov-west-1:${ACCOUNT}:repository/${'g'.repeat(256)}`,
  `arn:aws-iso-b:ecr:us-isob-east-1:${ACCOUNT}:repository/00`,
];
const BROKEN_ARNS = [
  'arn:aws:s3:::bucket', `arn:aws:ecr-public::${ACCOUNT}:repository/app`, `arn:aws:codecommit:eu-west-1:${ACCOUNT}:app`,
  `arn:azure:ecr:eu-west-1:${ACCOUNT}:repository/app`, 'arn:aws:ecr:eu-west-1:1111:repository/app', `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/`,
  `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/Team`, `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/a//b`, `arn:aws:ecr:*:${ACCOUNT}:repository/app`,
  `arn:aws:ecr:-:${ACCOUNT}:repository/app`, `arn:aws:ecr:eu-west-1-:${ACCOUNT}:repository/app`, `arn:aws:ecr:fips--x:${ACCOUNT}:repository/app`,
  `arn:aws:ecr:eu-west-1.evil.example:${ACCOUNT}:repository/app`, `arn:aws:ecr:${'a'.repeat(64)}:${ACCOUNT}:repository/app`,
  `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/app\n`, ` arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/app`, `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/äpp`,
];
const VALID_SETTINGS: Recipe['base']['settings'][] = [
  ['MUTABLE'], ['IMMUTABLE'], ['IMMUTABLE_WITH_EXCLUSION', 'latest', 'dev-*'], ['MUTABLE_WITH_EXCLUSION', 'v*.*', '0', '_', 'A-Z', 'f'.repeat(128)],
];
/** Not one of them can be responded to: nothing is sent anywhere. */
const UNUSABLE_URLS = [
  'http://signature.example/', 'ftp://127.0.0.1/signature', 'javascript:signature', 'signature', '//127.0.0.1/signature', 'http://127.0.0.1@signature.example/',
  'http://localhost.signature.example/', 'http://127.0.0.1.signature.example/', 'http://169.254.169.254/signature', 'file:///signature', 'https://', 'http://[::2]/signature',
];

/** In a physical id, and what of it a delete may restore. */
const ORIGINALS = ['MUTABLE', 'IMMUTABLE', 'IMMUTABLE_WITH_EXCLUSION latest dev-*', `MUTABLE_WITH_EXCLUSION ${'f'.repeat(128)}`];
const BROKEN_ORIGINALS = [
  'FROZEN', '__proto__', 'MUTABLE a', 'IMMUTABLE_WITH_EXCLUSION', 'MUTABLE_WITH_EXCLUSION a b c d e f', 'MUTABLE_WITH_EXCLUSION a/b', 'MUTABLE_WITH_EXCLUSION a a',
];

const MUTABILITY = 'ResourceProperties.ImageTagMutability';
const FILTERS = 'ResourceProperties.ImageTagMutabilityExclusionFilters';

/** For a field what nearly fits there, and so gets past the first checks. */
const NEAR: Record<string, readonly unknown[]> = {
  'RequestType': ['Create', 'Update', 'Delete', 'create', 'Read', 'Create ', '__proto__', 'constructor', 'toString', ['Create']],
  'ResponseURL': UNUSABLE_URLS,
  'StackId': ['another-stack', STACK, 'line\nbreak', '\u001b[31mred', 'näher', '\ud800'],
  'RequestId': ['another-request', 'line\nbreak', '\ud800'],
  'LogicalResourceId': ['Another', '__proto__', '\u009b31m', '日本', ' '],
  'PhysicalResourceId': [
    ...VALID_ARNS, ...BROKEN_ARNS, GENERATED_ID, 'not-created', '\u0000',
    ...VALID_ARNS.flatMap((arn) => ORIGINALS.map((original) => `${arn}|${original}|${TOKEN}`)),
    ...VALID_ARNS.flatMap((arn) => BROKEN_ORIGINALS.map((original) => `${arn}|${original}|${TOKEN}`)),
    ...VALID_ARNS.flatMap((arn) => ['ffffffffffff', 'fffffffffff', TOKEN.toUpperCase(), ''].map((token) => `${arn}|MUTABLE|${token}`)),
    ...BROKEN_ARNS.map((arn) => `${arn}|MUTABLE|${TOKEN}`), `|MUTABLE|${TOKEN}`, '||', `${VALID_ARNS[0]}|MUTABLE|${TOKEN}|`,
  ],
  'ResourceProperties': [{}, { ServiceToken: 'x' }, 'RepositoryArn', [['RepositoryArn', VALID_ARNS[0]]]],
  'ResourceProperties.RepositoryArn': [...VALID_ARNS, ...BROKEN_ARNS, [VALID_ARNS[0]], { Ref: 'Repository' }, '${Token[TOKEN.1]}'],
  'ResourceProperties.ServiceTimeout': ['900', 900, 'x'],
  'ResourceProperties.FailIfSuperseded': ['true', true, 'false', '', 1, ['true'], {}],
  [MUTABILITY]: ['MUTABLE', 'IMMUTABLE', 'IMMUTABLE_WITH_EXCLUSION', 'MUTABLE_WITH_EXCLUSION', 'immutable', 'IMMUTABLE ', '__proto__', ['IMMUTABLE']],
  [FILTERS]: [
    [], [wildcard('dev-*')], ['a', 'b', 'c', 'd', 'e'].map(wildcard), ['a', 'b', 'c', 'd', 'e', 'f'].map(wildcard), ['a', 'b', 'a'].map(wildcard), wildcard('dev-*'),
    { 0: wildcard('a'), length: 1 }, ['dev-*'], [null], [[wildcard('a')]], [wildcard('a'), {}],
  ],
  [`${FILTERS}.0`]: [
    ...['*', '**', '***', 'a*b*c*', 'a b', 'ä', 'a@b', 'a/b', '', 'line\n', 7, null, ['a']].map(wildcard),
    { ...wildcard('a'), ImageTagMutabilityExclusionFilterType: 'REGEX' }, { ImageTagMutabilityExclusionFilterValue: 'a' }, { filterType: 'WILDCARD', filter: 'a' },
  ],
  'OldResourceProperties': [{}, [], { RepositoryArn: VALID_ARNS[0], ImageTagMutability: 'IMMUTABLE' }],
  'OldResourceProperties.RepositoryArn': [...VALID_ARNS, ...BROKEN_ARNS],
  'OldResourceProperties.ImageTagMutability': ['IMMUTABLE', 'IMMUTABLE_WITH_EXCLUSION', 'x', '__proto__'],
};

/** Values of every type, for any field. */
const anything: fc.Arbitrary<Value> = fc.oneof(
  fc.constant('removed' as const),
  fc.constantFrom(...Object.keys(UNWIELDY) as (keyof typeof UNWIELDY)[]).map((named) => ({ named })),
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1e21, '', ' ', '\u0000', '\ud800', 'null', [], [[]], {}, [''], { length: 1 }, { toString: 'x' }).map((is) => ({ is })),
  fc.string({ unit: 'binary' }).map((is) => ({ is })),
  fc.string({ unit: 'grapheme' }).map((is) => ({ is })),
  fc.jsonValue().map((is) => ({ is })),
  fc.constantFrom('{"__proto__":{"RepositoryArn":"x"}}', '{"constructor":{"prototype":{"x":1}}}', '{"__proto__":null}').map((json) => ({ is: JSON.parse(json) })),
);

const changeAt = (at: string): fc.Arbitrary<Change> => fc.record({
  at: fc.constant(at),
  value: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...NEAR[at]!).map((is) => ({ is })) }, { weight: 2, arbitrary: anything }),
});

const severalChanges = fc.oneof(
  { weight: 1, arbitrary: fc.constant([]) },
  { weight: 8, arbitrary: fc.array(fc.constantFrom(...Object.keys(NEAR)).chain(changeAt), { minLength: 1, maxLength: 3 }) },
  // Only together do these two leave a delete without a repository.
  { weight: 1, arbitrary: fc.tuple(changeAt('PhysicalResourceId'), changeAt('ResourceProperties.RepositoryArn')) },
);

export const recipes: fc.Arbitrary<Recipe> = fc.record({
  type: fc.constantFrom('Create', 'Update', 'Delete'),
  base: fc.record({ arn: fc.constantFrom(...VALID_ARNS), settings: fc.constantFrom(...VALID_SETTINGS) }),
  changes: severalChanges,
  wrapped: fc.oneof(
    { weight: 9, arbitrary: fc.constant('as it is' as const) },
    { weight: 1, arbitrary: fc.constantFrom(...Object.keys(WRAPPINGS) as (keyof typeof WRAPPINGS)[]) },
  ),
});

/** The event of a recipe, as Lambda hands it over: made from JSON. */
export function cook({ type, base, changes, wrapped }: Recipe, ResponseURL: string): unknown {
  const [ImageTagMutability, ...filters] = base.settings;
  const event: any = {
    RequestType: type,
    ResponseURL,
    StackId: STACK,
    RequestId: REQUEST,
    LogicalResourceId: 'Tags',
    ...type !== 'Create' && { PhysicalResourceId: `${base.arn}||${TOKEN}` },
    ResourceProperties: {
      ServiceToken: `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:f`,
      RepositoryArn: base.arn,
      ImageTagMutability,
      ...filters.length > 0 && { ImageTagMutabilityExclusionFilters: filters.map(wildcard) },
    },
    ...type === 'Update' && { OldResourceProperties: { RepositoryArn: base.arn, ImageTagMutability: 'MUTABLE' } },
  };
  for (const { at, value } of changes) {
    const path = at.split('.');
    const last = path.pop()!;
    const parent = path.reduce((inner, key) => typeof inner === 'object' && inner !== null ? inner[key] : undefined, event);
    if (typeof parent === 'object' && parent !== null) {
      if (value === 'removed') {
        delete parent[last];
      } else {
        parent[last] = 'named' in value ? UNWIELDY[value.named] : value.is;
      }
    }
  }
  return JSON.parse(JSON.stringify(WRAPPINGS[wrapped](event)));
}

/** What must come of an event, by ECR's and CloudFormation's documents: the tests' own opinion, which shares nothing with the handler's. */
interface JudgedSettings {
  readonly mutability: string;
  readonly filters: string[];
}

export type Verdict =
  | { readonly is: 'without a URL' | 'refused' | 'of nothing' }
  | { readonly is: 'declares'; readonly arn: string; readonly settings: JudgedSettings }
  /** A token is that of a create; the original is the one that the physical id has. */
  | { readonly is: 'releases'; readonly arn: string; readonly isOtherCreate: boolean; readonly original?: JudgedSettings };

export function judge(input: any, server: string): Verdict {
  const event = typeof input === 'object' && input !== null ? input : {};
  if (typeof event.ResponseURL !== 'string' || !event.ResponseURL.startsWith(server)) {
    return { is: 'without a URL' };
  }
  const isId = (value: unknown) => typeof value === 'string' && value.length >= 1 && value.length <= 1_024 && [...value].every((letter) => letter >= ' ' && letter <= '~');
  const properties = event.ResourceProperties ?? {};
  if (!isId(event.StackId) || !isId(event.LogicalResourceId)) {
    return { is: 'refused' };
  }
  switch (event.RequestType) {
    case 'Create':
    case 'Update': {
      if (!isId(event.RequestId) || (event.RequestType === 'Update' && !isId(event.PhysicalResourceId))) {
        return { is: 'refused' };
      }
      const settings = settingsOf(properties);
      return isRepositoryArn(properties.RepositoryArn) && settings ? { is: 'declares', arn: properties.RepositoryArn, settings } : { is: 'refused' };
    }
    case 'Delete': {
      if (!isId(event.PhysicalResourceId)) {
        return { is: 'refused' };
      }
      const [idArn, original, token] = event.PhysicalResourceId.split('|');
      if (isRepositoryArn(idArn)) {
        const isOtherCreate = /^[0-9a-f]{12}$/.test(token) && token !== TOKEN;
        const [mutability, ...filters] = (ORIGINALS.includes(original) ? original : '').split(' ');
        return { is: 'releases', arn: idArn, isOtherCreate, ...mutability && { original: { mutability, filters } } };
      }
      const arn = properties.RepositoryArn;
      return isRepositoryArn(arn) ? { is: 'releases', arn, isOtherCreate: false } : { is: 'of nothing' };
    }
    default:
      return { is: 'refused' };
  }
}

/** Of the hostile ones each is listed, so that none need be recognised. */
const isRepositoryArn = (value: unknown): value is string => VALID_ARNS.includes(value as string);

function settingsOf({ ImageTagMutability: mutability, ImageTagMutabilityExclusionFilters: list }: any) {
  if (mutability === 'MUTABLE' || mutability === 'IMMUTABLE') {
    return list === undefined ? { mutability, filters: [] } : undefined;
  }
  if ((mutability !== 'MUTABLE_WITH_EXCLUSION' && mutability !== 'IMMUTABLE_WITH_EXCLUSION') || !Array.isArray(list) || list.length < 1 || list.length > 5) {
    return undefined;
  }
  const filters: unknown[] = list.map((item) => item?.ImageTagMutabilityExclusionFilterType === 'WILDCARD' ? item.ImageTagMutabilityExclusionFilterValue : undefined);
  const good = (filter: unknown): filter is string => typeof filter === 'string' && /^[0-9a-zA-Z._*-]{1,128}$/.test(filter) && filter.split('*').length <= 3;
  return filters.every(good) && new Set(filters).size === filters.length ? { mutability, filters } : undefined;
}
