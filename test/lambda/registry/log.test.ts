import { FakeEcr, named } from '../../support/fake-ecr';
import { FakeRegistry, RULE_STACK } from '../../support/fake-registry';
import { Declared, FakeRule } from '../../support/fake-rule';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE, OF_OTHER } from '../../support/settings';
import { declarationIdOf, record } from '../../support/test-operation';

// What one reads in the log about a rule's passes, whole: a line that is missing, or one too many, is a fault.

const TEAM_A: Declared = { filters: ['team-a/*'], settings: LOCKED };
const API = 'arn:aws:ecr:eu-west-1:111122223333:repository/team-a/api';

let registry: FakeRegistry;
let rule: FakeRule;
let api: FakeEcr;
beforeEach(() => {
  registry = new FakeRegistry();
  rule = new FakeRule(registry);
  api = registry.add('team-a/api', FILTERED);
});

/** `INFO declared team-a/api: MUTABLE -> IMMUTABLE`, as somebody would read it. Starts and ends of passes have tests of their own. */
const told = () => registry.lines.filter(({ decision }) => !decision.startsWith('pass-')).map(({ level, decision, repository, before, effective }) =>
  `${level} ${decision}${repository ? ` ${repository.split(':repository/')[1]}` : ''}${before ? `: ${before.mutability} -> ${effective?.mutability}` : ''}`);

/** The lines that something adds. */
async function linesOf(action: () => Promise<unknown>): Promise<string[]> {
  registry.lines.length = 0;
  await action();
  return told();
}
const ended = () => registry.decided('pass-ended').at(-1)!;
const erase = () => api.trace.forEach((key) => api.tags.delete(key));

describe('of a repository one reads', () => {
  test('that it was declared, and nothing where that is so already', async () => {
    expect(await linesOf(() => rule.create(TEAM_A))).toEqual([
      'INFO settings-changed team-a/api: MUTABLE_WITH_EXCLUSION -> IMMUTABLE_WITH_EXCLUSION',
      'INFO declared team-a/api: MUTABLE_WITH_EXCLUSION -> IMMUTABLE_WITH_EXCLUSION',
    ]);
    registry.hints = 'nothing';
    expect(await linesOf(() => rule.sweep())).toEqual([]);
    expect(ended().counts).toMatchObject({ unchanged: 1, declared: 0 });
  });

  test('whose declaration holds over the rule, and what that is', async () => {
    record(api, declarationIdOf('b'), { settings: OF_OTHER, original: FILTERED });
    api.settings = OF_OTHER;
    expect(await linesOf(() => rule.create(TEAM_A))).toEqual(['INFO superseded team-a/api: IMMUTABLE_WITH_EXCLUSION -> IMMUTABLE_WITH_EXCLUSION']);
    expect(registry.decided('superseded')).toMatchObject([{ repository: API, by: 'b', declared: LOCKED, before: OF_OTHER, effective: OF_OTHER }]);
  });

  test('that it was released', async () => {
    await rule.create(TEAM_A);
    expect(await linesOf(() => rule.remove(TEAM_A))).toEqual([
      'INFO settings-changed team-a/api: IMMUTABLE_WITH_EXCLUSION -> MUTABLE_WITH_EXCLUSION',
      'INFO released team-a/api: IMMUTABLE_WITH_EXCLUSION -> MUTABLE_WITH_EXCLUSION',
    ]);
    expect(ended().counts).toMatchObject({ released: 1, unchanged: 0 });
  });

  test('that nothing is known to restore', async () => {
    await rule.create(TEAM_A);
    api.tags.set(api.trace.find((key) => key.endsWith(':original'))!, '1 1/1 unknown');
    expect(await linesOf(() => rule.remove(TEAM_A))).toEqual([
      'WARN original-unknown team-a/api: IMMUTABLE_WITH_EXCLUSION -> IMMUTABLE_WITH_EXCLUSION',
      'INFO released team-a/api: IMMUTABLE_WITH_EXCLUSION -> IMMUTABLE_WITH_EXCLUSION',
    ]);
    expect(ended().counts).toMatchObject({ released: 1 });
  });

  test('that its record is gone, where it still has what the rule declares', async () => {
    await rule.create(TEAM_A);
    erase();
    expect(await linesOf(() => rule.remove(TEAM_A))).toEqual(['WARN no-record team-a/api: IMMUTABLE_WITH_EXCLUSION -> IMMUTABLE_WITH_EXCLUSION']);
    expect(registry.decided('no-record')).toMatchObject([{ consequence: 'the settings are left as they are' }]);
    expect(ended().counts).toMatchObject({ unchanged: 1, released: 0 });
  });

  test('nothing of a record that is gone, where the repository has other settings', async () => {
    await rule.create(TEAM_A);
    erase();
    api.settings = MUTABLE;
    expect(await linesOf(() => rule.remove(TEAM_A))).toEqual([]);
    expect(ended().counts).toMatchObject({ unchanged: 1 });
  });

  test('that a later create of the same rule declares it', async () => {
    await rule.create(TEAM_A);
    const first = rule.physicalId;
    await rule.create(TEAM_A);
    expect(await linesOf(() => rule.remove(TEAM_A, first))).toEqual(['INFO other-create team-a/api']);
    expect(registry.decided('other-create')).toMatchObject([{ consequence: 'the declaration of a later create stays' }]);
    expect(ended().counts).toMatchObject({ unchanged: 1, released: 0 });
  });

  test('that it is gone, after one call', async () => {
    api.gone = true;
    expect(await linesOf(() => rule.create(TEAM_A))).toEqual(['INFO repository-not-found team-a/api']);
    expect(api.calls).toEqual(['readTags']);
    expect(ended().counts).toMatchObject({ gone: 1 });
  });

  test('why it failed', async () => {
    registry.beforeEcr = () => { throw named('InvalidParameterException', 'no'); };
    expect(await linesOf(() => rule.create(TEAM_A))).toEqual(['ERROR failed team-a/api']);
    expect(registry.decided('failed')).toMatchObject([{ repository: API, reason: 'ListTagsForResource failed: InvalidParameterException: no' }]);
  });
});

describe('of a pass one reads', () => {
  test('for what it started, and how it ended', async () => {
    await rule.create(TEAM_A);
    await rule.sweep();
    const names = { stack: RULE_STACK, logicalId: 'Rule' };
    const well = { failures: [], gaveWay: undefined, reason: undefined };
    expect(registry.lines.filter(({ decision }) => decision.startsWith('pass-'))).toEqual([
      { level: 'INFO', decision: 'pass-started', ...names, pass: 'declare', execution: expect.stringMatching(/-declare-/) },
      { level: 'INFO', decision: 'pass-ended', ...names, pass: 'declare', request: 'Create', requestId: 'Rule-1', counts: expect.objectContaining({ declared: 1 }), ...well },
      { level: 'INFO', decision: 'pass-started', ...names, pass: 'sweep', execution: expect.stringMatching(/-sweep-/) },
      { level: 'INFO', decision: 'pass-ended', ...names, pass: 'sweep', counts: expect.objectContaining({ unchanged: 1 }), ...well },
    ]);
  });

  test('what failed, one after the other', async () => {
    registry.add('team-a/web', MUTABLE);
    registry.beforeEcr = () => { throw named('InvalidParameterException', 'no'); };
    await rule.create(TEAM_A);
    const REASON = 'ListTagsForResource failed: InvalidParameterException: no';
    expect(ended()).toMatchObject({
      level: 'ERROR',
      failures: [{ name: 'team-a/api', reason: REASON }, { name: 'team-a/web', reason: REASON }],
      reason: `2 of 2 repositories failed. team-a/api: ${REASON}; team-a/web: ${REASON}`,
    });
  });

  test('that it stopped another one', async () => {
    await rule.create(TEAM_A);
    const older = registry.started[0]!.name;
    registry.running = [{ arn: 'arn:older', name: older, started: 0 }];
    await rule.update(TEAM_A, TEAM_A);
    expect(registry.decided('pass-stopped')).toEqual([{ level: 'WARN', decision: 'pass-stopped', execution: older }]);
  });

  test('that a sweep gave way, before it began and in its batches', async () => {
    await rule.create(TEAM_A);
    registry.stackStatus = 'UPDATE_IN_PROGRESS';
    expect(await linesOf(() => rule.sweep())).toEqual(['INFO gave-way']);
    expect(registry.decided('gave-way')).toEqual([
      { level: 'INFO', decision: 'gave-way', stack: RULE_STACK, logicalId: 'Rule', consequence: 'no sweep is made this time' },
    ]);
    registry.stackStatus = 'UPDATE_COMPLETE';
    api.settings = MUTABLE;
    rule.before = (step) => { if (step === 'batch') registry.stackStatus = 'UPDATE_IN_PROGRESS'; };
    expect(await linesOf(() => rule.sweep())).toEqual([]);
    expect(ended()).toMatchObject({ level: 'INFO', gaveWay: true });
    expect(api.settings).toEqual(MUTABLE);
  });

  test('that the tags could not be found, and what follows', async () => {
    await rule.create(TEAM_A);
    registry.hints = 'refused';
    expect(await linesOf(() => rule.sweep())).toEqual(['WARN tags-not-found']);
    expect(registry.decided('tags-not-found')).toMatchObject([
      { reason: 'AccessDeniedException: not authorized', consequence: 'each repository is asked for its tags' },
    ]);
  });

  test('what a rule that only reports would change, and nothing where that is nothing', async () => {
    const report = { ...TEAM_A, reportOnly: true };
    registry.add('team-a/right', LOCKED);
    expect(await linesOf(() => rule.create(report))).toEqual(['WARN would-change']);
    expect(registry.decided('would-change')).toMatchObject([{ repositories: { 'team-a/api': 'MUTABLE_WITH_EXCLUSION prod-*' } }]);
    expect(Object.keys(registry.decided('would-change')[0]!.repositories)).toEqual(['team-a/api']);
    expect(await linesOf(() => rule.remove(report))).toEqual([]);
    expect(ended().counts).toMatchObject({ drifted: 0 });
    api.settings = LOCKED;
    expect(await linesOf(() => rule.create(report))).toEqual([]);
  });

  test('why a request was refused, and that its delete had nothing to do', async () => {
    const bad = { ...TEAM_A, filters: [] };
    const names = { stack: RULE_STACK, logicalId: 'Rule', reason: expect.stringContaining('repositoryFilters is an empty list') };
    await rule.create(bad);
    await rule.remove(bad);
    expect(registry.lines).toEqual([
      { level: 'ERROR', decision: 'failed', request: 'Create', requestId: 'Rule-1', ...names },
      { level: 'INFO', decision: 'nothing-to-release', request: 'Delete', requestId: 'Rule-2', ...names },
    ]);
  });
});

describe('of a new repository one reads', () => {
  beforeEach(() => rule.create(TEAM_A));

  test('that it was declared', async () => {
    registry.add('team-a/new', IMMUTABLE);
    expect(await linesOf(() => rule.announce('team-a/new'))).toEqual([
      'INFO settings-changed team-a/new: IMMUTABLE -> IMMUTABLE_WITH_EXCLUSION', 'INFO declared team-a/new: IMMUTABLE -> IMMUTABLE_WITH_EXCLUSION',
    ]);
  });

  test('that it is gone, after it was asked for again for some seconds', async () => {
    const started = registry.clock.now();
    expect(await linesOf(() => rule.announce('team-a/new'))).toEqual(['WARN call-repeated team-a/new', 'INFO repository-not-found team-a/new']);
    expect(registry.clock.now() - started).toBeGreaterThan(3_000);
  });

  test('that its event gave way', async () => {
    registry.stackStatus = undefined;
    expect(await linesOf(() => rule.announce('team-a/new'))).toEqual(['INFO gave-way']);
  });

  test('why it failed, and what follows', async () => {
    registry.add('team-a/new', MUTABLE);
    registry.beforeEcr = () => { throw named('InvalidParameterException', 'no'); };
    expect(await linesOf(() => expect(rule.announce('team-a/new')).rejects.toThrow('no'))).toEqual(['ERROR failed team-a/new']);
    expect(registry.decided('failed')).toMatchObject([
      { reason: 'ListTagsForResource failed: InvalidParameterException: no', consequence: 'the next sweep tries again' },
    ]);
  });
});
