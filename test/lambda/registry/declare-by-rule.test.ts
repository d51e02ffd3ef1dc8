import { NewerRecordError, declarationOf, readRecord } from '../../../lambda/protocol/record';
import { DeclareByRuleOptions, RuleDeclaration, declareByRule, isAsDeclared } from '../../../lambda/registry/declare-by-rule';
import { Settings } from '../../../src/shared/settings';
import { FakeEcr, named } from '../../support/fake-ecr';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE, OF_OTHER, longest } from '../../support/settings';
import { TOKEN, TestOperation, declarationIdOf, operationOn, record } from '../../support/test-operation';

const RULE_ID = declarationIdOf('a', 'Rule');
const OTHER = declarationIdOf('b');
const RULE: RuleDeclaration = { created: Date.parse('2026-01-01T00:00:00.000Z'), token: TOKEN, settings: LOCKED };
const OF_RULE = { settings: LOCKED, precedence: { ruleCreated: RULE.created } };

const onRule = (ecr: FakeEcr) => operationOn(ecr, RULE_ID);
const ownOf = ({ ecr, key }: TestOperation) => declarationOf(key, readRecord(ecr.tags));

/** A repository that the rule has declared. */
function declared({ settings = LOCKED, original = FILTERED as Settings | undefined } = {}): FakeEcr {
  const ecr = new FakeEcr(settings);
  record(ecr, RULE_ID, { ...OF_RULE, settings, original });
  return ecr;
}

describe('a rule\'s first declaration of a repository', () => {
  test('is recorded with the original and the time of the rule, and set, in six calls', async () => {
    const operation = onRule(new FakeEcr(FILTERED));
    expect(await declareByRule(operation, RULE)).toEqual({ outcome: 'declared', before: FILTERED, effective: LOCKED });
    expect(operation.ecr.settings).toEqual(LOCKED);
    expect(ownOf(operation)).toMatchObject({ original: FILTERED, declared: { ...OF_RULE, stackName: 'a', token: TOKEN } });
    expect(operation.ecr.tags.get(RULE_ID.ownershipTag.key)).toBe(RULE_ID.ownershipTag.value);
    expect(operation.ecr.calls).toEqual(['readTags', 'readSettings', 'readTags', 'tag', 'putSettings', 'readTags']);
  });

  test('of a repository that has the rule\'s settings already puts nothing, also in six calls', async () => {
    const { ecr, ...operation } = onRule(new FakeEcr(LOCKED));
    expect(await declareByRule({ ...operation, ecr }, RULE)).toEqual({ outcome: 'declared', before: LOCKED, effective: LOCKED });
    expect([ecr.puts, ecr.calls.length]).toEqual([[], 6]);
    expect(ownOf({ ...operation, ecr })).toMatchObject({ original: LOCKED });
  });

  test('reads the original anew, however a listing has shown it', async () => {
    const operation = onRule(new FakeEcr(FILTERED));
    expect(await declareByRule(operation, RULE, { known: MUTABLE })).toMatchObject({ outcome: 'declared', before: FILTERED });
    expect(ownOf(operation)).toMatchObject({ original: FILTERED });
  });

  test('over a single declaration is superseded, copies its original, and puts nothing', async () => {
    const operation = onRule(new FakeEcr(OF_OTHER));
    record(operation.ecr, OTHER, { settings: OF_OTHER, original: FILTERED });
    expect(await declareByRule(operation, RULE)).toEqual({ outcome: 'superseded', before: OF_OTHER, effective: OF_OTHER, supersededBy: 'b' });
    expect([operation.ecr.settings, operation.ecr.puts]).toEqual([OF_OTHER, []]);
    expect(ownOf(operation)).toMatchObject({ original: FILTERED, declared: OF_RULE });
  });

  test.each([
    ['earlier', RULE.created - 1, 'declared', LOCKED],
    ['later', RULE.created + 1, 'superseded', OF_OTHER],
  ])('beside a rule that was created %s is decided by these times', async (_, ruleCreated, outcome, effective) => {
    const operation = onRule(new FakeEcr(OF_OTHER));
    record(operation.ecr, OTHER, { settings: OF_OTHER, original: FILTERED, precedence: { ruleCreated } });
    expect(await declareByRule(operation, RULE)).toMatchObject({ outcome, effective });
    expect(operation.ecr.settings).toEqual(effective);
  });

  test('that fails is rolled back', async () => {
    const operation = onRule(new FakeEcr(FILTERED));
    operation.ecr.before = (method) => {
      if (method === 'putSettings') throw named('InvalidParameterException', 'refused');
    };
    await expect(declareByRule(operation, RULE)).rejects.toThrow('refused');
    expect([operation.ecr.settings, operation.ecr.trace]).toEqual([FILTERED, []]);
  });
});

describe('a repository without a record', () => {
  test.each<[string, Settings, Settings | undefined, string[]]>([
    ['with the rule\'s own settings has an original that is not known', LOCKED, undefined, ['original-unknown']],
    ['with the rule\'s former settings has an original that is not known', IMMUTABLE, undefined, ['original-unknown', 'settings-changed']],
    ['with other settings is a new one', FILTERED, FILTERED, ['settings-changed']],
  ])('%s, where others may have erased the record', async (_, found, original, decisions) => {
    const operation = onRule(new FakeEcr(found));
    await declareByRule(operation, RULE, { ownSettings: [IMMUTABLE, LOCKED] });
    expect(ownOf(operation)).toMatchObject({ original, declared: OF_RULE });
    expect(operation.lines.map(({ decision }) => decision)).toEqual(decisions);
    expect(operation.ecr.settings).toEqual(LOCKED);
  });
});

describe('a repository that the rule has declared before', () => {
  const NEW: RuleDeclaration = { ...RULE, settings: IMMUTABLE };
  const options: [string, DeclareByRuleOptions, number][] = [['', {}, 1], [' and was listed', { known: LOCKED }, 0]];

  test.each(options)('is left alone where it is as declared%s', async (_, given, reads) => {
    const operation = onRule(declared());
    expect(await declareByRule(operation, RULE, given)).toEqual({ outcome: 'unchanged', before: LOCKED, effective: LOCKED });
    expect(operation.ecr.calls).toEqual(['readTags', ...Array<string>(reads).fill('readSettings')]);
  });

  test.each(options)('gets the settings of an update, and keeps its original%s', async (_, given, reads) => {
    const operation = onRule(declared());
    expect(await declareByRule(operation, NEW, { ...given, ownSettings: [LOCKED, IMMUTABLE] })).toEqual({ outcome: 'declared', before: LOCKED, effective: IMMUTABLE });
    expect(ownOf(operation)).toMatchObject({ original: FILTERED, declared: { settings: IMMUTABLE, precedence: OF_RULE.precedence } });
    expect(operation.ecr.settings).toEqual(IMMUTABLE);
    expect(operation.ecr.calls).toEqual(['readTags', ...Array<string>(reads).fill('readSettings'), 'tag', 'putSettings', 'readTags']);
  });

  test('gets its settings back where somebody changed them, and the log says what was found', async () => {
    const operation = onRule(declared());
    operation.ecr.settings = MUTABLE;
    expect(await declareByRule(operation, RULE, { known: MUTABLE })).toEqual({ outcome: 'declared', before: MUTABLE, effective: LOCKED });
    expect(operation.ecr.settings).toEqual(LOCKED);
    expect(operation.lines.map(({ decision }) => decision)).toEqual(['drifted', 'settings-changed']);
  });

  test('of which a listing shows what is out of date has the right settings in the end', async () => {
    const operation = onRule(declared());
    record(operation.ecr, OTHER, { settings: OF_OTHER, original: FILTERED, precedence: { ruleCreated: RULE.created - 1 } });
    await declareByRule(operation, NEW, { known: IMMUTABLE });
    expect(operation.ecr.settings).toEqual(IMMUTABLE);
  });

  test('and that a retained rule of the same name declared counts as the new rule\'s', async () => {
    const operation = onRule(new FakeEcr(IMMUTABLE));
    record(operation.ecr, RULE_ID, { settings: IMMUTABLE, original: FILTERED, precedence: { ruleCreated: 0 }, token: 'ffffffffffff' });
    expect(await declareByRule(operation, RULE)).toMatchObject({ outcome: 'declared' });
    expect(ownOf(operation)).toMatchObject({ original: FILTERED, declared: { ...OF_RULE, token: TOKEN } });
  });
});

describe('tags and settings as a listing shows them', () => {
  const isDone = (ecr: FakeEcr, rule = RULE) => isAsDeclared(RULE_ID, rule, ecr.tags, ecr.settings);

  test('are as declared after a declaration, also a superseded one, and a long one', async () => {
    for (const settings of [LOCKED, longest()]) {
      const { ecr, ...operation } = onRule(new FakeEcr(FILTERED));
      await declareByRule({ ...operation, ecr }, { ...RULE, settings });
      expect(isDone(ecr, { ...RULE, settings })).toBe(true);
    }
    const under = declared();
    under.settings = OF_OTHER;
    record(under, OTHER, { settings: OF_OTHER, original: FILTERED });
    expect(isDone(under)).toBe(true);
    expect(isDone(declared({ original: undefined }))).toBe(true);
  });

  test.each<[string, (ecr: FakeEcr) => void, Partial<RuleDeclaration>?]>([
    ['without a record', (ecr) => ecr.tags.clear()],
    ['with other settings', (ecr) => ecr.settings = MUTABLE],
    ['of a rule that was updated since', () => {}, { settings: IMMUTABLE }],
    ['of a rule that was created since', () => {}, { created: RULE.created + 1 }],
    ['of another create', () => {}, { token: 'ffffffffffff' }],
    ['under a single declaration whose settings it does not have', (ecr) => record(ecr, OTHER, { settings: OF_OTHER, original: FILTERED })],
    ['without its ownership tag', (ecr) => ecr.tags.delete(RULE_ID.ownershipTag.key)],
    ['with an edited ownership tag', (ecr) => ecr.tags.set(RULE_ID.ownershipTag.key, 'of another')],
    ['whose declaration is being released', (ecr) => ecr.trace.filter((key) => key.endsWith(':declared')).forEach((key) => ecr.tags.delete(key))],
    ['whose original was damaged', (ecr) => ecr.trace.filter((key) => key.endsWith(':original')).forEach((key) => ecr.tags.set(key, 'oops'))],
    ['whose original another declaration knows', (ecr) => {
      ecr.trace.filter((key) => key.endsWith(':original')).forEach((key) => ecr.tags.set(key, '1 1/1 unknown'));
      record(ecr, OTHER, { settings: LOCKED, original: FILTERED });
    }],
    ['with a part that was left over', (ecr) => ecr.tags.set(`${ecr.trace.find((key) => key.endsWith(':declared'))!}.2`, '1 2/2 rest')],
  ])('are not as declared: %s', (_, change, rule = {}) => {
    const ecr = declared();
    change(ecr);
    expect(isDone(ecr, { ...RULE, ...rule })).toBe(false);
  });

  test('of a newer format are not as declared: the declaration says why', async () => {
    const ecr = declared();
    ecr.tags.set(`${ecr.trace[0]}.2`, '2 x');
    expect(isDone(ecr)).toBe(false);
    await expect(declareByRule(onRule(ecr), RULE)).rejects.toThrow(NewerRecordError);
    expect(ecr.puts).toEqual([]);
  });
});
