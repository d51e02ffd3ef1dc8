import { DesiredState, NO_CHANGES, changeTags, reconcile } from '../../../lambda/protocol/reconcile';
import { takeSnapshot } from '../../../lambda/protocol/snapshot';
import { Settings } from '../../../src/shared/settings';
import { FakeEcr } from '../../support/fake-ecr';
import { IMMUTABLE, LOCKED, MUTABLE } from '../../support/settings';
import { TestOperation, declarationIdOf, operationOn, record } from '../../support/test-operation';

/** A repository whose tags say what it should have. */
const wants = (settings: DesiredState['settings']): DesiredState => ({ tagChanges: () => NO_CHANGES, settings });
const IMMUTABLE_WANTED = wants(() => IMMUTABLE);

/** A repository that another stack declares, too. */
function shared(settings: Settings): FakeEcr {
  const ecr = new FakeEcr(settings);
  record(ecr, declarationIdOf('b'), { settings });
  return ecr;
}

async function reconciling(ecr: FakeEcr, desired: DesiredState, isFresh: boolean, operation: TestOperation = operationOn(ecr)) {
  const snapshot = await takeSnapshot(ecr);
  ecr.calls.length = 0;
  return { operation, reconciled: await reconcile(operation, desired, snapshot, isFresh) };
}

describe('reconciling', () => {
  test('makes no call where all is as it should be and the snapshot is fresh', async () => {
    const ecr = new FakeEcr(IMMUTABLE);
    const { reconciled, operation } = await reconciling(ecr, IMMUTABLE_WANTED, true);
    expect(reconciled.actual).toEqual(IMMUTABLE);
    expect(ecr.calls).toEqual([]);
    expect(operation.lines).toEqual([]);
  });

  test('reads once more where the own writes came after the snapshot', async () => {
    const ecr = new FakeEcr(IMMUTABLE);
    await reconciling(ecr, IMMUTABLE_WANTED, false);
    expect(ecr.calls).toEqual(['readTags', 'readSettings']);
  });

  test('puts what differs, reads it again, and says so', async () => {
    const ecr = shared(MUTABLE);
    const { reconciled, operation } = await reconciling(ecr, IMMUTABLE_WANTED, true);
    expect(ecr.calls).toEqual(['putSettings', 'readTags', 'readSettings']);
    expect([ecr.settings, reconciled.actual]).toEqual([IMMUTABLE, IMMUTABLE]);
    expect(operation.lines).toEqual([{ level: 'INFO', decision: 'settings-changed', details: { before: MUTABLE, effective: IMMUTABLE } }]);
  });

  test.each<[string, FakeEcr, string[]]>([
    ['where nobody else can have put anything since', new FakeEcr(MUTABLE), ['putSettings', 'readTags']],
    ['where another declaration is there', shared(MUTABLE), ['putSettings', 'readTags', 'readSettings']],
  ])('reads what it put, or only the tags: %s', async (_, ecr, calls) => {
    record(ecr, declarationIdOf('a'), { settings: IMMUTABLE });
    const { reconciled } = await reconciling(ecr, IMMUTABLE_WANTED, true);
    expect(ecr.calls).toEqual(calls);
    expect(reconciled.actual).toEqual(IMMUTABLE);
  });

  test('writes the tags that are to be changed, and reads them again', async () => {
    const ecr = new FakeEcr(IMMUTABLE);
    ecr.tags.set('old', '1');
    const desired: DesiredState = {
      tagChanges: ({ tags }) => ({ set: new Map(tags.has('new') ? [] : [['new', '2']]), remove: tags.has('old') ? ['old'] : [] }),
      settings: () => IMMUTABLE,
    };
    const { reconciled } = await reconciling(ecr, desired, true);
    expect(ecr.calls).toEqual(['tag', 'untag', 'readTags', 'readSettings']);
    expect([...reconciled.tags]).toEqual([['new', '2']]);
    expect([...ecr.tags]).toEqual([['new', '2']]);
  });

  test('asks anew what is wanted after each snapshot, since others change the tags meanwhile', async () => {
    const ecr = new FakeEcr(MUTABLE);
    ecr.before = (method) => method === 'putSettings' && ecr.puts.length === 0 && ecr.tags.set('wanted', 'LOCKED');
    const { reconciled } = await reconciling(ecr, wants(({ tags }) => tags.has('wanted') ? LOCKED : IMMUTABLE), true);
    expect(ecr.puts).toEqual([IMMUTABLE, LOCKED]);
    expect(reconciled.actual).toEqual(LOCKED);
  });

  test('leaves what is there where it is not known what should be', async () => {
    const ecr = new FakeEcr(LOCKED);
    const { reconciled } = await reconciling(ecr, wants(() => undefined), true);
    expect([reconciled.actual, ecr.puts]).toEqual([LOCKED, []]);
  });

  test('gives others more time from round to round', async () => {
    const ecr = shared(MUTABLE);
    ecr.before = (method) => {
      if (method === 'readSettings' && ecr.puts.length < 4) ecr.settings = MUTABLE;
    };
    const { operation, reconciled } = await reconciling(ecr, IMMUTABLE_WANTED, true);
    expect([reconciled.actual, ecr.puts]).toEqual([IMMUTABLE, [IMMUTABLE, IMMUTABLE, IMMUTABLE, IMMUTABLE]]);
    expect(operation.clock.pauses).toEqual([100, 200, 300]);
  });

  test('gives up after ten rounds, and says what to do', async () => {
    const ecr = shared(MUTABLE);
    ecr.before = (method) => {
      if (method === 'readSettings') ecr.settings = MUTABLE;
    };
    await expect(reconciling(ecr, IMMUTABLE_WANTED, true)).rejects.toThrow(
      'the repository\'s tags and settings still changed after 10 rounds. Find out who else changes them, then try again');
    expect(ecr.puts).toHaveLength(10);
  });
});

test.each<[string, Record<string, string>, string[], string[]]>([
  ['nothing', {}, [], []],
  ['new tags, in one call', { a: '1', b: '2' }, [], ['tag']],
  ['removed tags, in one call', {}, ['c', 'd'], ['untag']],
  ['both, where the new ones come first', { a: '1' }, ['c'], ['tag', 'untag']],
])('changing %s', async (_, set, remove, calls) => {
  const ecr = new FakeEcr(MUTABLE);
  for (const key of ['c', 'd', 'e']) ecr.tags.set(key, 'old');
  await changeTags(ecr, { set: new Map(Object.entries(set)), remove });
  expect(ecr.calls).toEqual(calls);
  const expected = Object.entries({ c: 'old', d: 'old', e: 'old', ...set }).filter(([key]) => !remove.includes(key));
  expect(Object.fromEntries(ecr.tags)).toEqual(Object.fromEntries(expected));
});
