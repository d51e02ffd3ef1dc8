import { read } from '../../lambda/reading';
import { Intent, NO_CHANGES, change, settle } from '../../lambda/settle';
import { FakeEcr } from '../support/fake-ecr';
import { IMMUTABLE, LOCKED, MUTABLE } from '../support/fake-stack';
import { TestContext, contextOn } from '../support/test-context';

/** A repository whose tags say what it should have. */
const wants = (settings: Intent['effective']): Intent => ({ amend: () => NO_CHANGES, effective: settings });
const IMMUTABLE_WANTED = wants(() => IMMUTABLE);

async function settling(ecr: FakeEcr, intent: Intent, isCertain: boolean, context: TestContext = contextOn(ecr)) {
  const reading = await read(ecr);
  ecr.calls.length = 0;
  return { context, settled: await settle(context, intent, reading, isCertain) };
}

describe('settling', () => {
  test('makes no call where all is as it should be and certainly so', async () => {
    const ecr = new FakeEcr(IMMUTABLE);
    const { settled, context } = await settling(ecr, IMMUTABLE_WANTED, true);
    expect(settled.found).toEqual(IMMUTABLE);
    expect(ecr.calls).toEqual([]);
    expect(context.lines).toEqual([]);
  });

  test('reads once more where it is not certain', async () => {
    const ecr = new FakeEcr(IMMUTABLE);
    await settling(ecr, IMMUTABLE_WANTED, false);
    expect(ecr.calls).toEqual(['readTags', 'readSettings']);
  });

  test('puts what differs, reads it again, and says so', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const { settled, context } = await settling(ecr, IMMUTABLE_WANTED, true);
    expect(ecr.calls).toEqual(['putSettings', 'readTags', 'readSettings']);
    expect([ecr.settings, settled.found]).toEqual([IMMUTABLE, IMMUTABLE]);
    expect(context.lines).toEqual([{ level: 'INFO', decision: 'settings-changed', details: { before: MUTABLE, effective: IMMUTABLE } }]);
  });

  test('writes the tags that are to be changed, and reads them again', async () => {
    const ecr = new FakeEcr(IMMUTABLE);
    ecr.tags.set('old', '1');
    const intent: Intent = {
      amend: ({ tags }) => new Map([...tags.has('old') ? [['old', undefined]] as const : [], ...tags.has('new') ? [] : [['new', '2']] as const]),
      effective: () => IMMUTABLE,
    };
    const { settled } = await settling(ecr, intent, true);
    expect(ecr.calls).toEqual(['tag', 'untag', 'readTags', 'readSettings']);
    expect([...settled.tags]).toEqual([['new', '2']]);
    expect([...ecr.tags]).toEqual([['new', '2']]);
  });

  test('asks anew what is wanted after each reading, since others change the tags meanwhile', async () => {
    const ecr = new FakeEcr(MUTABLE);
    ecr.before = (method) => method === 'putSettings' && ecr.puts.length === 0 && ecr.tags.set('wanted', 'LOCKED');
    const { settled } = await settling(ecr, wants(({ tags }) => tags.has('wanted') ? LOCKED : IMMUTABLE), true);
    expect(ecr.puts).toEqual([IMMUTABLE, LOCKED]);
    expect(settled.found).toEqual(LOCKED);
  });

  test('leaves what is there where it is not known what should be', async () => {
    const ecr = new FakeEcr(LOCKED);
    const { settled } = await settling(ecr, wants(() => undefined), true);
    expect([settled.found, ecr.puts]).toEqual([LOCKED, []]);
  });

  test('gives others more time from round to round', async () => {
    const ecr = new FakeEcr(MUTABLE);
    ecr.before = (method) => {
      if (method === 'readSettings' && ecr.puts.length < 4) ecr.settings = MUTABLE;
    };
    const { context, settled } = await settling(ecr, IMMUTABLE_WANTED, true);
    expect([settled.found, ecr.puts]).toEqual([IMMUTABLE, [IMMUTABLE, IMMUTABLE, IMMUTABLE, IMMUTABLE]]);
    expect(context.clock.pauses).toEqual([100, 200, 300]);
  });

  test('gives up after ten rounds, and says what to do', async () => {
    const ecr = new FakeEcr(MUTABLE);
    ecr.before = (method) => {
      if (method === 'readSettings') ecr.settings = MUTABLE;
    };
    await expect(settling(ecr, IMMUTABLE_WANTED, true)).rejects.toThrow(
      'the repository\'s tags and settings still changed after 10 rounds. Find out who else changes them, then deploy again');
    expect(ecr.puts).toHaveLength(10);
  });
});

test.each([
  ['nothing', {}, []],
  ['new tags, in one call', { a: '1', b: '2' }, ['tag']],
  ['removed tags, in one call', { c: undefined, d: undefined }, ['untag']],
  ['both, where the new ones come first', { a: '1', c: undefined }, ['tag', 'untag']],
])('changing %s', async (_, changes: Record<string, string | undefined>, calls) => {
  const ecr = new FakeEcr(MUTABLE);
  for (const key of ['c', 'd', 'e']) ecr.tags.set(key, 'old');
  await change(ecr, new Map(Object.entries(changes)));
  expect(ecr.calls).toEqual(calls);
  expect(Object.fromEntries(ecr.tags)).toEqual(JSON.parse(JSON.stringify({ c: 'old', d: 'old', e: 'old', ...changes })));
});
