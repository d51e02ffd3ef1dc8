import { DeclarationId, keyOf } from '../../../lambda/protocol/operation';
import { readRecord } from '../../../lambda/protocol/record';
import { Releasing, release } from '../../../lambda/protocol/release';
import { Settings } from '../../../src/shared/settings';
import { FakeEcr } from '../../support/fake-ecr';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE, OF_OTHER } from '../../support/settings';
import { LONG_AGO, TOKEN, operationOn, declarationIdOf, record } from '../../support/test-operation';

const OWN = declarationIdOf('a');
const OTHER = declarationIdOf('b');
/** Of another stack that uses the own stack's provider, and so its ownership tag. */
const NEIGHBOUR: DeclarationId = { ...OTHER, ownershipTag: OWN.ownershipTag };
/** What a delete knows of the physical id of what was recorded. */
const OF_OWN: Releasing = { token: TOKEN };

function declared({ settings = LOCKED, ...rest }: Partial<Parameters<typeof record>[2]> = {}): FakeEcr {
  const ecr = new FakeEcr(settings);
  ecr.tags.set('team', 'a');
  record(ecr, OWN, { settings, original: FILTERED, ...rest });
  return ecr;
}

const declaredBy = (ecr: FakeEcr, owner: DeclarationId) => readRecord(ecr.tags).declarations.some(({ key }) => key === keyOf(owner));

describe('a release', () => {
  test('restores the original, removes its tags and only these, and tells both settings', async () => {
    const ecr = declared();
    expect(await release(operationOn(ecr), OF_OWN)).toEqual({ outcome: 'released', before: LOCKED, effective: FILTERED });
    expect(ecr.settings).toEqual(FILTERED);
    expect([...ecr.tags]).toEqual([['team', 'a']]);
  });

  test('gives up its precedence before it puts, and is erased after that', async () => {
    const ecr = declared();
    await release(operationOn(ecr), OF_OWN);
    expect(ecr.calls).toEqual(['readTags', 'readSettings', 'untag', 'putSettings', 'readTags', 'untag', 'readTags']);
  });

  test('leaves another stack\'s declaration effective, with its tags', async () => {
    const ecr = declared({ precedence: { sequence: 2, revision: 0 } });
    record(ecr, OTHER, { settings: OF_OTHER, original: FILTERED });
    expect(await release(operationOn(ecr), OF_OWN)).toEqual({ outcome: 'released', before: LOCKED, effective: OF_OTHER });
    expect(ecr.settings).toEqual(OF_OTHER);
    expect([declaredBy(ecr, OWN), declaredBy(ecr, OTHER)]).toEqual([false, true]);
    expect([ecr.tags.has(OWN.ownershipTag.key), ecr.tags.has(OTHER.ownershipTag.key)]).toEqual([false, true]);
  });

  test('takes the original from another copy where the own one is lost', async () => {
    const ecr = declared();
    record(ecr, OTHER, { settings: LOCKED, original: undefined });
    record(ecr, NEIGHBOUR, { settings: LOCKED, original: FILTERED });
    ecr.tags.delete(`${keyOf(OWN)}:original`);
    await release(operationOn(ecr), OF_OWN);
    for (const owner of [OTHER, NEIGHBOUR]) ecr.tags.delete(`${keyOf(owner)}:declared`);
    await release(operationOn(ecr, NEIGHBOUR), OF_OWN);
    expect(ecr.settings).toEqual(FILTERED);
  });

  test('with an unknown original leaves the settings, and says so', async () => {
    const ecr = declared({ original: undefined });
    const operation = operationOn(ecr);
    expect(await release(operation, OF_OWN)).toEqual({ outcome: 'original-unknown', before: LOCKED, effective: LOCKED });
    expect([ecr.puts, ecr.trace]).toEqual([[], []]);
    expect(operation.lines).toEqual([{
      level: 'WARN',
      decision: 'original-unknown',
      details: { consequence: 'the settings are left as they are, unless others declare them', before: LOCKED, effective: LOCKED },
    }]);
  });

  test('with an unknown original puts what another stack declares', async () => {
    const ecr = new FakeEcr(LOCKED);
    record(ecr, OWN, { settings: LOCKED, original: undefined, precedence: { sequence: 2, revision: 0 } });
    record(ecr, OTHER, { settings: OF_OTHER, original: undefined });
    expect(await release(operationOn(ecr), OF_OWN)).toEqual({ outcome: 'released', before: LOCKED, effective: OF_OTHER });
    expect(ecr.settings).toEqual(OF_OTHER);
  });

  test('says nothing but what was put where all is in order', async () => {
    const operation = operationOn(declared());
    await release(operation, OF_OWN);
    expect(operation.lines.map(({ decision }) => decision)).toEqual(['settings-changed']);
  });

  test('tells what others changed before it puts something else', async () => {
    const ecr = declared();
    ecr.settings = IMMUTABLE;
    const operation = operationOn(ecr);
    await release(operation, OF_OWN);
    expect(operation.lines.map(({ decision }) => decision)).toEqual(['drifted', 'settings-changed']);
  });
});

const NOTHING_DONE = { outcome: 'no-record', before: LOCKED, effective: LOCKED };

describe('where there is no declaration, and no original in the id, a release', () => {
  test('reads, and changes nothing', async () => {
    const ecr = new FakeEcr(LOCKED);
    ecr.tags.set('team', 'a');
    expect(await release(operationOn(ecr), { ...OF_OWN, ownSettings: LOCKED })).toEqual(NOTHING_DONE);
    expect([ecr.calls, [...ecr.tags]]).toEqual([['readTags', 'readSettings'], [['team', 'a']]]);
  });

  test('removes the ownership tag that was left, and leaves the settings', async () => {
    const ecr = new FakeEcr(LOCKED);
    ecr.tags.set(OWN.ownershipTag.key, OWN.ownershipTag.value);
    expect(await release(operationOn(ecr), OF_OWN)).toEqual(NOTHING_DONE);
    expect([ecr.settings, ecr.trace]).toEqual([LOCKED, []]);
  });

  test('leaves the ownership tag that a neighbour needs', async () => {
    const ecr = new FakeEcr(LOCKED);
    record(ecr, NEIGHBOUR, { settings: LOCKED });
    expect(await release(operationOn(ecr), OF_OWN)).toEqual(NOTHING_DONE);
    expect([ecr.trace.length, ecr.calls]).toEqual([3, ['readTags', 'readSettings']]);
  });
});

describe('where others erased the record, a release', () => {
  const ERASED: Releasing = { ...OF_OWN, original: FILTERED, ownSettings: LOCKED };

  test('restores the original of the id', async () => {
    const ecr = new FakeEcr(LOCKED);
    expect(await release(operationOn(ecr), ERASED)).toEqual({ outcome: 'restored-without-record', before: LOCKED, effective: FILTERED });
    expect([ecr.settings, ecr.puts, ecr.trace]).toEqual([FILTERED, [FILTERED], []]);
  });

  test('restores it while the ownership tag is still there, since IAM may ask for that', async () => {
    const ecr = new FakeEcr(LOCKED);
    ecr.tags.set(OWN.ownershipTag.key, OWN.ownershipTag.value);
    let wasOwned = false;
    ecr.before = (method) => {
      if (method === 'putSettings') wasOwned = ecr.tags.has(OWN.ownershipTag.key);
    };
    expect(await release(operationOn(ecr), ERASED)).toMatchObject({ outcome: 'restored-without-record' });
    expect([wasOwned, ecr.trace]).toEqual([true, []]);
  });

  test.each<[string, Settings, Releasing, ((ecr: FakeEcr) => void)?]>([
    ['the owner has set something else since', IMMUTABLE, ERASED],
    ['the original is there already', FILTERED, ERASED],
    ['the original is there already, and is what was declared', LOCKED, { ...ERASED, original: LOCKED }],
    ['it is not known what was declared', LOCKED, { ...ERASED, ownSettings: undefined }],
    ['the original is not known', LOCKED, { ...ERASED, original: undefined }],
    ['another stack declares', LOCKED, ERASED, (ecr) => record(ecr, OTHER, { settings: LOCKED, original: FILTERED })],
  ])('leaves the settings where %s', async (_, actual, releasing, prepare = () => {}) => {
    const ecr = new FakeEcr(actual);
    prepare(ecr);
    const tags = [...ecr.tags];
    expect(await release(operationOn(ecr), releasing)).toEqual({ outcome: 'no-record', before: actual, effective: actual });
    expect([ecr.puts, [...ecr.tags]]).toEqual([[], tags]);
  });

  test('leaves the settings to a stack that declares meanwhile', async () => {
    const ecr = new FakeEcr(LOCKED);
    ecr.before = (method) => {
      if (method === 'putSettings' && ecr.puts.length === 0) record(ecr, OTHER, { settings: OF_OTHER, original: LOCKED });
    };
    await release(operationOn(ecr), ERASED);
    expect(ecr.settings).toEqual(OF_OTHER);
  });
});

describe('the token', () => {
  test('of another create leaves its declaration alone', async () => {
    const ecr = declared({ token: 'ffffffffffff' });
    const tags = [...ecr.tags];
    expect(await release(operationOn(ecr), { ...OF_OWN, original: MUTABLE, ownSettings: LOCKED })).toEqual({ outcome: 'other-create' });
    expect([ecr.settings, ecr.puts, [...ecr.tags]]).toEqual([LOCKED, [], tags]);
  });

  test.each<[string, Releasing, (ecr: FakeEcr) => void]>([
    ['that the id does not have', {}, () => {}],
    ['that cannot be read in the record', OF_OWN, (ecr) => ecr.tags.set(`${keyOf(OWN)}:declared`, 'oops')],
    ['that was removed from the record', OF_OWN, (ecr) => ecr.tags.delete(`${keyOf(OWN)}:declared`)],
  ])('%s does not keep a release from what is recorded', async (_, releasing, damage) => {
    const ecr = declared();
    damage(ecr);
    expect(await release(operationOn(ecr), releasing)).toMatchObject({ outcome: 'released' });
    expect([ecr.settings, ecr.trace]).toEqual([FILTERED, []]);
  });
});

describe('the original of the id', () => {
  test.each<[string, Settings | undefined, string[]]>([
    ['holds over the one that is recorded, and the log says so', MUTABLE, ['original-edited', 'settings-changed']],
    ['replaces one that is unknown', undefined, ['settings-changed']],
    ['that is the recorded one says nothing', FILTERED, ['settings-changed']],
  ])('%s', async (_, original, decisions) => {
    const operation = operationOn(declared({ original }));
    expect(await release(operation, { ...OF_OWN, original: FILTERED })).toMatchObject({ outcome: 'released', effective: FILTERED });
    expect(operation.lines.map(({ decision }) => decision)).toEqual(decisions);
  });

  test('does not hold over another declaration', async () => {
    const ecr = declared({ precedence: { sequence: 2, revision: 0 } });
    record(ecr, OTHER, { settings: OF_OTHER, original: FILTERED });
    await release(operationOn(ecr), { ...OF_OWN, original: MUTABLE });
    expect(ecr.settings).toEqual(OF_OTHER);
  });
});

describe('a declaration that may not be erased yet', () => {
  const start = operationOn(new FakeEcr(MUTABLE)).clock.now();

  test.each([
    ['has just been recorded', start, [1_000]],
    ['was recorded when its invocation may still run', start - 104_999, [1_000]],
    ['was recorded when no invocation of then still runs', start - 105_000, []],
  ])('%s', async (_, since, pauses) => {
    const operation = operationOn(declared({ since }));
    await release(operation, OF_OWN);
    expect(operation.clock.pauses).toEqual(pauses);
    expect([operation.ecr.settings, operation.ecr.trace]).toEqual([FILTERED, []]);
  });

  test('has lost the string that tells when it was recorded', async () => {
    const ecr = declared();
    ecr.tags.delete(`${keyOf(OWN)}:declared`);
    ecr.settings = FILTERED;
    const operation = operationOn(ecr);
    await release(operation, OF_OWN);
    expect(operation.clock.pauses).toEqual([1_000]);
    expect(ecr.calls).toEqual(['readTags', 'readTags', 'readSettings', 'untag', 'readTags']);
  });

  test('is read again after the wait', async () => {
    const operation = operationOn(declared({ since: start }));
    operation.clock.onSleep = () => {
      record(operation.ecr, OTHER, { settings: OF_OTHER, original: FILTERED, precedence: { sequence: 2, revision: 0 } });
    };
    expect(await release(operation, OF_OWN)).toMatchObject({ effective: OF_OTHER });
  });
});

describe('where CloudFormation generated the id, the create may still run. A release', () => {
  const start = operationOn(new FakeEcr(MUTABLE)).clock.now();
  const WINDOW = { createMayRunUntil: start + 105_000 };
  const total = (pauses: readonly number[]) => pauses.reduce((a, b) => a + b, 0);

  test('waits for nothing where the create\'s declaration is recorded and set', async () => {
    const operation = operationOn(declared({ since: start }));
    expect(await release(operation, WINDOW)).toMatchObject({ outcome: 'released' });
    // The shortest life of a declaration.
    expect(operation.clock.pauses).toEqual([1_000]);
    expect([operation.ecr.settings, operation.ecr.trace]).toEqual([FILTERED, []]);
  });

  test('waits for nothing either where a newer declaration of another stack is set', async () => {
    const ecr = declared({ since: start });
    record(ecr, OTHER, { settings: OF_OTHER, original: FILTERED, precedence: { sequence: 2, revision: 0 } });
    ecr.settings = OF_OTHER;
    const operation = operationOn(ecr);
    await release(operation, WINDOW);
    expect(operation.clock.pauses).toEqual([1_000]);
    expect(ecr.settings).toEqual(OF_OTHER);
  });

  test('looks again after 10 s, and releases where the create has set what it declares by then', async () => {
    const operation = operationOn(new FakeEcr(MUTABLE));
    operation.clock.onSleep = (now) => {
      record(operation.ecr, OWN, { settings: LOCKED, original: MUTABLE, since: now });
      operation.ecr.settings = LOCKED;
      operation.clock.onSleep = () => {};
    };
    expect(await release(operation, WINDOW)).toEqual({ outcome: 'released', before: LOCKED, effective: MUTABLE });
    expect(operation.clock.pauses).toEqual([10_000, 1_000]);
    expect(operation.ecr.trace).toEqual([]);
  });

  test('waits to the end where nothing is seen', async () => {
    const operation = operationOn(new FakeEcr(LOCKED));
    expect(await release(operation, WINDOW)).toEqual(NOTHING_DONE);
    expect(operation.clock.pauses).toEqual([10_000, 95_000]);
    expect(total(operation.clock.pauses)).toBe(105_000);
    expect(operation.ecr.trace).toEqual([]);
  });

  test('waits to the end of the create\'s own window where it recorded, but never set', async () => {
    const operation = operationOn(declared({ since: start - 60_000, settings: LOCKED }));
    operation.ecr.settings = FILTERED;
    expect(await release(operation, WINDOW)).toMatchObject({ outcome: 'released', effective: FILTERED });
    expect(total(operation.clock.pauses)).toBe(45_000);
    expect(operation.ecr.trace).toEqual([]);
  });

  test('does not release an older, retained record before the end, since the create may declare over it', async () => {
    const operation = operationOn(declared({ since: LONG_AGO }));
    expect(await release(operation, WINDOW)).toMatchObject({ outcome: 'released' });
    expect(total(operation.clock.pauses)).toBe(105_000);
    expect(operation.ecr.trace).toEqual([]);
  });

  test('does not wait where the window is over', async () => {
    const operation = operationOn(declared({ since: LONG_AGO }));
    await release(operation, { createMayRunUntil: start - 1 });
    expect(operation.clock.pauses).toEqual([]);
  });
});

describe('rolling back what was recorded at a time', () => {
  test('releases just that, without a word on settings that were not put', async () => {
    const ecr = declared();
    ecr.settings = FILTERED;
    const operation = operationOn(ecr);
    expect(await release(operation, { recordedAt: LONG_AGO })).toEqual({ outcome: 'released', before: FILTERED, effective: FILTERED });
    expect([ecr.trace, operation.lines]).toEqual([[], []]);
  });

  test('touches no declaration that another invocation recorded', async () => {
    const ecr = declared();
    expect(await release(operationOn(ecr), { recordedAt: LONG_AGO + 1 })).toEqual({ outcome: 'other-create' });
    expect([ecr.settings, ecr.trace.length, ecr.calls]).toEqual([LOCKED, 3, ['readTags']]);
  });
});

test('rolling back leaves to another invocation what that one is releasing', async () => {
  const ecr = declared();
  ecr.tags.delete(`${keyOf(OWN)}:declared`);
  expect(await release(operationOn(ecr), { recordedAt: LONG_AGO })).toEqual({ outcome: 'other-create' });
  expect(ecr.trace).toHaveLength(2);
});

describe('the ownership tag', () => {
  const erasing = (ecr: FakeEcr) => ecr.calls.filter((call) => call === 'untag').length === 2;

  test('stays where a neighbour needs it', async () => {
    const ecr = declared();
    record(ecr, NEIGHBOUR, { settings: LOCKED, original: FILTERED });
    await release(operationOn(ecr), OF_OWN);
    expect([declaredBy(ecr, OWN), declaredBy(ecr, NEIGHBOUR), ecr.tags.get(OWN.ownershipTag.key)]).toEqual([false, true, OWN.ownershipTag.value]);
    expect(ecr.calls.filter((call) => call === 'tag')).toEqual([]);
  });

  test('is written again for a neighbour that declared while it was removed', async () => {
    const ecr = declared();
    ecr.before = (method) => {
      if (method === 'untag' && erasing(ecr)) {
        record(ecr, NEIGHBOUR, { settings: LOCKED, original: FILTERED, precedence: { sequence: 2, revision: 0 } });
      }
    };
    await release(operationOn(ecr), OF_OWN);
    expect([declaredBy(ecr, NEIGHBOUR), ecr.tags.get(OWN.ownershipTag.key)]).toEqual([true, OWN.ownershipTag.value]);
  });

  test('is removed again where somebody wrote it after its last declaration', async () => {
    const ecr = declared();
    let written = false;
    ecr.before = (method) => {
      if (method === 'readTags' && erasing(ecr) && !written) {
        written = true;
        ecr.tags.set(OWN.ownershipTag.key, OWN.ownershipTag.value);
      }
    };
    await release(operationOn(ecr), OF_OWN);
    expect([written, ecr.trace]).toEqual([true, []]);
  });

  test('that is written again and again fails after ten corrections, and the error says what to do', async () => {
    const ecr = declared();
    ecr.before = (method) => method === 'readTags' && ecr.calls.includes('untag') && ecr.tags.set(OWN.ownershipTag.key, OWN.ownershipTag.value);
    await expect(release(operationOn(ecr), OF_OWN)).rejects.toThrow(
      `the repository's tag ${OWN.ownershipTag.key} still changed after 10 corrections. Find out who else changes it, then try again`);
    // The string, the declaration, and the corrections.
    expect(ecr.calls.filter((call) => call === 'untag')).toHaveLength(2 + 10);
  });
});
