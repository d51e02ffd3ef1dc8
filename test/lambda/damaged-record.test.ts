import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { readRecord } from '../../lambda/record';
import { TAG_PREFIX } from '../../src/shared/contract';
import { Settings, areValidSettings } from '../../src/shared/settings';
import { FakeEcr } from '../support/fake-ecr';
import { ARN, FILTERED, FORGED_KEY, IMMUTABLE, INVENTED, LOCKED, MUTABLE, OF_OTHER, Stack } from '../support/fake-stack';

const ORIGINAL = FILTERED;
const DECLARED = LOCKED;
const UPDATED = IMMUTABLE;
const FORGED: Settings = { mutability: 'MUTABLE_WITH_EXCLUSION', filters: ['forged-*'] };

/** The one repository and the stack that declared it. */
interface Declared {
  readonly ecr: FakeEcr;
  readonly stack: Stack;
  readonly tag: Readonly<Record<'declared' | 'original' | 'mark', string>>;
}

async function declared(): Promise<Declared> {
  const ecr = new FakeEcr(ORIGINAL);
  ecr.tags.set('team', 'a');
  const stack = new Stack(ecr, 'a');
  assert.equal((await stack.create(DECLARED)).Status, 'SUCCESS');
  stack.lines.length = 0;
  const ending = (end: string) => ecr.trace.find((key) => key.endsWith(end))!;
  return { ecr, stack, tag: { declared: ending(':declared'), original: ending(':original'), mark: stack.environment.mark.key } };
}

type Damage = (on: Declared) => void;

const remove = (...which: (keyof Declared['tag'])[]): Damage => ({ ecr, tag }) => which.forEach((name) => ecr.tags.delete(tag[name]));
const write = (which: keyof Declared['tag'], value: string): Damage => ({ ecr, tag }) => ecr.tags.set(tag[which], value);
const rewrite = (which: keyof Declared['tag'], from: string | RegExp, to: string): Damage => ({ ecr, tag }) => {
  const before = ecr.tags.get(tag[which])!;
  const after = before.replace(from, to);
  assert.notEqual(after, before, 'an edit that changes nothing proves nothing');
  ecr.tags.set(tag[which], after);
};
const add = (...tags: [string, string][]): Damage => ({ ecr }) => tags.forEach(([key, value]) => ecr.tags.set(key, value));
const put = (settings: Settings): Damage => ({ ecr }) => {
  ecr.settings = settings;
};
const all = (...damages: Damage[]): Damage => (on) => damages.forEach((damage) => damage(on));

/** What the repository has in the end. */
interface Ends {
  readonly updated: Settings;
  readonly updatedThenDeleted: Settings;
  readonly deleted: Settings;
  /** Another stack declared, and removed its declaration; then this one was deleted. */
  readonly otherCameAndWent: Settings;
}

const ends = (updated: Settings, updatedThenDeleted: Settings, deleted: Settings, otherCameAndWent: Settings): Ends =>
  ({ updated, updatedThenDeleted, deleted, otherCameAndWent });

interface Case {
  /** As the README's table has it. */
  readonly what: string;
  readonly ways: Readonly<Record<string, Damage>>;
  readonly ends: Ends;
  /** What the log says beyond what it says of an intact record. */
  readonly log: readonly string[];
  /** Tags that are not this stack's to remove. */
  readonly stay?: readonly string[];
}

const CASES: Case[] = [
  {
    what: 'All tags of the declaration are gone',
    ways: {
      'Terraform removed them': remove('declared', 'original', 'mark'),
      'the mark was left': remove('declared', 'original'),
      'its handler in CloudFormation removed them, and put the same settings': all(({ ecr }) => ecr.tags.clear(), put(DECLARED)),
    },
    ends: ends(UPDATED, UPDATED, DECLARED, DECLARED),
    log: ['no-record', 'original-unknown'],
  },
  {
    what: 'All are gone, and the owner put its own setting',
    ways: {
      'the handler of `AWS::ECR::Repository` did': all(({ ecr }) => ecr.tags.clear(), put(MUTABLE)),
      'Terraform did': all(remove('declared', 'original', 'mark'), put(MUTABLE)),
    },
    ends: ends(UPDATED, MUTABLE, MUTABLE, MUTABLE),
    log: ['no-record'],
  },
  {
    what: '`:declared` is gone or unreadable',
    ways: {
      'removed': remove('declared'),
      'empty': write('declared', ''),
      'a filter is not one of ECR\'s': rewrite('declared', 'latest', 'lat/est'),
      'a filter has three wildcards': rewrite('declared', 'latest', '@a@b@'),
      'a filter is there twice': rewrite('declared', 'latest', 'dev-@'),
      'the filters are gone': rewrite('declared', ' latest dev-@', ''),
      'the mutability is unknown': rewrite('declared', 'IMMUTABLE_WITH_EXCLUSION', 'FROZEN'),
      'the mutability takes no filters': rewrite('declared', 'IMMUTABLE_WITH_EXCLUSION', 'IMMUTABLE'),
      'the place is not a number': rewrite('declared', ' 1.0 by', ' first by'),
      'the time is none': rewrite('declared', /since \S+/, 'since yesterday'),
      'a part is said to be missing': rewrite('declared', '1 1/1', '1 1/2'),
      'it is said to be another part': rewrite('declared', '1 1/1', '1 2/2'),
      'only another part is left': all(({ ecr, tag }) => ecr.tags.set(`${tag.declared}.2`, '1 2/2 dev-@'), remove('declared')),
    },
    ends: ends(UPDATED, ORIGINAL, ORIGINAL, ORIGINAL),
    log: ['record-damaged'],
  },
  {
    what: '`:declared` says other settings',
    ways: {
      'another mutability': rewrite('declared', / IMMUTABLE_WITH_EXCLUSION.*/, ' MUTABLE'),
      'another filter': rewrite('declared', 'latest', 'newest'),
    },
    ends: ends(UPDATED, ORIGINAL, ORIGINAL, ORIGINAL),
    log: ['drifted'],
  },
  {
    what: '`:declared` says another place or time',
    ways: {
      'the last place': rewrite('declared', ' 1.0 by', ' 999999999.999999999 by'),
      'the first place': rewrite('declared', ' 1.0 by', ' 0.0 by'),
      'a time to come': rewrite('declared', /since \S+/, 'since 2999-01-01T00:00:00.000Z'),
      'a time long past': rewrite('declared', /since \S+/, 'since 1970-01-01T00:00:00.000Z'),
    },
    ends: ends(UPDATED, ORIGINAL, ORIGINAL, ORIGINAL),
    log: [],
  },
  {
    what: '`:original` is gone or unreadable, and no other declaration has it',
    ways: {
      'removed': remove('original'),
      'empty': write('original', ''),
      'a filter is not one of ECR\'s': rewrite('original', 'prod-@', 'prod=@'),
      'six filters': rewrite('original', 'prod-@', 'a b c d e f'),
      'no filter': rewrite('original', ' prod-@', ''),
      'the mutability is unknown': rewrite('original', 'MUTABLE', 'PARTLY_MUTABLE'),
      'a part is said to be missing': rewrite('original', '1 1/1', '1 1/3'),
    },
    ends: ends(UPDATED, UPDATED, DECLARED, DECLARED),
    log: ['record-damaged', 'original-unknown'],
  },
  {
    what: '`:original` says other settings',
    ways: { 'by a person': write('original', '1 1/1 MUTABLE') },
    ends: ends(UPDATED, MUTABLE, MUTABLE, MUTABLE),
    log: [],
  },
  {
    what: 'The mark is gone or edited',
    ways: { removed: remove('mark'), edited: write('mark', 'somebody else') },
    ends: ends(UPDATED, ORIGINAL, ORIGINAL, ORIGINAL),
    log: ['record-damaged'],
  },
  {
    what: 'A key of the library that nobody writes',
    ways: {
      'of no form': add([`${TAG_PREFIX}hello`, 'x']),
      'in the form of no text': add([`${FORGED_KEY}:note`, '1 1/1 MUTABLE']),
    },
    ends: ends(UPDATED, ORIGINAL, ORIGINAL, ORIGINAL),
    log: ['record-damaged'],
    stay: [`${TAG_PREFIX}hello`, `${FORGED_KEY}:note`],
  },
  {
    what: 'A forged declaration, well-formed and with a higher place',
    ways: {
      whole: add(
        [`${FORGED_KEY}:declared`, '1 1/1 999999999.0 by forger since 2026-01-01T00:00:00.000Z MUTABLE_WITH_EXCLUSION forged-@'],
        [`${FORGED_KEY}:original`, '1 1/1 MUTABLE'],
      ),
    },
    ends: ends(FORGED, FORGED, FORGED, FORGED),
    log: ['drifted', 'superseded'],
    stay: [`${FORGED_KEY}:declared`, `${FORGED_KEY}:original`],
  },
];

const situations = CASES.flatMap((one) => Object.entries(one.ways).map(([how, damage]) => [one.what, how, { ...one, damage }] as const));
/** What the log says where nothing is wrong. */
const ORDINARY = ['settings-changed', 'declared', 'released'];

/** Whatever happened, nothing of the stack's is left, and nothing was put that breaks ECR's rules. */
function expectErased({ ecr, tag }: Declared, stay: readonly string[] = []) {
  expect(ecr.trace.filter((key) => !stay.includes(key))).toEqual([]);
  expect(ecr.trace).not.toContain(tag.mark);
  expect(ecr.puts.filter((settings) => !areValidSettings(settings))).toEqual([]);
}
const beyondOrdinary = ({ lines }: Stack) =>
  new Set(lines.map(({ decision }) => String(decision)).filter((decision) => !ORDINARY.includes(decision)));

describe.each(situations)('%s (%s)', (_, __, { damage, ...expected }) => {
  test('then updated, then deleted', async () => {
    const on = await declared();
    damage(on);
    expect((await on.stack.update(UPDATED, DECLARED)).Status).toBe('SUCCESS');
    expect(on.ecr.settings).toEqual(expected.ends.updated);
    expect(readRecord(on.ecr.tags).declarations.map((one) => one.declared?.settings)).toContainEqual(UPDATED);
    expect(on.ecr.tags.get(on.tag.mark)).toBe(on.stack.environment.mark.value);
    expect((await on.stack.remove(UPDATED)).Status).toBe('SUCCESS');
    expect(on.ecr.settings).toEqual(expected.ends.updatedThenDeleted);
    expectErased(on, expected.stay);
  });

  test.each([['its own', ARN], ['an invented', INVENTED]])('then deleted by %s id, twice', async (___, id) => {
    const on = await declared();
    damage(on);
    for (let time = 0; time < 2; time++) {
      expect((await on.stack.remove(DECLARED, 'Tags', id)).Status).toBe('SUCCESS');
      expect(on.ecr.settings).toEqual(expected.ends.deleted);
      expectErased(on, expected.stay);
    }
  });

  test('then declared by another stack, which goes again, and then deleted', async () => {
    const on = await declared();
    damage(on);
    const other = new Stack(on.ecr, 'b');
    expect((await other.create(OF_OTHER)).Status).toBe('SUCCESS');
    expect((await other.remove(OF_OTHER)).Status).toBe('SUCCESS');
    expect((await on.stack.remove(DECLARED)).Status).toBe('SUCCESS');
    expect(on.ecr.settings).toEqual(expected.ends.otherCameAndWent);
    expectErased(on, expected.stay);
  });

  test('is told by the log, and nothing else is', async () => {
    const said = new Set<unknown>();
    for (const event of [(on: Declared) => on.stack.update(UPDATED, DECLARED), (on: Declared) => on.stack.remove(DECLARED)]) {
      const on = await declared();
      damage(on);
      await event(on);
      beyondOrdinary(on.stack).forEach((decision) => said.add(decision));
    }
    expect([...said].sort()).toEqual([...expected.log].sort());
  });
});

test('what is damaged is named by its tag, with what was found', async () => {
  const on = await declared();
  all(write('original', ''), remove('declared', 'mark'), add([`${TAG_PREFIX}hello`, 'x']))(on);
  await on.stack.update(UPDATED, DECLARED);
  expect(on.stack.decided('record-damaged')).toMatchObject([{
    level: 'WARN', before: DECLARED, tags: expect.arrayContaining([...Object.values(on.tag), `${TAG_PREFIX}hello`]),
  }]);
});

const OTHERS_COPY = '`:original` is gone or unreadable, and another declaration has it';
describe(OTHERS_COPY, () => {
  test.each([remove('original'), write('original', '1 1/1 FROZEN')])('it is restored in the end, whoever goes first', async (damage) => {
    for (const order of ['ab', 'ba']) {
      const on = await declared();
      const stacks: Record<string, Stack> = { a: on.stack, b: new Stack(on.ecr, 'b') };
      await stacks.b!.create(OF_OTHER);
      damage(on);
      for (const name of order) {
        await stacks[name]!.remove(DECLARED);
      }
      expect(on.ecr.settings).toEqual(order === 'ab' ? ORIGINAL : DECLARED);
      expectErased(on);
      expect(stacks[order[0]!]!.decided('record-damaged')).not.toEqual([]);
    }
  });

  test('an update takes it over, so that it outlasts the other declaration', async () => {
    const on = await declared();
    const other = new Stack(on.ecr, 'b');
    await other.create(OF_OTHER);
    remove('original')(on);
    await on.stack.update(UPDATED, DECLARED);
    await other.remove(OF_OTHER);
    expect(on.ecr.settings).toEqual(UPDATED);
    await on.stack.remove(UPDATED);
    expect(on.ecr.settings).toEqual(ORIGINAL);
    expectErased(on);
  });
});

describe('under another stack\'s newer declaration, an update', () => {
  const underAnother = async (damage: Damage) => {
    const on = await declared();
    await new Stack(on.ecr, 'b').create(OF_OTHER);
    damage(on);
    await on.stack.update(UPDATED, DECLARED);
    return on.ecr.settings;
  };

  test('keeps its place where the record is intact', async () => expect(await underAnother(() => {})).toEqual(OF_OTHER));
  test('is the newest where its text was lost', async () => expect(await underAnother(remove('declared'))).toEqual(UPDATED));
  test('keeps the place that somebody wrote there', async () => expect(await underAnother(rewrite('declared', ' 1.0 by', ' 9.0 by'))).toEqual(UPDATED));
});

const NEWER = 'A tag of a newer format, of any declaration';
describe(NEWER, () => {
  const newer: Record<string, Damage> = {
    'its own text': rewrite('declared', /^1 /, '2 '),
    'its own original': rewrite('original', /^1 /, '2 '),
    'a further text of its own': ({ ecr, tag }) => ecr.tags.set(tag.declared.replace(':declared', ':until'), '2 x'),
    'another stack\'s': add([`${FORGED_KEY}:declared`, '999 x']),
    'a key that this version does not know': add([`${TAG_PREFIX}registry`, '2 x']),
  };

  test.each(Object.entries(newer))('fails each request and touches nothing: %s', async (_, damage) => {
    const on = await declared();
    damage(on);
    const other = new Stack(on.ecr, 'b');
    const before = [on.ecr.settings, [...on.ecr.tags]];
    const requests = [() => on.stack.update(UPDATED, DECLARED), () => on.stack.remove(DECLARED), () => other.create(OF_OTHER)];
    for (const request of requests) {
      expect(await request()).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/newer version.*Update cdk-ecr-tag-mutability/) });
      expect([on.ecr.settings, [...on.ecr.tags]]).toEqual(before);
    }
    expect([...beyondOrdinary(on.stack)]).toEqual(['failed']);
    // CloudFormation deletes what it could not create: a failure here would leave the stack stuck.
    expect(await other.remove(OF_OTHER)).toEqual({ Status: 'SUCCESS', PhysicalResourceId: ARN });
    expect([on.ecr.settings, [...on.ecr.tags]]).toEqual(before);
    expect(await other.remove(OF_OTHER, 'Tags', INVENTED)).toEqual({ Status: 'SUCCESS', PhysicalResourceId: INVENTED });
    const said = { consequence: 'nothing is touched', reason: expect.stringMatching(/newer version/) };
    expect(other.decided('no-record')).toMatchObject([{ level: 'WARN', ...said }, { level: 'INFO', ...said }]);
  });
});

describe('the README\'s table of what others did to the tags', () => {
  const readme = readFileSync(path.join(__dirname, '..', '..', 'README.md'), 'utf8');
  const section = /### When others erase the tags\n(.*?)\n##/s.exec(readme)![1]!;
  const rows = section.split('\n').filter((line) => line.startsWith('| ')).slice(1).map((line) => line.split('|').map((cell) => cell.trim()));

  test('has the cases that are tested, and what the log says of them', () => {
    const told = rows.map(([, what, , , log]) => [what, [...log!.matchAll(/`([a-z-]+)`/g)].map(([, decision]) => decision).sort()]);
    expect(Object.fromEntries(told)).toEqual({
      ...Object.fromEntries(CASES.map(({ what, log }) => [what, [...log].sort()])),
      [OTHERS_COPY]: ['record-damaged'],
      [NEWER]: ['failed'],
    });
  });
});
