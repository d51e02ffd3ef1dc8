import { Declaring, declare } from '../../../lambda/protocol/declare';
import { DeclarationId, keyOf } from '../../../lambda/protocol/operation';
import { declarationOf, readRecord } from '../../../lambda/protocol/record';
import { FakeEcr, named } from '../../support/fake-ecr';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE, OF_OTHER } from '../../support/settings';
import { LONG_AGO, TOKEN, TestOperation, operationOn, declarationIdOf, record } from '../../support/test-operation';

const OWN = declarationIdOf('a');
const OTHER = declarationIdOf('b');
const NOW = operationOn(new FakeEcr(MUTABLE)).clock.now();

/** A create, unless said otherwise. */
function declaring(operation: TestOperation, request: Partial<Declaring> = {}) {
  return declare(operation, {
    settings: LOCKED,
    isCreate: true,
    token: TOKEN,
    newToken: TOKEN,
    ownSettings: [],
    failIfSuperseded: false,
    ...request,
  });
}

const ownOf = (ecr: FakeEcr, owner: DeclarationId = OWN) => declarationOf(keyOf(owner), readRecord(ecr.tags));
const decisions = ({ lines }: TestOperation) => lines.map(({ decision }) => decision);

describe('a first declaration', () => {
  test('is recorded with what was there, and set', async () => {
    const operation = operationOn(new FakeEcr(FILTERED));
    expect(await declaring(operation)).toEqual({ before: FILTERED, effective: LOCKED, original: FILTERED, token: TOKEN, isUnchanged: false });
    expect(operation.ecr.settings).toEqual(LOCKED);
    expect(ownOf(operation.ecr)).toEqual({
      key: keyOf(OWN), original: FILTERED, declared: { precedence: { sequence: 1, revision: 0 }, stackName: 'a', since: NOW, token: TOKEN, settings: LOCKED },
    });
    expect(operation.ecr.tags.get(OWN.ownershipTag.key)).toBe(OWN.ownershipTag.value);
    expect(decisions(operation)).toEqual(['settings-changed']);
  });

  test('is written ahead, in one call', async () => {
    const { ecr, ...operation } = operationOn(new FakeEcr(FILTERED));
    await declaring({ ...operation, ecr });
    expect(ecr.calls).toEqual(['readTags', 'readSettings', 'readTags', 'tag', 'putSettings', 'readTags']);
  });
});

describe('beside others', () => {
  function underOther() {
    const ecr = new FakeEcr(OF_OTHER);
    record(ecr, OTHER, { settings: OF_OTHER, original: FILTERED, precedence: { sequence: 7, revision: 0 } });
    return operationOn(ecr);
  }

  test('a new declaration is the newest, and copies their original', async () => {
    const operation = underOther();
    expect(await declaring(operation)).toEqual({ before: OF_OTHER, effective: LOCKED, original: FILTERED, token: TOKEN, isUnchanged: false });
    expect(ownOf(operation.ecr)).toMatchObject({ original: FILTERED, declared: { precedence: { sequence: 8 } } });
  });

  test('an update keeps its precedence, and names the stack that it is superseded by', async () => {
    const operation = underOther();
    record(operation.ecr, OWN, { settings: IMMUTABLE, original: FILTERED });
    expect(await declaring(operation, { isCreate: false })).toEqual({ before: OF_OTHER, effective: OF_OTHER, supersededBy: 'b', original: FILTERED, token: TOKEN, isUnchanged: false });
    expect(ownOf(operation.ecr)).toMatchObject({ declared: { precedence: { sequence: 1 }, settings: LOCKED } });
    expect(operation.ecr.puts).toEqual([]);
  });

  test.each([
    ['delivered twice keeps its precedence, however late', TOKEN, LONG_AGO, 1],
    ['of what was retained is declared anew, however soon', 'ffffffffffff', NOW, 8],
  ])('a create %s', async (_, token, since, sequence) => {
    const operation = underOther();
    record(operation.ecr, OWN, { settings: LOCKED, original: FILTERED, since, token });
    expect(await declaring(operation)).toMatchObject({ token: TOKEN });
    expect(ownOf(operation.ecr)).toMatchObject({ declared: { precedence: { sequence }, token: TOKEN } });
  });

  test('an update writes the token of its id, whatever is recorded', async () => {
    const operation = underOther();
    record(operation.ecr, OWN, { settings: IMMUTABLE, original: FILTERED, token: 'ffffffffffff' });
    expect(await declaring(operation, { isCreate: false })).toMatchObject({ token: TOKEN });
    expect(ownOf(operation.ecr)).toMatchObject({ declared: { token: TOKEN, settings: LOCKED } });
  });

  test('a replacement onto a repository where it is recorded keeps the token that is recorded, else it has one of its own', async () => {
    const operation = underOther();
    record(operation.ecr, OWN, { settings: IMMUTABLE, original: FILTERED, token: 'ffffffffffff' });
    expect(await declaring(operation, { isCreate: false, token: undefined, newToken: 'aaaaaaaaaaaa' })).toMatchObject({ token: 'ffffffffffff' });
    expect(await declaring(operationOn(new FakeEcr(MUTABLE)), { isCreate: false, token: undefined, newToken: 'aaaaaaaaaaaa' }))
      .toMatchObject({ token: 'aaaaaaaaaaaa' });
  });
});

describe('an update', () => {
  function declared(settings = LOCKED) {
    const ecr = new FakeEcr(settings);
    record(ecr, OWN, { settings, original: FILTERED });
    return operationOn(ecr);
  }
  const update = (operation: TestOperation, settings = LOCKED) =>
    declaring(operation, { isCreate: false, settings, ownSettings: [LOCKED, settings] });

  test('without changes makes two calls and writes nothing', async () => {
    const operation = declared();
    expect(await update(operation)).toMatchObject({ isUnchanged: true });
    expect(operation.ecr.calls).toEqual(['readTags', 'readSettings']);
    expect(operation.lines).toEqual([]);
  });

  test('of a record that is complete restores settings that somebody changed, without writing it again', async () => {
    const operation = declared();
    operation.ecr.settings = MUTABLE;
    expect(await update(operation)).toMatchObject({ isUnchanged: false });
    expect(operation.ecr.settings).toEqual(LOCKED);
    expect(operation.ecr.calls).toEqual(['readTags', 'readSettings', 'putSettings', 'readTags']);
    expect(ownOf(operation.ecr)).toMatchObject({ declared: { since: LONG_AGO } });
  });

  test.each([['gone', undefined], ['another', 'the id of another']])('writes the ownership tag again where it is %s', async (_, value) => {
    const operation = declared();
    operation.ecr.tags.delete(OWN.ownershipTag.key);
    if (value) operation.ecr.tags.set(OWN.ownershipTag.key, value);
    await update(operation);
    expect(operation.ecr.tags.get(OWN.ownershipTag.key)).toBe(OWN.ownershipTag.value);
  });

  test('keeps the original that it recorded', async () => {
    const operation = declared();
    await update(operation, IMMUTABLE);
    expect(ownOf(operation.ecr)).toMatchObject({ original: FILTERED, declared: { since: NOW, settings: IMMUTABLE } });
  });

  test('removes the parts that a shorter string leaves over, and no other tag', async () => {
    const long = { mutability: 'IMMUTABLE_WITH_EXCLUSION' as const, filters: ['a', 'b', 'c'].map((letter) => letter.repeat(128)) };
    const operation = declared(long);
    operation.ecr.tags.set('team', 'a');
    expect(operation.ecr.trace).toContain(`${keyOf(OWN)}:declared.2`);
    await declaring(operation, { isCreate: false, ownSettings: [long, LOCKED] });
    expect([...operation.ecr.tags.keys()]).toEqual([`${keyOf(OWN)}:declared`, `${keyOf(OWN)}:original`, OWN.ownershipTag.key, 'team']);
    expect(ownOf(operation.ecr)).toMatchObject({ original: FILTERED, declared: { settings: LOCKED } });
  });

  test('removes parts that were left over before, though it changes nothing else', async () => {
    const operation = declared();
    operation.ecr.tags.set(`${keyOf(OWN)}:declared.2`, '1 2/2 left over');
    await update(operation);
    expect(operation.ecr.trace).toEqual([`${keyOf(OWN)}:declared`, `${keyOf(OWN)}:original`, OWN.ownershipTag.key]);
  });

  test('goes on with an original that is unknown, and says so', async () => {
    const operation = operationOn(new FakeEcr(LOCKED));
    record(operation.ecr, OWN, { settings: LOCKED, original: undefined });
    await update(operation, IMMUTABLE);
    expect(ownOf(operation.ecr)).toMatchObject({ original: undefined, declared: { settings: IMMUTABLE } });
    expect(operation.lines[0]).toEqual({
      level: 'WARN', decision: 'original-unknown', details: { consequence: 'nothing will be restored on delete', before: LOCKED },
    });
  });

  test.each([['the old settings', LOCKED], ['the new ones', IMMUTABLE]])('without a record does not take %s for the original', async (_, found) => {
    const operation = operationOn(new FakeEcr(found));
    await update(operation, IMMUTABLE);
    expect(ownOf(operation.ecr)).toMatchObject({ original: undefined, declared: { settings: IMMUTABLE } });
    expect(operation.lines.slice(0, 2)).toEqual([
      { level: 'WARN', decision: 'no-record', details: { consequence: 'the settings are declared anew', before: found } },
      { level: 'WARN', decision: 'original-unknown', details: { consequence: 'nothing will be restored on delete', before: found } },
    ]);
  });

  test('without a record takes what nobody here declared for the original', async () => {
    const operation = operationOn(new FakeEcr(FILTERED));
    await update(operation, IMMUTABLE);
    expect(ownOf(operation.ecr)).toMatchObject({ original: FILTERED });
    expect(decisions(operation)).toEqual(['no-record', 'settings-changed']);
  });
});

describe('a repository has room for 50 tags', () => {
  function tagged(count: number, further: [string, string][] = []) {
    const ecr = new FakeEcr(FILTERED);
    for (let tag = 0; tag < count; tag++) ecr.tags.set(`team-${tag}`, 'a');
    further.forEach(([key, value]) => ecr.tags.set(key, value));
    return operationOn(ecr);
  }

  test('and is declared where the record just fits', async () => {
    const operation = tagged(47);
    await declaring(operation);
    expect([operation.ecr.settings, operation.ecr.tags.size]).toEqual([LOCKED, 50]);
  });

  test('of which those of AWS are not counted', async () => {
    const operation = tagged(47, [['aws:cloudformation:stack-name', 'owners']]);
    await declaring(operation);
    expect([operation.ecr.settings, operation.ecr.tags.size]).toEqual([LOCKED, 51]);
  });

  test('and is left alone where the record does not fit', async () => {
    const operation = tagged(47, [['cost:aws:center', '1']]);
    await expect(declaring(operation)).rejects.toThrow('the repository would have 51 tags, but ECR takes 50; the record of this declaration needs 3 of them. '
      + 'Remove tags from the repository, then deploy again. Its settings were not changed');
    expect([operation.ecr.puts, operation.ecr.trace]).toEqual([[], []]);
  });
});

describe('a declaration that fails', () => {
  const failsToPut = (ecr: FakeEcr) => {
    ecr.before = (method) => {
      if (method === 'putSettings') throw named('InvalidParameterException', 'refused');
    };
  };

  test('is rolled back where it is new', async () => {
    const operation = operationOn(new FakeEcr(FILTERED));
    failsToPut(operation.ecr);
    await expect(declaring(operation)).rejects.toThrow('refused');
    expect([operation.ecr.settings, operation.ecr.trace]).toEqual([FILTERED, []]);
  });

  test('stays recorded where it was there before, for the rollback', async () => {
    const ecr = new FakeEcr(IMMUTABLE);
    record(ecr, OWN, { settings: IMMUTABLE, original: FILTERED });
    failsToPut(ecr);
    await expect(declaring(operationOn(ecr), { isCreate: false })).rejects.toThrow('refused');
    expect(ownOf(ecr)).toMatchObject({ original: FILTERED, declared: { settings: LOCKED } });
  });
});

describe('while it is made', () => {
  /** Others act once, just before the put. */
  function meanwhile(act: (operation: TestOperation) => void): TestOperation {
    const operation = operationOn(new FakeEcr(FILTERED));
    operation.ecr.before = (method) => {
      if (method === 'putSettings' && operation.ecr.puts.length === 0) act(operation);
    };
    return operation;
  }
  const erased = ({ ecr, key }: TestOperation) => ecr.trace.filter((tag) => tag.startsWith(key)).forEach((tag) => ecr.tags.delete(tag));
  const OVERTAKEN = 'the declaration was removed while it was being made: its own deletion overtook it, or somebody removed the repository\'s tags. '
    + 'Deploy again to declare it once more';

  test('its own deletion wins: the original is restored, and the ownership tag is not written again', async () => {
    const operation = meanwhile(({ ecr, ...rest }) => {
      erased({ ecr, ...rest });
      ecr.tags.delete(OWN.ownershipTag.key);
    });
    await expect(declaring(operation)).rejects.toThrow(OVERTAKEN);
    expect([operation.ecr.settings, operation.ecr.trace]).toEqual([FILTERED, []]);
  });

  test('its own deletion wins also where another stack declares: that one holds', async () => {
    const operation = meanwhile((on) => {
      erased(on);
      record(on.ecr, OTHER, { settings: OF_OTHER, original: FILTERED });
    });
    await expect(declaring(operation)).rejects.toThrow(OVERTAKEN);
    expect(operation.ecr.settings).toEqual(OF_OTHER);
  });

  test('a deletion that has only taken its precedence wins as well', async () => {
    const operation = meanwhile(({ ecr, key }) => ecr.tags.delete(`${key}:declared`));
    await expect(declaring(operation)).rejects.toThrow(OVERTAKEN);
    expect(operation.ecr.settings).toEqual(FILTERED);
  });

  test('the ownership tag is written again where a neighbour\'s release removed it', async () => {
    const operation = meanwhile(({ ecr }) => ecr.tags.delete(OWN.ownershipTag.key));
    await declaring(operation);
    expect(operation.ecr.tags.get(OWN.ownershipTag.key)).toBe(OWN.ownershipTag.value);
  });

  test('a later request for the same declaration wins, and this one says so', async () => {
    const operation = meanwhile(({ ecr }) => record(ecr, OWN, { settings: OF_OTHER, original: FILTERED }));
    await expect(declaring(operation)).rejects.toThrow('the repository\'s tags have other settings for this declaration than were just '
      + 'recorded: a later request for it overtook this one, or somebody edits the tags. Deploy again to declare it once more');
    expect(operation.ecr.settings).toEqual(OF_OTHER);
  });

  test('a newer declaration supersedes it', async () => {
    const operation = meanwhile(({ ecr }) => {
      record(ecr, OTHER, { settings: OF_OTHER, original: FILTERED, precedence: { sequence: 2, revision: 0 } });
    });
    expect(await declaring(operation)).toEqual({ before: FILTERED, effective: OF_OTHER, supersededBy: 'b', original: FILTERED, token: TOKEN, isUnchanged: false });
    expect(operation.ecr.settings).toEqual(OF_OTHER);
  });
});

describe('the original of the physical id', () => {
  test.each<[string, (ecr: FakeEcr) => void, string[]]>([
    ['holds over the one that is recorded, and the log says so', (ecr) => record(ecr, OWN, { settings: LOCKED, original: MUTABLE }), ['original-edited']],
    ['replaces one that cannot be read', (ecr) => {
      record(ecr, OWN, { settings: LOCKED, original: MUTABLE });
      ecr.tags.set(`${keyOf(OWN)}:original`, 'oops');
    }, ['record-damaged']],
    ['replaces one that is unknown', (ecr) => record(ecr, OWN, { settings: LOCKED, original: undefined }), []],
    ['is recorded where the record is gone', () => {}, ['no-record']],
    ['holds over that of another declaration where the record is gone', (ecr) => record(ecr, OTHER, { settings: LOCKED, original: MUTABLE }), ['no-record']],
  ])('%s', async (_, prepare, expected) => {
    const operation = operationOn(new FakeEcr(LOCKED));
    prepare(operation.ecr);
    expect(await declaring(operation, { isCreate: false, original: FILTERED, ownSettings: [LOCKED] })).toMatchObject({ original: FILTERED });
    expect(ownOf(operation.ecr)).toMatchObject({ original: FILTERED, declared: { settings: LOCKED } });
    expect(decisions(operation)).toEqual(expected);
  });

  test('that is the recorded one, its filters in another order, says nothing', async () => {
    const operation = operationOn(new FakeEcr(IMMUTABLE));
    record(operation.ecr, OWN, { settings: IMMUTABLE, original: LOCKED });
    const original = { ...LOCKED, filters: [...LOCKED.filters].reverse() };
    await declaring(operation, { isCreate: false, settings: IMMUTABLE, original, ownSettings: [IMMUTABLE] });
    expect(operation.lines).toEqual([]);
  });
});

describe('failIfSuperseded', () => {
  const SUPERSEDED = 'failIfSuperseded is set, and the stack b has a newer declaration of this repository, which holds. '
    + 'Remove that one, or set failIfSuperseded to false to deploy below it. Nothing was changed';
  const stateOf = ({ ecr }: TestOperation) => [ecr.settings, [...ecr.tags]];

  test('fails a changed update below another stack\'s newer declaration, before anything is written', async () => {
    const operation = operationOn(new FakeEcr(OF_OTHER));
    record(operation.ecr, OWN, { settings: IMMUTABLE, original: FILTERED });
    record(operation.ecr, OTHER, { settings: OF_OTHER, original: FILTERED, precedence: { sequence: 2, revision: 0 } });
    const before = stateOf(operation);
    await expect(declaring(operation, { isCreate: false, failIfSuperseded: true })).rejects.toThrow(SUPERSEDED);
    expect(stateOf(operation)).toEqual(before);
    expect(operation.ecr.calls.filter((call) => !call.startsWith('read'))).toEqual([]);
  });

  test('fails the create of a renamed construct that would stay below, before anything is written', async () => {
    const operation = operationOn(new FakeEcr(OF_OTHER), declarationIdOf('a', 'Renamed'));
    record(operation.ecr, OWN, { settings: IMMUTABLE, original: FILTERED });
    record(operation.ecr, OTHER, { settings: OF_OTHER, original: FILTERED, precedence: { sequence: 2, revision: 0 } });
    const before = stateOf(operation);
    await expect(declaring(operation, { failIfSuperseded: true })).rejects.toThrow(SUPERSEDED);
    expect(stateOf(operation)).toEqual(before);
  });

  test('lets an unchanged update pass, as a rollback that nothing had changed is one', async () => {
    const operation = operationOn(new FakeEcr(OF_OTHER));
    record(operation.ecr, OWN, { settings: LOCKED, original: FILTERED });
    record(operation.ecr, OTHER, { settings: OF_OTHER, original: FILTERED, precedence: { sequence: 2, revision: 0 } });
    const before = stateOf(operation);
    expect(await declaring(operation, { isCreate: false, failIfSuperseded: true })).toMatchObject({ effective: OF_OTHER, supersededBy: 'b' });
    expect(stateOf(operation)).toEqual(before);
  });

  test.each([
    ['a create, which is the newest', IMMUTABLE, true, 1],
    ['an update above the other', IMMUTABLE, false, 2],
  ])('lets %s pass', async (_, settings, isCreate, sequence) => {
    const operation = operationOn(new FakeEcr(OF_OTHER));
    record(operation.ecr, OTHER, { settings: OF_OTHER, original: FILTERED });
    if (!isCreate) record(operation.ecr, OWN, { settings, original: FILTERED, precedence: { sequence, revision: 0 } });
    expect(await declaring(operation, { isCreate, failIfSuperseded: true })).toMatchObject({ effective: LOCKED, supersededBy: undefined });
  });

  test('takes no declaration of the own stack for another\'s', async () => {
    const operation = operationOn(new FakeEcr(OF_OTHER));
    record(operation.ecr, OWN, { settings: IMMUTABLE, original: FILTERED });
    record(operation.ecr, declarationIdOf('a', 'Renamed'), { settings: OF_OTHER, original: FILTERED, precedence: { sequence: 1, revision: 1 } });
    expect(await declaring(operation, { isCreate: false, failIfSuperseded: true })).toMatchObject({ effective: OF_OTHER, supersededBy: 'a' });
  });
});
