import { Tags } from '../../../lambda/ecr/ecr';
import {
  Declaration, DeclaredDeclaration, NewerRecordError, declarationKey, keysOf, newest, originalOf, precedenceFor, readRecord, writeDeclaration,
} from '../../../lambda/protocol/record';
import { Settings } from '../../../src/shared/settings';
import { IMMUTABLE, LOCKED, MUTABLE, longest } from '../../support/settings';

const OWNERSHIP_TAG = 'cdk-ecr-tag-mutability:stack:0123456789ab';
const keyOf = (stack: string, logicalId = 'Tags') => declarationKey(OWNERSHIP_TAG, stack, logicalId);
const KEY = keyOf('a');
const LONG = longest('abcde');
const LONG_ORIGINAL = longest('VWXYZ', 'MUTABLE_WITH_EXCLUSION');
const TOKEN = '0123456789ab';
const SINCE = Date.parse('2026-01-02T03:04:05.678Z');

const CREATED = Date.parse('2026-01-01T00:00:00.000Z');

function byRule(settings: Settings, original?: Settings, { key = KEY, ruleCreated = CREATED } = {}): DeclaredDeclaration {
  return { key, declared: { precedence: { ruleCreated }, stackName: 'my-stack', since: SINCE, token: TOKEN, settings }, original };
}
function declaration(settings: Settings, original?: Settings, { key = KEY, sequence = 1, revision = 0, stackName = 'my-stack' } = {}): DeclaredDeclaration {
  return { key, declared: { precedence: { sequence, revision }, stackName, since: SINCE, token: TOKEN, settings }, original };
}
const edited = (tags: Tags, ...changes: [string, string | undefined][]) =>
  new Map([...new Map<string, string | undefined>([...tags, ...changes])].filter((tag): tag is [string, string] => tag[1] !== undefined));

describe('a declaration', () => {
  const ALL: [string, DeclaredDeclaration][] = [
    ['of a plain setting', declaration(IMMUTABLE, MUTABLE)],
    ['of filters', declaration(LOCKED, { mutability: 'MUTABLE_WITH_EXCLUSION', filters: ['prod-*'] })],
    ['whose original is unknown', declaration(IMMUTABLE, undefined)],
    ['that took over from others', declaration(LOCKED, MUTABLE, { sequence: 12, revision: 3 })],
    ['of one wildcard', declaration({ mutability: 'MUTABLE_WITH_EXCLUSION', filters: ['*', '**', '._-'] }, IMMUTABLE)],
    ['of five filters of 128 characters over five others', declaration(LONG, LONG_ORIGINAL)],
    ['of a rule', byRule(LOCKED, MUTABLE)],
    ['of a rule, with five filters of 128 characters over five others', byRule(LONG, LONG_ORIGINAL)],
    ['of everything at its longest', declaration(LONG, LONG_ORIGINAL, { sequence: 999_999_999, revision: 999_999_999, stackName: 's'.repeat(128) })],
  ];

  test.each(ALL)('%s is read as it was written, in any order of the tags', (_, written) => {
    const tags = [...writeDeclaration(written)];
    expect(readRecord(new Map(tags))).toEqual({ declarations: [written], damaged: [] });
    expect(readRecord(new Map(tags.reverse()))).toEqual({ declarations: [written], damaged: [] });
  });

  test.each(ALL)('%s makes tags that ECR takes', (_, written) => {
    const tags = writeDeclaration(written);
    for (const [key, value] of tags) {
      expect(key).toMatch(/^cdk-ecr-tag-mutability:[A-Za-z0-9 _.:/=+\-@]{1,105}$/);
      expect(value).toMatch(/^1 [A-Za-z0-9 _.:/=+\-@]{1,254}$/);
      expect(value).toBe(value.trim());
    }
    expect(tags.size).toBeLessThanOrEqual(20);
  });

  test('can be read by a person, with @ for the * that a tag cannot hold', () => {
    expect(writeDeclaration(declaration(LOCKED, MUTABLE, { sequence: 3 }))).toEqual(new Map([
      [`${KEY}:declared`, '1 1/1 3.0 by my-stack since 2026-01-02T03:04:05.678Z id 0123456789ab IMMUTABLE_WITH_EXCLUSION latest dev-@'],
      [`${KEY}:original`, '1 1/1 MUTABLE'],
    ]));
    expect(writeDeclaration(declaration(LOCKED)).get(`${KEY}:original`)).toBe('1 1/1 unknown');
  });

  test('of a rule has the time of the rule\'s creation as its precedence', () => {
    expect(writeDeclaration(byRule(LOCKED, MUTABLE)).get(`${KEY}:declared`)).toBe(
      '1 1/1 rule of 2026-01-01T00:00:00.000Z by my-stack since 2026-01-02T03:04:05.678Z id 0123456789ab IMMUTABLE_WITH_EXCLUSION latest dev-@');
  });

  test('of filters of every length takes tags that ECR takes, and no more of them than it needs', () => {
    const withFilter = (length: number): Settings => ({ mutability: 'MUTABLE_WITH_EXCLUSION', filters: ['a'.repeat(128), 'b'.repeat(length)] });
    const parts = Array.from({ length: 128 }, (_, index) => {
      const written = declaration(MUTABLE, withFilter(index + 1));
      const tags = writeDeclaration(written);
      expect(Math.max(...[...tags.values()].map((value) => value.length))).toBeLessThanOrEqual(256);
      expect(readRecord(tags)).toEqual({ declarations: [written], damaged: [] });
      return tags.size - 1;
    });
    const room = 256 - '1 99/99 '.length - 'MUTABLE_WITH_EXCLUSION '.length - 128 - ' '.length;
    expect(parts).toEqual([...Array<number>(room).fill(1), ...Array<number>(128 - room).fill(2)]);
  });

  test('has a key that starts with the hash of its ownership tag, and is its own', () => {
    expect(KEY).toMatch(/^cdk-ecr-tag-mutability:0123456789ab:[0-9a-f]{12}-[0-9a-f]{12}$/);
    expect(new Set([KEY, keyOf('b'), keyOf('a', 'Other')]).size).toBe(3);
    expect(keyOf('a')).toBe(KEY);
  });

  test('is told apart from another one with all its keys', () => {
    const other = declaration(LONG, MUTABLE, { key: keyOf('b'), sequence: 2 });
    const tags = new Map([...writeDeclaration(declaration(IMMUTABLE, MUTABLE)), ...writeDeclaration(other)]);
    expect(readRecord(tags).declarations).toEqual([declaration(IMMUTABLE, MUTABLE), other]);
    expect(keysOf(KEY, tags)).toEqual([`${KEY}:declared`, `${KEY}:original`]);
    expect(keysOf(other.key, tags)).toEqual([...writeDeclaration(other).keys()]);
  });
});

describe('a damaged record', () => {
  const tags = writeDeclaration(declaration(LONG, LONG_ORIGINAL));

  test.each([...tags.keys()])('is what misses the part %s', (key) => {
    const part = key.includes(':declared') ? 'declared' : 'original';
    const { declarations, damaged } = readRecord(edited(tags, [key, undefined]));
    expect(damaged).toEqual([`${KEY}:${part}`]);
    expect(declarations).toEqual([{ ...declaration(LONG, LONG_ORIGINAL), [part]: undefined }]);
  });

  test('is what has two parts exchanged, or a part of another count', () => {
    const [second, third] = [`${KEY}:original.2`, `${KEY}:original.3`];
    expect(readRecord(edited(tags, [second, tags.get(third)], [third, tags.get(second)])).damaged).toEqual([`${KEY}:original`]);
    expect(readRecord(edited(tags, [second, tags.get(second)!.replace(/^1 2\/\d+/, '1 2/9')])).damaged).toEqual([`${KEY}:original`]);
  });

  test.each([
    '', '1', '1 1/1', '1 1/1 ', 'MUTABLE', '0 1/1 MUTABLE', '1 0/1 MUTABLE', '1 2/2 MUTABLE', '1 1/2 MUTABLE', '1 1/0 MUTABLE', '1 1/1 mutable', '1 1/1 FROZEN',
    '1 1/1 Unknown', '1 1/1 __proto__', '1 1/1 MUTABLE dev-@', '1 1/1 IMMUTABLE_WITH_EXCLUSION', '1 1/1 IMMUTABLE_WITH_EXCLUSION  a',
    '1 1/1 IMMUTABLE_WITH_EXCLUSION a a', '1 1/1 IMMUTABLE_WITH_EXCLUSION @a@b@', '1 1/1 IMMUTABLE_WITH_EXCLUSION a/b',
    '1 1/1 IMMUTABLE_WITH_EXCLUSION a b c d e f', `1 1/1 IMMUTABLE_WITH_EXCLUSION ${'a'.repeat(129)}`,
  ])('is an original of %j, which is never restored', (value) => {
    const { declarations, damaged } = readRecord(edited(writeDeclaration(declaration(LOCKED, MUTABLE)), [`${KEY}:original`, value]));
    expect(damaged).toEqual([`${KEY}:original`]);
    expect(originalOf(declarations, KEY)).toBeUndefined();
  });

  const GOOD = '1.0 by my-stack since 2026-01-02T03:04:05.678Z id 0123456789ab IMMUTABLE';
  test.each([
    'unknown', `declared ${GOOD}`, 'by version 2 x', GOOD.replace('1.0', '1'), GOOD.replace('1.0', '-1.0'), GOOD.replace('1.0', '1234567890.0'),
    GOOD.replace('1.0', 'rule'), GOOD.replace('1.0', 'rule of 2026-13-01T00:00:00.000Z'), GOOD.replace('1.0', 'rule of 2026-01-01'), GOOD.replace('1.0', 'rule 1.0'),
    GOOD.replace('my-stack', 'my_stack'), GOOD.replace('my-stack', 's'.repeat(129)), GOOD.replace('2026-01', '2026-13'), GOOD.replace('Z', ''), GOOD.replace(' IMMUTABLE', ''),
    GOOD.replace(' id 0123456789ab', ''), GOOD.replace('0123456789ab', '0123456789AB'), GOOD.replace('0123456789ab', '0123456789'), `${GOOD} dev-@`, `${GOOD}_WITH_EXCLUSION`, `${GOOD} `,
  ])('is a declaration of %j, which has no precedence', (text) => {
    const { declarations, damaged } = readRecord(edited(writeDeclaration(declaration(LOCKED, MUTABLE)), [`${KEY}:declared`, `1 1/1 ${text}`]));
    expect(damaged).toEqual([`${KEY}:declared`]);
    expect(declarations).toEqual([{ key: KEY, declared: undefined, original: MUTABLE }]);
    expect(newest(declarations)).toBeUndefined();
  });

  test.each(['', 'x', 'x:declared', `${KEY.slice(23)}`, `${KEY.slice(23)}:other`, `${KEY.slice(23)}:declared.123`, `${KEY.slice(23)}:declared.x`, '__proto__'])(
    'is a key of this library that it does not write: %j', (rest) => {
      const key = `cdk-ecr-tag-mutability:${rest}`;
      expect(readRecord(new Map([[key, '1 1/1 MUTABLE']]))).toEqual({ declarations: [], damaged: [key] });
    });
});

describe('what is no part of the record', () => {
  const tags = writeDeclaration(declaration(LOCKED, MUTABLE));

  test('is ignored: tags of others, and ownership tags', () => {
    const more = edited(tags, ['team', '2 x'], [OWNERSHIP_TAG, '2 arn'], ['aws:cloudformation:stack-name', 'x'], ['cdk-ecr-tag-mutability', '9 x']);
    expect(readRecord(more)).toEqual({ declarations: [declaration(LOCKED, MUTABLE)], damaged: [] });
  });

  test('is ignored: left-over parts of a longer string, though they go with the declaration', () => {
    const more = edited(tags, [`${KEY}:declared.2`, '1 2/3 left'], [`${KEY}:declared.3`, '1 3/3 over'], [`${KEY}:original.2`, '1 2/2 dev-@']);
    expect(readRecord(more)).toEqual({ declarations: [declaration(LOCKED, MUTABLE)], damaged: [] });
    expect(keysOf(KEY, more)).toHaveLength(5);
  });
});

describe('a record of a newer version', () => {
  test.each([':declared', ':original', ':declared.2', ':something-new', '-new'])('is refused for the tag …%s, which is named', (end) => {
    const tags = edited(writeDeclaration(declaration(LOCKED, MUTABLE)), [`${KEY}${end}`, '2 anything']);
    expect(() => readRecord(tags)).toThrow(NewerRecordError);
    expect(() => readRecord(tags)).toThrow(new RegExp(`tag ${KEY}${end} is of format 2, .* reads format 1\\. Update .* and deploy again\\.`));
  });

  test('is refused by number, not by letter', () => {
    expect(() => readRecord(new Map([[`${KEY}:declared`, '10 x']]))).toThrow(/of format 10,/);
  });

  test('is not what has a number further on: that is damaged', () => {
    expect(readRecord(edited(writeDeclaration(declaration(LOCKED, MUTABLE)), [`${KEY}:original`, 'edited 10 times']))).toMatchObject({ damaged: [`${KEY}:original`] });
  });
});

describe('the precedence of a declaration', () => {
  const at = (key: string, sequence: number, revision = 0) => declaration(IMMUTABLE, MUTABLE, { key, sequence, revision });
  const released = (key: string): Declaration => ({ key, original: MUTABLE });

  test.each<[string, Declaration[], { sequence: number; revision: number }]>([
    ['the first one where there is none', [], { sequence: 1, revision: 0 }],
    ['above all of other stacks', [at(keyOf('b'), 3), at(keyOf('c'), 7), at(keyOf('d'), 2)], { sequence: 8, revision: 0 }],
    ['above all but those that are released', [at(keyOf('b'), 3), released(keyOf('c'))], { sequence: 4, revision: 0 }],
    ['just above its stack\'s other one, under newer stacks', [at(keyOf('a', 'Old'), 2), at(keyOf('b'), 5)], { sequence: 2, revision: 1 }],
    ['above its stack\'s newest', [at(keyOf('a', 'Old'), 2, 4), at(keyOf('a', 'Older'), 2, 1), at(keyOf('a', 'First'), 1, 9)], { sequence: 2, revision: 5 }],
    ['as if it had none itself', [at(KEY, 9), at(keyOf('b'), 1)], { sequence: 2, revision: 0 }],
    ['as if damaged ones were not there', [{ key: keyOf('b'), original: MUTABLE }, { key: keyOf('a', 'Old'), original: MUTABLE }], { sequence: 1, revision: 0 }],
  ])('is %s', (_, declarations, precedence) => {
    expect(precedenceFor(KEY, declarations)).toEqual(precedence);
    expect(precedenceFor(KEY, [...declarations].reverse())).toEqual(precedence);
  });

  test('after the highest one that can be read can be read, too', () => {
    const next = declaration(IMMUTABLE, MUTABLE, precedenceFor(KEY, [at(keyOf('b'), 999_999_999)]));
    expect(readRecord(writeDeclaration(next))).toEqual({ declarations: [next], damaged: [] });
  });

  test.each<[string, Declaration[], number | undefined]>([
    ['none of none', [], undefined],
    ['the highest sequence', [at(keyOf('a'), 1), at(keyOf('b'), 10), at(keyOf('c'), 9)], 1],
    ['not one that is released', [at(keyOf('a'), 1), released(keyOf('b'))], 0],
    ['none where all are released', [released(keyOf('a'))], undefined],
    ['the later revision of one stack', [at(keyOf('a', 'New'), 2, 1), at(keyOf('a', 'Old'), 2)], 0],
    ['the higher sequence, whatever the revisions', [at(keyOf('a', 'New'), 2, 7), at(keyOf('b'), 3)], 1],
  ])('makes newest: %s', (_, declarations, index) => {
    const expected = index === undefined ? undefined : declarations[index];
    expect(newest(declarations)).toBe(expected);
    expect(newest([...declarations].reverse())).toBe(expected);
  });

  test('shared by stacks gives one winner to all readers, and a revision does not change it', () => {
    const tied = ['a', 'b', 'c'].map((stack) => at(keyOf(stack), 4));
    const winner = newest(tied)!;
    for (const [x, y, z] of [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] as const) {
      expect(newest([tied[x]!, tied[y]!, tied[z]!])).toBe(winner);
    }
    // Readers of other versions must come to the same.
    const stackOf = ({ key }: Declaration) => key.split(':')[2]!.split('-')[0]!;
    expect(stackOf(winner)).toBe(tied.map(stackOf).sort().at(-1));
    const loser = ['a', 'b', 'c'].find((stack) => keyOf(stack) !== winner.key)!;
    expect(newest([...tied, at(keyOf(loser, 'New'), 4, 5)])).toBe(winner);
  });
});

describe('the precedence of rules', () => {
  const at = (stack: string, ruleCreated: number, logicalId = 'Rule') => byRule(IMMUTABLE, MUTABLE, { key: keyOf(stack, logicalId), ruleCreated });
  const single = (stack: string, sequence = 1) => declaration(LOCKED, MUTABLE, { key: keyOf(stack), sequence });

  test.each<[string, Declaration[], number]>([
    ['a single declaration, however late the rule came', [single('a'), at('b', SINCE)], 0],
    ['a single declaration, whichever key is higher', [single('b'), at('a', SINCE)], 0],
    ['the newest of several single ones', [at('c', SINCE), single('a'), single('b', 2)], 2],
    ['the rule that was created later', [at('a', CREATED), at('b', CREATED + 1)], 1],
    ['the rule, where the single one is released', [{ key: keyOf('a'), original: MUTABLE }, at('b', CREATED)], 1],
  ])('makes newest: %s', (_, declarations, index) => {
    expect(newest(declarations)).toBe(declarations[index]);
    expect(newest([...declarations].reverse())).toBe(declarations[index]);
  });

  test('gives rules that were created in the same millisecond one winner: the one with the higher key', () => {
    const tied = ['a', 'b', 'c'].map((stack) => at(stack, CREATED));
    const highest = tied.map(({ key }) => key).sort().at(-1);
    expect(newest(tied)?.key).toBe(highest);
    expect(newest([...tied].reverse())?.key).toBe(highest);
  });

  test('has no part in that of single declarations, also of the rule\'s own stack', () => {
    expect(precedenceFor(KEY, [at('a', SINCE), at('b', SINCE)])).toEqual({ sequence: 1, revision: 0 });
    expect(precedenceFor(KEY, [at('a', SINCE), single('b', 7)])).toEqual({ sequence: 8, revision: 0 });
  });
});

test('two declarations of one stack with one precedence, of which an edit made one, have the higher key as the winner', () => {
  const tied = [keyOf('a', 'One'), keyOf('a', 'Two'), keyOf('a', 'Three')].map((key) => declaration(IMMUTABLE, MUTABLE, { key, sequence: 4, revision: 2 }));
  const highest = tied.map(({ key }) => key).sort().at(-1);
  expect(newest(tied)?.key).toBe(highest);
  expect(newest([...tied].reverse())?.key).toBe(highest);
});

describe('the original', () => {
  const others = [{ key: keyOf('b') }, { key: keyOf('c'), original: IMMUTABLE }];

  test('is the own copy, else that of any other, else unknown', () => {
    expect(originalOf([...others, { key: KEY, original: MUTABLE }], KEY)).toEqual(MUTABLE);
    expect(originalOf([{ key: KEY }, ...others], KEY)).toEqual(IMMUTABLE);
    expect(originalOf([{ key: KEY }, { key: keyOf('b') }], KEY)).toBeUndefined();
  });
});
