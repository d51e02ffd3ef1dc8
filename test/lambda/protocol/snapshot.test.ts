import { readStableSnapshot, reportDrift, takeSnapshot } from '../../../lambda/protocol/snapshot';
import { Settings } from '../../../src/shared/settings';
import { FakeEcr } from '../../support/fake-ecr';
import { IMMUTABLE, LOCKED, MUTABLE } from '../../support/settings';
import { operationOn, declarationIdOf, record } from '../../support/test-operation';

const OWN = declarationIdOf('a');
const OTHER = declarationIdOf('b');

describe('what a repository had before any declaration', () => {
  test('is what was found between two readings without one', async () => {
    const ecr = new FakeEcr(LOCKED);
    ecr.tags.set('team', 'a');
    const snapshot = await readStableSnapshot(operationOn(ecr));
    expect([snapshot.actual, [...snapshot.tags], snapshot.record.declarations]).toEqual([LOCKED, [['team', 'a']], []]);
    expect(ecr.calls).toEqual(['readTags', 'readSettings', 'readTags']);
  });

  test('is not looked for where there is a declaration', async () => {
    const ecr = new FakeEcr(IMMUTABLE);
    record(ecr, OTHER, { settings: IMMUTABLE });
    expect((await readStableSnapshot(operationOn(ecr))).record.declarations).toHaveLength(1);
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
    expect(await readStableSnapshot(operationOn(ecr))).toMatchObject({ actual: IMMUTABLE, record: { declarations: [{ original: MUTABLE }] } });
  });

  describe('where a listing has shown settings a while ago', () => {
    test('is read all the same', async () => {
      const ecr = new FakeEcr(LOCKED);
      expect((await readStableSnapshot(operationOn(ecr), MUTABLE)).actual).toEqual(LOCKED);
      expect((await takeSnapshot(ecr, MUTABLE)).actual).toEqual(LOCKED);
    });

    test('is not looked for where there is a declaration: the listing serves, and saves a call', async () => {
      const ecr = new FakeEcr(IMMUTABLE);
      record(ecr, OTHER, { settings: IMMUTABLE });
      expect((await readStableSnapshot(operationOn(ecr), LOCKED)).actual).toEqual(LOCKED);
      expect(ecr.calls).toEqual(['readTags']);
    });

    test('is read where a declaration appeared meanwhile, which the listing cannot show', async () => {
      const ecr = new FakeEcr(MUTABLE);
      ecr.before = (method) => {
        if (method === 'readTags' && ecr.calls.length === 3) {
          ecr.settings = IMMUTABLE;
          record(ecr, OTHER, { settings: IMMUTABLE });
        }
      };
      expect((await readStableSnapshot(operationOn(ecr), MUTABLE)).actual).toEqual(IMMUTABLE);
    });
  });

  /** Answers these settings, each after so many ms. */
  function slowEcr(operation: ReturnType<typeof operationOn>, answers: readonly (readonly [Settings, number])[]) {
    let reading = 0;
    operation.ecr.before = (method) => {
      if (method === 'readSettings') {
        const [settings, ms] = answers[Math.min(reading++, answers.length - 1)]!;
        operation.ecr.settings = settings;
        void operation.clock.sleep(ms);
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
    const operation = operationOn(new FakeEcr(MUTABLE));
    slowEcr(operation, answers);
    expect((await readStableSnapshot(operation)).actual).toEqual(expected);
    expect(operation.ecr.calls.filter((call) => call === 'readSettings')).toHaveLength(readings);
  });

  test('is not guessed where it never lasts: that fails after twenty readings, and says what to do', async () => {
    const operation = operationOn(new FakeEcr(MUTABLE));
    slowEcr(operation, Array.from({ length: 100 }, (_, n) => [n % 2 === 0 ? MUTABLE : LOCKED, 1_000] as const));
    await expect(readStableSnapshot(operation)).rejects.toThrow(
      'the repository\'s tags still changed after 20 readings. Find out who else changes them, then try again');
    expect(operation.ecr.calls.filter((call) => call === 'readSettings')).toHaveLength(20);
  });
});

describe('of what others did to the repository', () => {
  async function reported(damage: (ecr: FakeEcr) => void, found = IMMUTABLE) {
    const ecr = new FakeEcr(found);
    record(ecr, OWN, { settings: IMMUTABLE });
    damage(ecr);
    const operation = operationOn(ecr, OWN);
    reportDrift(operation, await takeSnapshot(ecr));
    return { key: operation.key, lines: operation.lines };
  }
  const damaged = (tags: string[], before = IMMUTABLE) => ({ level: 'WARN', decision: 'record-damaged', details: { tags, before } });

  test('nothing is said where all is as it was left', async () => {
    expect((await reported(() => {})).lines).toEqual([]);
  });

  test('nothing is said where the repository has no record', async () => {
    expect((await reported((ecr) => ecr.tags.clear(), LOCKED)).lines).toEqual([]);
  });

  test('nothing is said of the ownership tag where only others declare', async () => {
    const { lines } = await reported((ecr) => {
      ecr.tags.clear();
      record(ecr, OTHER, { settings: IMMUTABLE });
    });
    expect(lines).toEqual([]);
  });

  test.each<[string, (ecr: FakeEcr) => void]>([
    ['is gone', (ecr) => ecr.tags.delete(OWN.ownershipTag.key)],
    ['has another value', (ecr) => ecr.tags.set(OWN.ownershipTag.key, 'of another')],
  ])('an ownership tag that %s is named', async (_, damage) => {
    expect((await reported(damage)).lines).toEqual([damaged([OWN.ownershipTag.key])]);
  });

  test('a string that is gone is named', async () => {
    const { key, lines } = await reported((ecr) => ecr.tags.delete(ecr.trace.find((tag) => tag.endsWith(':declared'))!));
    expect(lines).toEqual([damaged([`${key}:declared`])]);
  });

  test('a string that cannot be read is named once', async () => {
    const { key, lines } = await reported((ecr) => ecr.tags.set(ecr.trace.find((tag) => tag.endsWith(':declared'))!, '1 1/1 nonsense'));
    expect(lines).toEqual([damaged([`${key}:declared`])]);
  });

  test('a setting that is not that of the newest declaration is told', async () => {
    const { lines } = await reported((ecr) => record(ecr, OTHER, { settings: LOCKED, precedence: { sequence: 2, revision: 0 } }));
    expect(lines).toEqual([{ level: 'WARN', decision: 'drifted', details: { declared: LOCKED, before: IMMUTABLE } }]);
  });
});
