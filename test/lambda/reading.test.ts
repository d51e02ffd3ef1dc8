import { read, readUntilCertain, reportChanges } from '../../lambda/reading';
import { Settings } from '../../src/shared/settings';
import { FakeEcr } from '../support/fake-ecr';
import { IMMUTABLE, LOCKED, MUTABLE } from '../support/fake-stack';
import { contextOn, ownerOf, record } from '../support/test-context';

const OWN = ownerOf('a');
const OTHER = ownerOf('b');

describe('what a repository had before any declaration', () => {
  test('is what was found between two readings without one', async () => {
    const ecr = new FakeEcr(LOCKED);
    ecr.tags.set('team', 'a');
    const reading = await readUntilCertain(contextOn(ecr));
    expect([reading.found, [...reading.tags], reading.record.declarations]).toEqual([LOCKED, [['team', 'a']], []]);
    expect(ecr.calls).toEqual(['readTags', 'readSettings', 'readTags']);
  });

  test('is not looked for where there is a declaration', async () => {
    const ecr = new FakeEcr(IMMUTABLE);
    record(ecr, OTHER, { settings: IMMUTABLE });
    expect((await readUntilCertain(contextOn(ecr))).record.declarations).toHaveLength(1);
    expect(ecr.calls).toEqual(['readTags', 'readSettings']);
  });

  test.each([['readSettings', 1], ['readTags', 2]] as const)('is not what was found where a declaration appeared before %s, call %i', async (method, nth) => {
    const ecr = new FakeEcr(MUTABLE);
    ecr.before = (called) => {
      if (called === method && ecr.calls.filter((call) => call === method).length === nth) {
        ecr.settings = IMMUTABLE;
        record(ecr, OTHER, { settings: IMMUTABLE });
      }
    };
    expect(await readUntilCertain(contextOn(ecr))).toMatchObject({ found: IMMUTABLE, record: { declarations: [{ original: MUTABLE }] } });
  });

  /** Answers these settings, each after so many ms. */
  function slowEcr(context: ReturnType<typeof contextOn>, answers: readonly (readonly [Settings, number])[]) {
    let reading = 0;
    context.ecr.before = (method) => {
      if (method === 'readSettings') {
        const [settings, ms] = answers[Math.min(reading++, answers.length - 1)]!;
        context.ecr.settings = settings;
        void context.clock.sleep(ms);
      }
    };
  }

  test.each<[string, Settings, number, [Settings, number][]]>([
    ['is believed at once where reading it took less than a second', MUTABLE, 1, [[MUTABLE, 999], [IMMUTABLE, 999]]],
    ['is read again where that took a second, and believed where it lasts', MUTABLE, 2, [[MUTABLE, 1_000], [MUTABLE, 1_000]]],
    ['is read until it lasts', LOCKED, 3, [[MUTABLE, 1_000], [LOCKED, 1_000], [LOCKED, 1_000]]],
    ['is read until that is quick', LOCKED, 2, [[MUTABLE, 1_000], [LOCKED, 999]]],
    ['is compared with the reading just before', MUTABLE, 4, [[MUTABLE, 1_000], [LOCKED, 1_000], [MUTABLE, 1_000], [MUTABLE, 1_000]]],
  ])('%s', async (_, expected, readings, answers) => {
    const context = contextOn(new FakeEcr(MUTABLE));
    slowEcr(context, answers);
    expect((await readUntilCertain(context)).found).toEqual(expected);
    expect(context.ecr.calls.filter((call) => call === 'readSettings')).toHaveLength(readings);
  });

  test('is not guessed where it never lasts: that fails after twenty readings, and says what to do', async () => {
    const context = contextOn(new FakeEcr(MUTABLE));
    slowEcr(context, Array.from({ length: 100 }, (_, n) => [n % 2 === 0 ? MUTABLE : LOCKED, 1_000] as const));
    await expect(readUntilCertain(context)).rejects.toThrow(
      'the repository\'s tags still changed after 20 readings. Find out who else changes them, then deploy again');
    expect(context.ecr.calls.filter((call) => call === 'readSettings')).toHaveLength(20);
  });
});

describe('of what others did to the repository', () => {
  async function reported(damage: (ecr: FakeEcr) => void, found = IMMUTABLE) {
    const ecr = new FakeEcr(found);
    record(ecr, OWN, { settings: IMMUTABLE });
    damage(ecr);
    const context = contextOn(ecr, OWN);
    reportChanges(context, await read(ecr));
    return { key: context.key, lines: context.lines };
  }
  const damaged = (tags: string[], before = IMMUTABLE) => ({ level: 'WARN', decision: 'record-damaged', details: { tags, before } });

  test('nothing is said where all is as it was left', async () => {
    expect((await reported(() => {})).lines).toEqual([]);
  });

  test('nothing is said where the repository has no record', async () => {
    expect((await reported((ecr) => ecr.tags.clear(), LOCKED)).lines).toEqual([]);
  });

  test('nothing is said of the mark where only others declare', async () => {
    const { lines } = await reported((ecr) => {
      ecr.tags.clear();
      record(ecr, OTHER, { settings: IMMUTABLE });
    });
    expect(lines).toEqual([]);
  });

  test.each<[string, (ecr: FakeEcr) => void]>([
    ['is gone', (ecr) => ecr.tags.delete(OWN.mark.key)],
    ['has another value', (ecr) => ecr.tags.set(OWN.mark.key, 'of another')],
  ])('a mark that %s is named', async (_, damage) => {
    expect((await reported(damage)).lines).toEqual([damaged([OWN.mark.key])]);
  });

  test('a text that is gone is named', async () => {
    const { key, lines } = await reported((ecr) => ecr.tags.delete(ecr.trace.find((tag) => tag.endsWith(':declared'))!));
    expect(lines).toEqual([damaged([`${key}:declared`])]);
  });

  test('a text that cannot be read is named once', async () => {
    const { key, lines } = await reported((ecr) => ecr.tags.set(ecr.trace.find((tag) => tag.endsWith(':declared'))!, '1 1/1 nonsense'));
    expect(lines).toEqual([damaged([`${key}:declared`])]);
  });

  test('a setting that is not that of the newest declaration is told', async () => {
    const { lines } = await reported((ecr) => record(ecr, OTHER, { settings: LOCKED, place: { order: 2, rename: 0 } }));
    expect(lines).toEqual([{ level: 'WARN', decision: 'drifted', details: { declared: LOCKED, before: IMMUTABLE } }]);
  });
});
