import { Owner, keyOf } from '../../lambda/context';
import { readRecord } from '../../lambda/record';
import { release } from '../../lambda/release';
import { FakeEcr } from '../support/fake-ecr';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE, OF_OTHER } from '../support/fake-stack';
import { LONG_AGO, contextOn, ownerOf, record } from '../support/test-context';

const OWN = ownerOf('a');
const OTHER = ownerOf('b');
/** Of another stack that uses the own stack's provider, and so its mark. */
const NEIGHBOUR: Owner = { ...OTHER, mark: OWN.mark };

function declared({ settings = LOCKED, ...rest }: Partial<Parameters<typeof record>[2]> = {}): FakeEcr {
  const ecr = new FakeEcr(settings);
  ecr.tags.set('team', 'a');
  record(ecr, OWN, { settings, original: FILTERED, ...rest });
  return ecr;
}

const declaredBy = (ecr: FakeEcr, owner: Owner) => readRecord(ecr.tags).declarations.some(({ key }) => key === keyOf(owner));

describe('a release', () => {
  test('restores the original, removes its tags and only these, and tells both settings', async () => {
    const ecr = declared();
    expect(await release(contextOn(ecr))).toEqual({ before: LOCKED, effective: FILTERED });
    expect(ecr.settings).toEqual(FILTERED);
    expect([...ecr.tags]).toEqual([['team', 'a']]);
  });

  test('gives up its say before it puts, and is erased after that', async () => {
    const ecr = declared();
    await release(contextOn(ecr));
    expect(ecr.calls).toEqual(['readTags', 'readSettings', 'untag', 'putSettings', 'readTags', 'readSettings', 'untag', 'readTags']);
  });

  test('gives another stack its say back, and leaves its tags', async () => {
    const ecr = declared({ place: { order: 2, rename: 0 } });
    record(ecr, OTHER, { settings: OF_OTHER, original: FILTERED });
    expect(await release(contextOn(ecr))).toEqual({ before: LOCKED, effective: OF_OTHER });
    expect(ecr.settings).toEqual(OF_OTHER);
    expect([declaredBy(ecr, OWN), declaredBy(ecr, OTHER)]).toEqual([false, true]);
    expect([ecr.tags.has(OWN.mark.key), ecr.tags.has(OTHER.mark.key)]).toEqual([false, true]);
  });

  test('takes the original from another copy where the own one is lost', async () => {
    const ecr = declared();
    record(ecr, OTHER, { settings: LOCKED, original: undefined });
    record(ecr, NEIGHBOUR, { settings: LOCKED, original: FILTERED });
    ecr.tags.delete(`${keyOf(OWN)}:original`);
    await release(contextOn(ecr));
    for (const owner of [OTHER, NEIGHBOUR]) ecr.tags.delete(`${keyOf(owner)}:declared`);
    await release(contextOn(ecr, NEIGHBOUR));
    expect(ecr.settings).toEqual(FILTERED);
  });

  test('with an unknown original leaves the settings, and says so', async () => {
    const ecr = declared({ original: undefined });
    const context = contextOn(ecr);
    expect(await release(context)).toEqual({ before: LOCKED, effective: LOCKED });
    expect([ecr.puts, ecr.trace]).toEqual([[], []]);
    expect(context.lines).toEqual([{
      level: 'WARN',
      decision: 'original-unknown',
      details: { consequence: 'the settings are left as they are, unless others declare them', before: LOCKED, effective: LOCKED },
    }]);
  });

  test('says nothing but what was put where all is in order', async () => {
    const context = contextOn(declared());
    await release(context);
    expect(context.lines.map(({ decision }) => decision)).toEqual(['settings-changed']);
  });

  test('tells what others changed before it puts something else', async () => {
    const ecr = declared();
    ecr.settings = IMMUTABLE;
    const context = contextOn(ecr);
    await release(context);
    expect(context.lines.map(({ decision }) => decision)).toEqual(['drifted', 'settings-changed']);
  });
});

describe('where there is no declaration, a release', () => {
  test('makes one call and changes nothing', async () => {
    const ecr = new FakeEcr(LOCKED);
    ecr.tags.set('team', 'a');
    expect(await release(contextOn(ecr))).toBeUndefined();
    expect([ecr.calls, [...ecr.tags]]).toEqual([['readTags'], [['team', 'a']]]);
  });

  test('removes the mark that was left, and leaves the settings', async () => {
    const ecr = new FakeEcr(LOCKED);
    ecr.tags.set(OWN.mark.key, OWN.mark.value);
    expect(await release(contextOn(ecr))).toBeUndefined();
    expect([ecr.settings, ecr.trace]).toEqual([LOCKED, []]);
  });

  test('leaves the mark that a neighbour needs', async () => {
    const ecr = new FakeEcr(LOCKED);
    record(ecr, NEIGHBOUR, { settings: LOCKED });
    expect(await release(contextOn(ecr))).toBeUndefined();
    expect([ecr.trace.length, ecr.calls]).toEqual([3, ['readTags']]);
  });
});

describe('a declaration that may not be erased yet', () => {
  const start = contextOn(new FakeEcr(MUTABLE)).clock.now();

  test.each([
    ['has just been recorded', start, [1_000]],
    ['was recorded when its invocation may still run', start - 104_999, [1_000]],
    ['was recorded when no invocation of then still runs', start - 105_000, []],
  ])('%s', async (_, since, pauses) => {
    const context = contextOn(declared({ since }));
    await release(context);
    expect(context.clock.pauses).toEqual(pauses);
    expect([context.ecr.settings, context.ecr.trace]).toEqual([FILTERED, []]);
  });

  test('has lost the text that tells when it was recorded', async () => {
    const ecr = declared();
    ecr.tags.delete(`${keyOf(OWN)}:declared`);
    ecr.settings = FILTERED;
    const context = contextOn(ecr);
    await release(context);
    expect(context.clock.pauses).toEqual([1_000]);
    expect(ecr.calls).toEqual(['readTags', 'readTags', 'readSettings', 'untag', 'readTags']);
  });

  test('is read again after the wait', async () => {
    const context = contextOn(declared({ since: start }));
    context.clock.onSleep = () => record(context.ecr, OTHER, { settings: OF_OTHER, original: FILTERED, place: { order: 2, rename: 0 } });
    expect(await release(context)).toMatchObject({ effective: OF_OTHER });
  });

  test.each([
    ['until its creation can no longer run', LONG_AGO, start + 60_000, [60_000]],
    ['at least for its shortest life', start, start + 400, [1_000]],
    ['not where that time is over', LONG_AGO, start - 1, []],
  ])('waits %s', async (_, since, appearsUntil, pauses) => {
    const context = contextOn(declared({ since }));
    await release(context, { appearsUntil });
    expect(context.clock.pauses).toEqual(pauses);
  });

  test('is released where it appeared meanwhile', async () => {
    const context = contextOn(new FakeEcr(LOCKED));
    context.clock.onSleep = () => record(context.ecr, OWN, { settings: LOCKED, original: FILTERED });
    expect(await release(context, { appearsUntil: start + 60_000 })).toEqual({ before: LOCKED, effective: FILTERED });
    expect([context.ecr.settings, context.ecr.trace]).toEqual([FILTERED, []]);
  });
});

describe('taking back what was recorded at a time', () => {
  test('releases just that, without a word on settings that were not put', async () => {
    const ecr = declared();
    ecr.settings = FILTERED;
    const context = contextOn(ecr);
    expect(await release(context, { recordedAt: LONG_AGO })).toEqual({ before: FILTERED, effective: FILTERED });
    expect([ecr.trace, context.lines]).toEqual([[], []]);
  });

  test('touches no declaration that another invocation recorded', async () => {
    const ecr = declared();
    expect(await release(contextOn(ecr), { recordedAt: LONG_AGO + 1 })).toBeUndefined();
    expect([ecr.settings, ecr.trace.length, ecr.calls]).toEqual([LOCKED, 3, ['readTags']]);
  });
});

test('taking back leaves to another invocation what that one is releasing', async () => {
  const ecr = declared();
  ecr.tags.delete(`${keyOf(OWN)}:declared`);
  expect(await release(contextOn(ecr), { recordedAt: LONG_AGO })).toBeUndefined();
  expect(ecr.trace).toHaveLength(2);
});

describe('the mark', () => {
  const erasing = (ecr: FakeEcr) => ecr.calls.filter((call) => call === 'untag').length === 2;

  test('stays where a neighbour needs it', async () => {
    const ecr = declared();
    record(ecr, NEIGHBOUR, { settings: LOCKED, original: FILTERED });
    await release(contextOn(ecr));
    expect([declaredBy(ecr, OWN), declaredBy(ecr, NEIGHBOUR), ecr.tags.get(OWN.mark.key)]).toEqual([false, true, OWN.mark.value]);
    expect(ecr.calls.filter((call) => call === 'tag')).toEqual([]);
  });

  test('is written again for a neighbour that declared while it was removed', async () => {
    const ecr = declared();
    ecr.before = (method) => {
      if (method === 'untag' && erasing(ecr)) {
        record(ecr, NEIGHBOUR, { settings: LOCKED, original: FILTERED, place: { order: 2, rename: 0 } });
      }
    };
    await release(contextOn(ecr));
    expect([declaredBy(ecr, NEIGHBOUR), ecr.tags.get(OWN.mark.key)]).toEqual([true, OWN.mark.value]);
  });

  test('is removed again where somebody wrote it after its last declaration', async () => {
    const ecr = declared();
    let written = false;
    ecr.before = (method) => {
      if (method === 'readTags' && erasing(ecr) && !written) {
        written = true;
        ecr.tags.set(OWN.mark.key, OWN.mark.value);
      }
    };
    await release(contextOn(ecr));
    expect([written, ecr.trace]).toEqual([true, []]);
  });

  test('that is written again and again fails after ten corrections, and the error says what to do', async () => {
    const ecr = declared();
    ecr.before = (method) => method === 'readTags' && ecr.calls.includes('untag') && ecr.tags.set(OWN.mark.key, OWN.mark.value);
    await expect(release(contextOn(ecr))).rejects.toThrow(
      `the repository's tag ${OWN.mark.key} still changed after 10 corrections. Find out who else changes it, then deploy again`);
    // The text, the declaration, and the corrections.
    expect(ecr.calls.filter((call) => call === 'untag')).toHaveLength(2 + 10);
  });
});
