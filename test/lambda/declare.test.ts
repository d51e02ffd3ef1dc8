import { Owner, keyOf } from '../../lambda/context';
import { Declaring, declare } from '../../lambda/declare';
import { declarationOf, readRecord } from '../../lambda/record';
import { release } from '../../lambda/release';
import { FakeEcr, named } from '../support/fake-ecr';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE, OF_OTHER } from '../support/fake-stack';
import { LONG_AGO, TestContext, contextOn, ownerOf, record } from '../support/test-context';

const OWN = ownerOf('a');
const OTHER = ownerOf('b');
const NOW = contextOn(new FakeEcr(MUTABLE)).clock.now();

/** A create, unless said otherwise, that is taken back as the lifecycle does it. */
function declaring(context: TestContext, request: Partial<Declaring> = {}) {
  return declare(context, {
    settings: LOCKED,
    created: true,
    notOriginal: [],
    undo: async (recordedAt) => void await release(context, { recordedAt }),
    ...request,
  });
}

const ownOf = (ecr: FakeEcr, owner: Owner = OWN) => declarationOf(keyOf(owner), readRecord(ecr.tags));
const decisions = ({ lines }: TestContext) => lines.map(({ decision }) => decision);

describe('a first declaration', () => {
  test('is recorded with what was there, and set', async () => {
    const context = contextOn(new FakeEcr(FILTERED));
    expect(await declaring(context)).toEqual({ before: FILTERED, effective: LOCKED, overruledBy: undefined });
    expect(context.ecr.settings).toEqual(LOCKED);
    expect(ownOf(context.ecr)).toEqual({
      key: keyOf(OWN), original: FILTERED, declared: { place: { order: 1, rename: 0 }, stackName: 'a', since: NOW, settings: LOCKED },
    });
    expect(context.ecr.tags.get(OWN.mark.key)).toBe(OWN.mark.value);
    expect(decisions(context)).toEqual(['settings-changed']);
  });

  test('is written ahead, in one call', async () => {
    const { ecr, ...context } = contextOn(new FakeEcr(FILTERED));
    await declaring({ ...context, ecr });
    expect(ecr.calls).toEqual(['readTags', 'readSettings', 'readTags', 'tag', 'putSettings', 'readTags', 'readSettings']);
  });
});

describe('beside others', () => {
  function underOther() {
    const ecr = new FakeEcr(OF_OTHER);
    record(ecr, OTHER, { settings: OF_OTHER, original: FILTERED, place: { order: 7, rename: 0 } });
    return contextOn(ecr);
  }

  test('a new declaration is the newest, and copies their original', async () => {
    const context = underOther();
    expect(await declaring(context)).toEqual({ before: OF_OTHER, effective: LOCKED, overruledBy: undefined });
    expect(ownOf(context.ecr)).toMatchObject({ original: FILTERED, declared: { place: { order: 8 } } });
  });

  test('an update keeps its place, and names the stack that has the say', async () => {
    const context = underOther();
    record(context.ecr, OWN, { settings: IMMUTABLE, original: FILTERED });
    expect(await declaring(context, { created: false })).toEqual({ before: OF_OTHER, effective: OF_OTHER, overruledBy: 'b' });
    expect(ownOf(context.ecr)).toMatchObject({ declared: { place: { order: 1 }, settings: LOCKED } });
    expect(context.ecr.puts).toEqual([]);
  });

  test.each([
    ['delivered twice keeps its place', NOW - 105_000, 1],
    ['of what was retained is declared anew', NOW - 105_001, 8],
  ])('a creation %s', async (_, since, order) => {
    const context = underOther();
    record(context.ecr, OWN, { settings: LOCKED, original: FILTERED, since });
    await declaring(context);
    expect(ownOf(context.ecr)).toMatchObject({ declared: { place: { order } } });
  });
});

describe('an update', () => {
  function declared(settings = LOCKED) {
    const ecr = new FakeEcr(settings);
    record(ecr, OWN, { settings, original: FILTERED });
    return contextOn(ecr);
  }
  const update = (context: TestContext, settings = LOCKED) => declaring(context, { created: false, settings, notOriginal: [LOCKED, settings] });

  test('without changes makes two calls and writes nothing', async () => {
    const context = declared();
    await update(context);
    expect(context.ecr.calls).toEqual(['readTags', 'readSettings']);
    expect(context.lines).toEqual([]);
  });

  test('of a record that is complete restores settings that somebody changed, without writing it again', async () => {
    const context = declared();
    context.ecr.settings = MUTABLE;
    await update(context);
    expect(context.ecr.settings).toEqual(LOCKED);
    expect(context.ecr.calls).toEqual(['readTags', 'readSettings', 'putSettings', 'readTags', 'readSettings']);
    expect(ownOf(context.ecr)).toMatchObject({ declared: { since: LONG_AGO } });
  });

  test.each([['gone', undefined], ['another', 'the id of another']])('writes the mark again where it is %s', async (_, value) => {
    const context = declared();
    context.ecr.tags.delete(OWN.mark.key);
    if (value) context.ecr.tags.set(OWN.mark.key, value);
    await update(context);
    expect(context.ecr.tags.get(OWN.mark.key)).toBe(OWN.mark.value);
  });

  test('keeps the original that it recorded', async () => {
    const context = declared();
    await update(context, IMMUTABLE);
    expect(ownOf(context.ecr)).toMatchObject({ original: FILTERED, declared: { since: NOW, settings: IMMUTABLE } });
  });

  test('removes the parts that a shorter text leaves over, and no other tag', async () => {
    const long = { mutability: 'IMMUTABLE_WITH_EXCLUSION' as const, filters: ['a', 'b', 'c'].map((letter) => letter.repeat(128)) };
    const context = declared(long);
    context.ecr.tags.set('team', 'a');
    expect(context.ecr.trace).toContain(`${keyOf(OWN)}:declared.2`);
    await declaring(context, { created: false, notOriginal: [long, LOCKED] });
    expect([...context.ecr.tags.keys()]).toEqual([`${keyOf(OWN)}:declared`, `${keyOf(OWN)}:original`, OWN.mark.key, 'team']);
    expect(ownOf(context.ecr)).toMatchObject({ original: FILTERED, declared: { settings: LOCKED } });
  });

  test('goes on with an original that is unknown, and says so', async () => {
    const context = contextOn(new FakeEcr(LOCKED));
    record(context.ecr, OWN, { settings: LOCKED, original: undefined });
    await update(context, IMMUTABLE);
    expect(ownOf(context.ecr)).toMatchObject({ original: undefined, declared: { settings: IMMUTABLE } });
    expect(context.lines[0]).toEqual({
      level: 'WARN', decision: 'original-unknown', details: { consequence: 'nothing will be restored on delete', before: LOCKED },
    });
  });

  test.each([['the old settings', LOCKED], ['the new ones', IMMUTABLE]])('without a record does not take %s for the original', async (_, found) => {
    const context = contextOn(new FakeEcr(found));
    await update(context, IMMUTABLE);
    expect(ownOf(context.ecr)).toMatchObject({ original: undefined, declared: { settings: IMMUTABLE } });
    expect(context.lines.slice(0, 2)).toEqual([
      { level: 'WARN', decision: 'no-record', details: { consequence: 'the settings are declared anew', before: found } },
      { level: 'WARN', decision: 'original-unknown', details: { consequence: 'nothing will be restored on delete', before: found } },
    ]);
  });

  test('without a record takes what nobody here declared for the original', async () => {
    const context = contextOn(new FakeEcr(FILTERED));
    await update(context, IMMUTABLE);
    expect(ownOf(context.ecr)).toMatchObject({ original: FILTERED });
    expect(decisions(context)).toEqual(['no-record', 'settings-changed']);
  });
});

describe('a repository has room for 50 tags', () => {
  function tagged(count: number, further: [string, string][] = []) {
    const ecr = new FakeEcr(FILTERED);
    for (let tag = 0; tag < count; tag++) ecr.tags.set(`team-${tag}`, 'a');
    further.forEach(([key, value]) => ecr.tags.set(key, value));
    return contextOn(ecr);
  }

  test('and is declared where the record just fits', async () => {
    const context = tagged(47);
    await declaring(context);
    expect([context.ecr.settings, context.ecr.tags.size]).toEqual([LOCKED, 50]);
  });

  test('of which those of AWS are not counted', async () => {
    const context = tagged(47, [['aws:cloudformation:stack-name', 'owners']]);
    await declaring(context);
    expect([context.ecr.settings, context.ecr.tags.size]).toEqual([LOCKED, 51]);
  });

  test('and is left alone where the record does not fit', async () => {
    const context = tagged(47, [['cost:aws:center', '1']]);
    await expect(declaring(context)).rejects.toThrow('the repository would have 51 tags, but ECR takes 50; the record of this declaration needs 3 of them. '
      + 'Remove tags from the repository, then deploy again. Its settings were not changed');
    expect([context.ecr.puts, context.ecr.trace]).toEqual([[], []]);
  });
});

describe('a declaration that fails', () => {
  const failsToPut = (ecr: FakeEcr) => {
    ecr.before = (method) => {
      if (method === 'putSettings') throw named('ServerException', 'try later');
    };
  };

  test('is taken back where it is new', async () => {
    const context = contextOn(new FakeEcr(FILTERED));
    failsToPut(context.ecr);
    await expect(declaring(context)).rejects.toThrow('try later');
    expect([context.ecr.settings, context.ecr.trace]).toEqual([FILTERED, []]);
  });

  test('stays recorded where it was there before, for the rollback', async () => {
    const ecr = new FakeEcr(IMMUTABLE);
    record(ecr, OWN, { settings: IMMUTABLE, original: FILTERED });
    failsToPut(ecr);
    await expect(declaring(contextOn(ecr), { created: false })).rejects.toThrow('try later');
    expect(ownOf(ecr)).toMatchObject({ original: FILTERED, declared: { settings: LOCKED } });
  });
});

describe('while it is made', () => {
  /** Others act once, just before the put. */
  function meanwhile(act: (context: TestContext) => void): TestContext {
    const context = contextOn(new FakeEcr(FILTERED));
    context.ecr.before = (method) => {
      if (method === 'putSettings' && context.ecr.puts.length === 0) act(context);
    };
    return context;
  }
  const erased = ({ ecr, key }: TestContext) => ecr.trace.filter((tag) => tag.startsWith(key)).forEach((tag) => ecr.tags.delete(tag));
  const OVERTAKEN = 'the declaration was removed while it was being made: its own deletion overtook it, or somebody removed the repository\'s tags. '
    + 'Deploy again to declare it once more';

  test('its own deletion wins: the original is restored, and the mark is not written again', async () => {
    const context = meanwhile(({ ecr, ...rest }) => {
      erased({ ecr, ...rest });
      ecr.tags.delete(OWN.mark.key);
    });
    await expect(declaring(context, { undo: async () => {} })).rejects.toThrow(OVERTAKEN);
    expect([context.ecr.settings, context.ecr.trace]).toEqual([FILTERED, []]);
  });

  test('its own deletion wins also where another stack declares: that one has the say', async () => {
    const context = meanwhile((on) => {
      erased(on);
      record(on.ecr, OTHER, { settings: OF_OTHER, original: FILTERED });
    });
    await expect(declaring(context, { undo: async () => {} })).rejects.toThrow(OVERTAKEN);
    expect(context.ecr.settings).toEqual(OF_OTHER);
  });

  test('a deletion that has only taken its say wins as well', async () => {
    const context = meanwhile(({ ecr, key }) => ecr.tags.delete(`${key}:declared`));
    await expect(declaring(context, { undo: async () => {} })).rejects.toThrow(OVERTAKEN);
    expect(context.ecr.settings).toEqual(FILTERED);
  });

  test('the mark is written again where a neighbour\'s release removed it', async () => {
    const context = meanwhile(({ ecr }) => ecr.tags.delete(OWN.mark.key));
    await declaring(context);
    expect(context.ecr.tags.get(OWN.mark.key)).toBe(OWN.mark.value);
  });

  test('a later request for the same declaration wins, and this one says so', async () => {
    const context = meanwhile(({ ecr }) => record(ecr, OWN, { settings: OF_OTHER, original: FILTERED }));
    await expect(declaring(context, { undo: async () => {} })).rejects.toThrow('the repository\'s tags have another setting for this declaration than was just '
      + 'recorded: a later request for it overtook this one, or somebody edits the tags. Deploy again to declare it once more');
    expect(context.ecr.settings).toEqual(OF_OTHER);
  });

  test('a newer declaration takes the say', async () => {
    const context = meanwhile(({ ecr }) => record(ecr, OTHER, { settings: OF_OTHER, original: FILTERED, place: { order: 2, rename: 0 } }));
    expect(await declaring(context)).toEqual({ before: FILTERED, effective: OF_OTHER, overruledBy: 'b' });
    expect(context.ecr.settings).toEqual(OF_OTHER);
  });
});
