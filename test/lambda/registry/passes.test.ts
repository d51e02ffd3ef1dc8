import { handleRegistryInput } from '../../../lambda/registry';
import { EVENT_WAIT_MS, PASS_TIME_MS, STOP_WAIT_MS, WRITE_WINDOW_MS } from '../../../src/shared/registry';
import { named } from '../../support/fake-ecr';
import { FakeRegistry, STATE_MACHINE } from '../../support/fake-registry';
import { Declared, FakeRule } from '../../support/fake-rule';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE, OF_OTHER, longest } from '../../support/settings';
import { declarationIdOf, record } from '../../support/test-operation';

const TEAM_A: Declared = { filters: ['team-a/*'], settings: LOCKED };

let registry: FakeRegistry;
let rule: FakeRule;
beforeEach(() => {
  registry = new FakeRegistry();
  rule = new FakeRule(registry);
  registry.add('team-a/api', FILTERED);
  registry.add('team-a/build-cache', IMMUTABLE);
  registry.add('team-a/web', MUTABLE);
  registry.add('team-b/api', MUTABLE);
});

const ORIGINALS = { 'team-a/api': FILTERED, 'team-a/build-cache': IMMUTABLE, 'team-a/web': MUTABLE, 'team-b/api': MUTABLE };
const allLocked = { ...ORIGINALS, 'team-a/api': LOCKED, 'team-a/build-cache': LOCKED, 'team-a/web': LOCKED };

/** `team-a/new-0000` and so on. */
function addMany(count: number): void {
  for (let index = 0; index < count; index++) registry.add(`team-a/new-${String(index).padStart(4, '0')}`, MUTABLE);
}

/** A fault in the calls of one repository. */
const fails = (name: string, error: Error) => {
  registry.beforeEcr = (of) => { if (of === name) throw error; };
};
const EXPLICIT_DENY = named('AccessDeniedException', 'not authorized to perform: ecr:TagResource with an explicit deny in a service control policy');
const THROTTLED = named('ThrottlingException', 'Rate exceeded');

afterEach(() => {
  // The URL to respond to is a credential.
  expect(JSON.stringify([registry.lines, registry.emitted])).not.toContain('signature');
});

describe('a stack operation', () => {
  test('create and delete: each repository is declared, and gets its own original back', async () => {
    expect(await rule.create(TEAM_A)).toEqual({
      Status: 'SUCCESS',
      StackId: expect.any(String),
      RequestId: 'Rule-1',
      LogicalResourceId: 'Rule',
      PhysicalResourceId: expect.stringMatching(/^rule\|2026-01-02T03:04:05\.000Z\|[0-9a-f]{12}$/),
      Data: { Declared: 3, Refused: '0' },
    });
    expect(registry.settings()).toEqual(allLocked);
    // What a create changes is no drift.
    expect(registry.emitted).toEqual([expect.objectContaining({ Drifted: 0, Corrected: 0, Failed: 0 })]);
    expect(registry.traces()).toEqual(['team-a/api', 'team-a/build-cache', 'team-a/web']);
    expect(await rule.remove(TEAM_A)).toMatchObject({ Status: 'SUCCESS' });
    expect(registry.settings()).toEqual(ORIGINALS);
    expect(registry.traces()).toEqual([]);
    expect(rule.runs.map(({ states }) => states.join(' '))).toEqual([
      'Begin MustWait List IsDone Batches List IsDone End', 'Begin MustWait Wait Begin MustWait List IsDone Batches List IsDone End',
    ]);
  });

  test('an update of the settings keeps the originals', async () => {
    await rule.create(TEAM_A);
    const changed = { ...TEAM_A, settings: IMMUTABLE };
    expect(await rule.update(changed, TEAM_A)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: rule.physicalId, Data: { Declared: 3 } });
    expect(registry.settings()).toMatchObject({ 'team-a/api': IMMUTABLE, 'team-a/web': IMMUTABLE });
    await rule.remove(changed);
    expect(registry.settings()).toEqual(ORIGINALS);
  });

  test('a repository that had the rule\'s settings before gets these back', async () => {
    registry.add('team-a/right', LOCKED);
    await rule.create(TEAM_A);
    const changed = { ...TEAM_A, settings: IMMUTABLE };
    await rule.update(changed, TEAM_A);
    await rule.remove(changed);
    expect(registry.settings()).toEqual({ ...ORIGINALS, 'team-a/right': LOCKED });
  });

  test('an update takes nothing for the original that the rule declared before it, where the record was erased', async () => {
    await rule.create(TEAM_A);
    registry.repositories.get('team-a/web')!.tags.clear();
    const changed = { ...TEAM_A, settings: IMMUTABLE };
    await rule.update(changed, TEAM_A);
    await rule.remove(changed);
    expect(registry.settings()).toEqual({ ...ORIGINALS, 'team-a/web': IMMUTABLE });
  });

  test.each<[string, Partial<Declared>]>([
    ['filters', { filters: ['team-a/api', 'team-b/*'] }],
    ['excludes', { filters: ['team-*/*'], excludes: ['*-cache', '*/web'] }],
  ])('an update whose %s leave some out releases these, and declares the others', async (_, change) => {
    await rule.create(TEAM_A);
    await rule.update({ ...TEAM_A, ...change }, TEAM_A);
    expect(registry.settings()).toEqual({ ...ORIGINALS, 'team-a/api': LOCKED, 'team-b/api': LOCKED });
    expect(registry.traces()).toEqual(['team-a/api', 'team-b/api']);
  });

  test('a delete finds by the tags what the filters match no more', async () => {
    await rule.create(TEAM_A);
    expect(await rule.remove({ ...TEAM_A, filters: ['team-a/web'] })).toMatchObject({ Status: 'SUCCESS' });
    expect(registry.settings()).toEqual(ORIGINALS);
  });

  test('a delete without the tagging API restores what the filters match', async () => {
    await rule.create(TEAM_A);
    registry.hints = 'refused';
    await rule.remove(TEAM_A);
    expect(registry.settings()).toEqual(ORIGINALS);
    expect(registry.decided('tags-not-found')).toHaveLength(1);
  });

  test('an update that leaves some out, and is rolled back, keeps an original that is what the rule declares', async () => {
    registry.add('team-a/web', LOCKED);
    const narrowed = { ...TEAM_A, filters: ['team-a/api'] };
    const changed = { ...TEAM_A, settings: IMMUTABLE };
    await rule.create(TEAM_A);
    await rule.update(narrowed, TEAM_A);
    await rule.update(TEAM_A, narrowed);
    await rule.update(changed, TEAM_A);
    await rule.remove(changed);
    expect(registry.settings()).toEqual({ ...ORIGINALS, 'team-a/web': LOCKED });
  });

  test('an unchanged update writes nothing', async () => {
    await rule.create(TEAM_A);
    registry.takeCalls();
    expect(await rule.update(TEAM_A, TEAM_A)).toMatchObject({ Data: { Declared: 3 } });
    // It starts a pass, twice asks whether it is overtaken and looks for older passes, lists a page, and asks for the page's tags.
    expect(registry.takeCalls()).toBe(7);
  });

  test('a create that is delivered again does no harm', async () => {
    await rule.create(TEAM_A);
    await rule.create(TEAM_A);
    await rule.remove(TEAM_A);
    expect(registry.settings()).toEqual(ORIGINALS);
  });

  test('a rule that matches nothing succeeds', async () => {
    expect(await rule.create({ ...TEAM_A, filters: ['team-c/*'] })).toMatchObject({ Status: 'SUCCESS', Data: { Declared: 0 } });
    expect(registry.settings()).toEqual(ORIGINALS);
  });
});

describe('precedence', () => {
  test('a declaration of a single repository holds over a newer rule, and gets the rule\'s original', async () => {
    record(registry.repositories.get('team-a/api')!, declarationIdOf('b'), { settings: OF_OTHER, original: FILTERED });
    registry.repositories.get('team-a/api')!.settings = OF_OTHER;
    expect(await rule.create(TEAM_A)).toMatchObject({ Data: { Declared: 3 } });
    expect(registry.settings()).toEqual({ ...allLocked, 'team-a/api': OF_OTHER });
    expect(registry.decided('superseded')).toHaveLength(1);
    await rule.remove(TEAM_A);
    expect(registry.settings()).toEqual({ ...ORIGINALS, 'team-a/api': OF_OTHER });
  });

  test('of two rules, the later one holds, also where the earlier one declares later', async () => {
    const broad = rule;
    const narrow = new FakeRule(registry, 'Narrow');
    await broad.create(TEAM_A);
    await registry.clock.sleep(1_000);
    const OF_NARROW: Declared = { filters: ['team-a/web'], settings: OF_OTHER };
    await narrow.create(OF_NARROW);
    registry.add('team-a/new', MUTABLE);
    await broad.sweep();
    expect(registry.settings()).toEqual({ ...allLocked, 'team-a/web': OF_OTHER, 'team-a/new': LOCKED });
    await narrow.remove(OF_NARROW);
    expect(registry.settings()).toMatchObject({ 'team-a/web': LOCKED });
    await broad.remove(TEAM_A);
    expect(registry.settings()).toEqual({ ...ORIGINALS, 'team-a/new': MUTABLE });
  });
});

describe('a sweep', () => {
  beforeEach(async () => {
    await rule.create(TEAM_A);
    registry.takeCalls();
    registry.emitted.length = 0;
  });

  test('of what has not changed asks for a page and its tags, CloudFormation and Step Functions once, and writes nothing', async () => {
    await rule.sweep();
    expect(registry.asked).toEqual({ stackStatus: 1, resource: 1, runningExecutions: 1, startExecution: 1, listRepositories: 1, findTags: 1 });
    expect([...registry.repositories.values()].flatMap(({ calls }) => calls)).toEqual([]);
  });

  test('declares what is new, corrects what others changed, and says so by metrics', async () => {
    registry.add('team-a/new', MUTABLE);
    registry.repositories.get('team-a/api')!.settings = MUTABLE;
    registry.repositories.get('team-b/api')!.tags.set('team', 'b');
    await rule.sweep();
    expect(registry.settings()).toEqual({ ...allLocked, 'team-a/new': LOCKED });
    // It is not the rule's, whatever tags it has.
    expect(registry.repositories.get('team-b/api')!.calls).toEqual([]);
    expect(registry.emitted).toEqual([expect.objectContaining({ StackName: 'a', LogicalId: 'Rule', Drifted: 2, Corrected: 2, Failed: 0 })]);
    await rule.remove(TEAM_A);
    expect(registry.settings()).toEqual({ ...ORIGINALS, 'team-a/new': MUTABLE });
  });

  test('goes on where every call is throttled for a whole window, and says what is left when its time is up', async () => {
    registry.add('team-a/new', MUTABLE);
    const until = registry.clock.now() + WRITE_WINDOW_MS;
    registry.beforeEcr = () => { if (registry.clock.now() < until) throw THROTTLED; };
    await rule.sweep();
    expect(registry.settings()).toMatchObject({ 'team-a/new': LOCKED });
    registry.add('team-a/newer', MUTABLE);
    registry.beforeEcr = () => { throw THROTTLED; };
    await rule.sweep();
    expect(registry.decided('pass-ended').at(-1)!.reason).toBe('out of time after 4 repositories: 1 are left. The next sweep goes on.');
  });

  test.each(['nothing', 'refused'] as const)('works without hints (%s): it asks each repository', async (hints) => {
    registry.hints = hints;
    registry.add('team-a/new', MUTABLE);
    await rule.sweep();
    expect(registry.settings()).toEqual({ ...allLocked, 'team-a/new': LOCKED });
    expect(registry.repositories.get('team-a/web')!.puts).toHaveLength(1);
  });

  test('releases what a deployment has left outside of the filters', async () => {
    rule.deployed({ ...TEAM_A, filters: ['team-a/api'] });
    await rule.sweep();
    expect(registry.settings()).toEqual({ ...ORIGINALS, 'team-a/api': LOCKED });
  });

  test('takes nothing for the original that the rule itself declares, where the record was erased', async () => {
    registry.repositories.get('team-a/web')!.tags.clear();
    await rule.sweep();
    await rule.remove(TEAM_A);
    expect(registry.settings()).toEqual({ ...ORIGINALS, 'team-a/web': LOCKED });
    expect(registry.traces()).toEqual([]);
    expect(registry.decided('original-unknown').at(-1)).toMatchObject({ repository: expect.stringContaining('team-a/web') });
  });

  test.each([
    ['an update is under way', () => { registry.stackStatus = 'UPDATE_IN_PROGRESS'; }],
    ['an update cleans up', () => { registry.stackStatus = 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'; }],
    ['a rollback is under way', () => { registry.stackStatus = 'UPDATE_ROLLBACK_IN_PROGRESS'; }],
    ['a create was rolled back', () => { registry.stackStatus = 'ROLLBACK_COMPLETE'; }],
    ['the stack is being deleted', () => { registry.stackStatus = 'DELETE_IN_PROGRESS'; }],
    ['the stack is gone', () => { registry.stackStatus = undefined; }],
    ['the rule is gone', () => { registry.resources.clear(); }],
    ['a deletion of the rule was given up', () => rule.deployed(TEAM_A, { status: 'DELETE_FAILED' })],
    ['the create of the rule got no response', () => rule.deployed(TEAM_A, { physicalId: 'a-Rule-1ABCDEFGHIJKL' })],
    ['another pass of the rule runs', () => { registry.running = [{ arn: 'x', name: `${registry.started[0]!.name.slice(0, 26)}other`, started: 0 }]; }],
  ])('gives way where %s', async (_, happen) => {
    registry.add('team-a/new', MUTABLE);
    happen();
    expect(await rule.sweep()).toBeUndefined();
    expect(registry.settings()).toMatchObject({ 'team-a/new': MUTABLE });
    expect(registry.decided('gave-way')).toHaveLength(1);
  });

  test.each(['UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'])('is made in the state %s', async (status) => {
    registry.stackStatus = status;
    registry.add('team-a/new', MUTABLE);
    await rule.sweep();
    expect(registry.settings()).toMatchObject({ 'team-a/new': LOCKED });
  });

  test.each([
    ['a stack operation begins', () => { registry.stackStatus = 'DELETE_IN_PROGRESS'; }],
    ['the rule was updated', () => rule.deployed(TEAM_A, { updated: registry.clock.now() + 1 })],
    ['the rule was created again', () => rule.deployed(TEAM_A, { physicalId: 'rule|2026-01-03T00:00:00.000Z|0123456789ab' })],
  ])('ends where %s meanwhile, in its next batch', async (_, happen) => {
    for (let index = 0; index < 500; index++) registry.add(`team-a/new-${index}`, MUTABLE);
    rule.before = (step, { batch }) => {
      if (step === 'batch' && batch.some(({ name }: any) => name === 'team-a/new-200')) happen();
    };
    expect(await rule.sweep()).toMatchObject({ gaveWay: true });
    expect(registry.decided('pass-ended').at(-1)).toMatchObject({ gaveWay: true, level: 'INFO' });
    expect(Object.values(registry.settings()).filter((settings) => settings === MUTABLE).length).toBeGreaterThan(100);
  });
});

describe('a rule that only reports', () => {
  const REPORT: Declared = { ...TEAM_A, reportOnly: true };

  test('says what would change, and changes nothing', async () => {
    registry.add('team-a/right', LOCKED);
    expect(await rule.create(REPORT)).toMatchObject({ Status: 'SUCCESS', Data: { Declared: 0 } });
    await rule.sweep();
    expect(registry.settings()).toEqual({ ...ORIGINALS, 'team-a/right': LOCKED });
    expect(registry.traces()).toEqual([]);
    expect(registry.decided('would-change').at(-1)).toMatchObject({
      repositories: { 'team-a/api': 'MUTABLE_WITH_EXCLUSION prod-*', 'team-a/build-cache': 'IMMUTABLE', 'team-a/web': 'MUTABLE' },
    });
    expect(registry.emitted.at(-1)).toMatchObject({ Drifted: 3, Corrected: 0 });
    registry.takeCalls();
    await rule.remove(REPORT);
    expect([...registry.repositories.values()].flatMap(({ calls }) => calls)).toEqual([]);
  });

  test('restores what it had declared, with and without hints', async () => {
    for (const hints of ['tags', 'nothing'] as const) {
      await rule.create(TEAM_A);
      registry.hints = hints;
      await rule.update(REPORT, TEAM_A);
      expect(registry.settings()).toEqual(ORIGINALS);
      expect(registry.traces()).toEqual([]);
    }
  });

  test('has declared nothing that an update to other filters would have to ask for', async () => {
    await rule.create(REPORT);
    registry.hints = 'nothing';
    await rule.update({ ...TEAM_A, filters: ['team-b/*'] }, REPORT);
    expect(registry.repositories.get('team-a/web')!.calls).toEqual([]);
    expect(registry.settings()).toEqual({ ...ORIGINALS, 'team-b/api': LOCKED });
  });

  test('declares all once it does not only report any more', async () => {
    await rule.create(REPORT);
    await rule.update(TEAM_A, REPORT);
    expect(registry.settings()).toEqual(allLocked);
    await rule.remove(TEAM_A);
    expect(registry.settings()).toEqual(ORIGINALS);
  });
});

describe('one repository', () => {
  test('with an explicit deny is counted and named, and fails no create', async () => {
    fails('team-a/web', EXPLICIT_DENY);
    const response = await rule.create(TEAM_A);
    expect(response).toMatchObject({ Status: 'SUCCESS', Data: { Declared: 2, Refused: expect.stringMatching(/^1; team-a\/web: .*explicit deny/) } });
    expect(registry.emitted.at(-1)).toMatchObject({ Failed: 1 });
    expect(registry.decided('failed')).toEqual([expect.objectContaining({ repository: expect.stringContaining('team-a/web'), reason: expect.stringContaining('explicit deny') })]);
  });

  test('whose tags are full is counted and named', async () => {
    for (let tag = 0; tag < 49; tag++) registry.repositories.get('team-a/web')!.tags.set(`tag-${tag}`, 'x');
    expect(await rule.create(TEAM_A)).toMatchObject({ Status: 'SUCCESS', Data: { Declared: 2, Refused: expect.stringMatching(/^1; team-a\/web: .*takes 50/) } });
    expect(registry.settings()).toMatchObject({ 'team-a/web': MUTABLE });
  });

  test('that is gone when its batch comes is no failure', async () => {
    rule.before = (step) => { if (step === 'batch') registry.remove('team-a/web'); };
    expect(await rule.create(TEAM_A)).toMatchObject({ Status: 'SUCCESS', Data: { Declared: 2, Refused: '0' } });
  });

  test('that leaves and comes back is declared by the next sweep, with its new original', async () => {
    await rule.create(TEAM_A);
    registry.remove('team-a/web');
    registry.add('team-a/web', IMMUTABLE);
    await rule.sweep();
    await rule.remove(TEAM_A);
    expect(registry.settings()).toEqual({ ...ORIGINALS, 'team-a/web': IMMUTABLE });
  });

  test('denied for no stated reason fails the create, and what was declared is released by the delete that follows', async () => {
    fails('team-a/web', named('AccessDeniedException', 'not authorized to perform: ecr:TagResource'));
    const response = await rule.create(TEAM_A);
    expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^1 of 3 repositories failed\. team-a\/web: .*not authorized/) });
    registry.beforeEcr = undefined;
    expect(await rule.remove(TEAM_A, response.PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
    expect(registry.settings()).toEqual(ORIGINALS);
    expect(registry.traces()).toEqual([]);
  });

  test('that is throttled for a while is worked on in the same pass', async () => {
    const until = registry.clock.now() + WRITE_WINDOW_MS;
    registry.beforeEcr = (name) => { if (name === 'team-a/web' && registry.clock.now() < until) throw THROTTLED; };
    expect(await rule.create(TEAM_A)).toMatchObject({ Status: 'SUCCESS', Data: { Declared: 3 } });
    expect(registry.settings()).toEqual(allLocked);
    expect(rule.runs[0]!.states.filter((state) => state === 'Batches').length).toBeGreaterThan(1);
  });

  test('that cannot be restored fails the delete, which names the command that restores', async () => {
    await rule.create(TEAM_A);
    fails('team-a/web', EXPLICIT_DENY);
    expect(await rule.remove(TEAM_A)).toMatchObject({
      Status: 'FAILED', Reason: expect.stringMatching(/team-a\/web: .*explicit deny.* Run npx cdk-ecr-tag-mutability release/),
    });
    expect(registry.settings()).toEqual({ ...ORIGINALS, 'team-a/web': LOCKED });
  });
});

describe('a pass', () => {
  test('fails a create where every call is throttled for a whole window', async () => {
    registry.beforeEcr = () => { throw THROTTLED; };
    expect(await rule.create(TEAM_A)).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/repositories failed\. team-a\/.*ThrottlingException/) });
  });

  test('that creates ends where a repository has failed; that lists asks for at most 40 batches at a time', async () => {
    addMany(2_500);
    const batches: number[] = [];
    rule.before = (step, { work }) => { if (step === 'list') batches.push(work.batches.length); };
    fails('team-a/new-0001', named('InvalidParameterException', 'no'));
    expect(await rule.create(TEAM_A)).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^1 of 1000 repositories failed/) });
    expect(batches).toEqual([0, 40]);
    expect(registry.settings()).toMatchObject({ 'team-a/new-2499': MUTABLE });
  });

  test('of a delete goes on where every call is throttled for longer than a window', async () => {
    await rule.create(TEAM_A);
    const until = registry.clock.now() + 3 * WRITE_WINDOW_MS;
    registry.beforeEcr = () => { if (registry.clock.now() < until) throw THROTTLED; };
    expect(await rule.remove(TEAM_A)).toMatchObject({ Status: 'SUCCESS' });
    expect(registry.settings()).toEqual(ORIGINALS);
  });

  test('of a delete fails at its deadline, with the command that restores', async () => {
    await rule.create(TEAM_A);
    registry.beforeEcr = () => { throw THROTTLED; };
    expect(await rule.remove(TEAM_A)).toMatchObject({
      Status: 'FAILED', Reason: expect.stringMatching(/^out of time after 0 repositories: 3 are left\. +Run npx cdk-ecr-tag-mutability release/),
    });
    expect(rule.runs[1]!.events).toBeLessThan(500);
  });

  test('fails where the registry cannot be listed', async () => {
    registry.before = (call) => { if (call === 'listRepositories') throw named('ServerException', 'try later'); };
    expect(await rule.create(TEAM_A)).toMatchObject({ Status: 'FAILED', Reason: 'the pass over the registry failed: ServerException: try later' });
    expect(registry.asked.listRepositories).toBe(4);
    expect(registry.settings()).toEqual(ORIGINALS);
  });

  test('goes on where a page fails, and then does not', async () => {
    registry.before = (call, count) => { if (call === 'listRepositories' && count === 1) throw named('ServerException', 'try later'); };
    expect(await rule.create(TEAM_A)).toMatchObject({ Status: 'SUCCESS' });
    expect(registry.settings()).toEqual(allLocked);
  });

  test('goes on where a batch dies, which is tried again', async () => {
    let died = 0;
    registry.beforeEcr = (name, method) => {
      if (name === 'team-a/web' && method === 'putSettings' && died++ === 0) throw new Error('died');
    };
    rule.before = (step) => { if (step === 'batch' && died === 0) died++; };
    await rule.create(TEAM_A);
    expect(registry.settings()).toEqual(allLocked);
  });

  test('counts the repositories of a batch that always dies as failed, and names one', async () => {
    rule.before = (step) => { if (step === 'batch') throw named('Runtime.ExitError', 'exited'); };
    expect(await rule.create(TEAM_A)).toMatchObject({ Status: 'FAILED', Reason: '3 of 3 repositories failed. team-a/api: its batch failed: Runtime.ExitError' });
    rule.before = undefined;
    expect(await rule.remove(TEAM_A)).toMatchObject({ Status: 'SUCCESS' });
  });

  test('ends at its deadline, and says what is left', async () => {
    rule.before = (step, { work }) => { if (step === 'list' && work.batches.length > 0) void registry.clock.sleep(PASS_TIME_MS); };
    addMany(1_500);
    expect(await rule.create(TEAM_A)).toMatchObject({
      Status: 'FAILED', Reason: expect.stringMatching(/^out of time after \d+ repositories: 0 are left, and those that were not listed yet\. Deploy again/),
    });
  });

  test('of a delete goes on after failures', async () => {
    await rule.create(TEAM_A);
    fails('team-a/api', named('InvalidParameterException', 'no'));
    expect(await rule.remove(TEAM_A)).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('1 of 3 repositories failed. team-a/api') });
    expect(registry.settings()).toEqual({ ...ORIGINALS, 'team-a/api': LOCKED });
  });

  describe('over several pages, of which each takes a while', () => {
    beforeEach(() => {
      addMany(150);
      registry.before = (call) => { if (call === 'listRepositories') void registry.clock.sleep(120_000); };
    });

    test('works on one before it lists the next', async () => {
      const listed: (number | undefined)[] = [];
      rule.before = (step) => { if (step === 'list') listed.push(registry.asked.listRepositories); };
      expect(await rule.create(TEAM_A)).toMatchObject({ Status: 'SUCCESS', Data: { Declared: 153 } });
      expect(listed).toEqual([undefined, 1, 2]);
    });

    test('goes on where there is nothing to do on the first ones', async () => {
      await rule.create(TEAM_A);
      registry.add('team-a/zoo', MUTABLE);
      await rule.sweep();
      expect(registry.settings()).toMatchObject({ 'team-a/zoo': LOCKED });
    });

    test('goes on to the last one after failures, where it is of a delete', async () => {
      await rule.create(TEAM_A);
      fails('team-a/api', named('InvalidParameterException', 'no'));
      expect(await rule.remove(TEAM_A)).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('1 of 153 repositories failed. team-a/api') });
      expect(registry.traces()).toEqual(['team-a/api']);
    });
  });

  test('tells what a state failed with, in the words that it has', async () => {
    await rule.create(TEAM_A);
    const { pass, work } = registry.started[0]!.input;
    const { operation: _, ...ofNobody } = pass;
    const reasonFor = async (error: object) => {
      await handleRegistryInput({ Step: 'end', pass: ofNobody, work: { ...work, next: null }, error }, registry.environment);
      return registry.decided('pass-ended').at(-1)!.reason;
    };
    expect(await reasonFor({ Error: 'States.Timeout' })).toBe('the pass over the registry failed: States.Timeout');
    expect(await reasonFor({ Error: 'States.Timeout', Cause: '' })).toBe('the pass over the registry failed: States.Timeout');
    expect(await reasonFor({ Error: 'Lambda.Unknown', Cause: 'plain text' })).toBe('the pass over the registry failed: Lambda.Unknown: plain text');
    expect(await reasonFor({ Error: 'E', Cause: 'x'.repeat(2_000) })).toHaveLength('the pass over the registry failed: '.length + 1_000);
  });

  test('whose response CloudFormation does not take fails, so that its end is repeated', async () => {
    await rule.create(TEAM_A);
    const { pass, work } = registry.started[0]!.input;
    // Nobody listens there.
    const unheard = { ...pass, operation: { ...pass.operation, responseUrl: 'http://127.0.0.1:1/?signature' } };
    await expect(handleRegistryInput({ Step: 'end', pass: unheard, work: { ...work, next: null }, error: null }, registry.environment))
      .rejects.toThrow('The response could not be sent to CloudFormation');
    expect(registry.decided('response-not-sent')).toMatchObject([{ level: 'ERROR', requestId: 'Rule-1', error: expect.stringContaining('ECONNREFUSED') }]);
  });

  test('responds within 4,096 bytes, however long the names and reasons are', async () => {
    for (let index = 0; index < 100; index++) {
      registry.add(`team-a/${'x'.repeat(240)}-${index}`, MUTABLE);
    }
    registry.beforeEcr = () => { throw named('AccessDeniedException', `with an explicit deny in ${'"'.repeat(2_000)}`); };
    const response = await rule.create(TEAM_A);
    expect(response.Status).toBe('SUCCESS');
    expect(response.Data.Refused.length).toBe(1_200);
    expect(Buffer.byteLength(JSON.stringify(response))).toBeLessThanOrEqual(4_096);
    expect(Buffer.byteLength(JSON.stringify(await rule.remove(TEAM_A)))).toBeLessThanOrEqual(4_096);
  });
});

describe('executions', () => {
  const execution = (name: string, started: number) => ({ arn: `arn:${name}`, name, started });
  const prefixOf = (of: FakeRule) => registry.started.find(({ input }) => input.pass.rule.logicalId === of.logicalId)!.name.slice(0, 26);

  test('a stack operation stops older ones of its own rule, waits for the end of their batches, and looks again', async () => {
    await rule.create(TEAM_A);
    const other = new FakeRule(registry, 'Other');
    await other.create({ ...TEAM_A, filters: ['team-c/*'] });
    const started = registry.clock.now();
    registry.running = [
      execution(`${prefixOf(rule)}older`, started - 1_000),
      execution(`${prefixOf(rule)}newer`, started + 1_000_000),
      execution(`${prefixOf(other)}older`, started - 1_000),
    ];
    await rule.remove(TEAM_A);
    expect(registry.stopped).toEqual([`arn:${prefixOf(rule)}older`]);
    expect(rule.runs.at(-1)!.states.slice(0, 5)).toEqual(['Begin', 'MustWait', 'Wait', 'Begin', 'MustWait']);
    expect(registry.clock.now() - started).toBeGreaterThanOrEqual(STOP_WAIT_MS);
  });

  test('an update waits for events that are under way, and then looks for what Step Functions did not show at first', async () => {
    await rule.create(TEAM_A);
    const started = registry.clock.now();
    registry.before = (call, count) => {
      if (call === 'runningExecutions' && count === 3) registry.running = [execution(`${prefixOf(rule)}sweep`, started - 1_000)];
    };
    await rule.update(TEAM_A, TEAM_A);
    expect(registry.stopped).toEqual([`arn:${prefixOf(rule)}sweep`]);
    expect(registry.clock.now() - started).toBe(EVENT_WAIT_MS + STOP_WAIT_MS);
  });

  test('of two that see each other, one stops the other', async () => {
    await rule.create(TEAM_A);
    const prefix = prefixOf(rule);
    const started = '2026-01-02T03:04:05.000Z';
    const pass = registry.started[0]!.input.pass;
    const stoppedBy = async (name: string, others: string[]) => {
      registry.running = others.map((other) => execution(other, Date.parse(started)));
      registry.stopped.length = 0;
      await handleRegistryInput({ Step: 'begin', pass, begun: null, name, started }, registry.environment);
      return registry.stopped;
    };
    expect(await stoppedBy(`${prefix}b`, [`${prefix}a`])).toEqual([`arn:${prefix}a`]);
    expect(await stoppedBy(`${prefix}a`, [`${prefix}b`])).toEqual([]);
  });

  test('a sweep stops none', async () => {
    await rule.create(TEAM_A);
    await rule.sweep();
    expect(registry.asked.runningExecutions).toBe(2);
    expect(registry.stopped).toEqual([]);
  });

  test('their names are never the same, though CloudFormation may use a request\'s id again', async () => {
    await rule.create(TEAM_A);
    await rule.create(TEAM_A);
    expect(new Set(registry.started.map(({ name }) => name)).size).toBe(2);
    registry.started.forEach(({ name }) => expect(name).toMatch(/^[0-9a-f]{12}-[0-9a-f]{12}-declare-[0-9a-z]{1,10}$/));
  });

  test('a delete of a create that was never answered waits for it, and releases whatever its token', async () => {
    await rule.create(TEAM_A);
    const started = registry.clock.now();
    expect(await rule.remove(TEAM_A, 'a-Rule-1ABCDEFGHIJKL')).toMatchObject({ Status: 'SUCCESS' });
    expect(rule.runs.at(-1)!.states.slice(0, 5)).toEqual(['Begin', 'MustWait', 'Wait', 'Begin', 'MustWait']);
    expect(registry.clock.now() - started).toBeGreaterThanOrEqual(STOP_WAIT_MS);
    expect(registry.settings()).toEqual(ORIGINALS);
    expect(registry.traces()).toEqual([]);
  });

  test('a delete leaves the declarations of a later create of the same logical id', async () => {
    await rule.create(TEAM_A);
    const first = rule.physicalId;
    await rule.create(TEAM_A);
    await rule.remove(TEAM_A, first);
    expect(registry.settings()).toEqual(allLocked);
  });

  test('a create that comes after its own deletion has begun stops nothing, and declares nothing', async () => {
    rule.deployed(TEAM_A, { physicalId: 'a-Rule-1ABCDEFGHIJKL', status: 'DELETE_IN_PROGRESS' });
    registry.running = [execution('whatever', 0)];
    expect(await rule.create(TEAM_A)).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/OvertakenError: the rule is being deleted/) });
    expect(registry.stopped).toEqual([]);
    expect(registry.settings()).toEqual(ORIGINALS);
    expect(rule.runs[0]!.states).toEqual(['Begin', 'End']);
    expect(registry.asked.resource).toBe(1);
  });

  test('that cannot be started: FAILED at once, after a denial that may pass', async () => {
    registry.before = (call) => { if (call === 'startExecution') throw named('AccessDeniedException', 'not authorized'); };
    const started = registry.clock.now();
    expect(await rule.create(TEAM_A)).toMatchObject({ Status: 'FAILED', PhysicalResourceId: expect.stringMatching(/^rule\|/), Reason: 'not authorized' });
    expect(registry.clock.now() - started).toBeGreaterThan(80_000);
  });

  test('that can be started once the permission has arrived', async () => {
    registry.before = (call, count) => { if (call === 'startExecution' && count < 4) throw named('AccessDeniedException', 'not authorized'); };
    expect(await rule.create(TEAM_A)).toMatchObject({ Status: 'SUCCESS' });
  });
});

describe('bad properties, which tokens hid from synthesis', () => {
  test.each<[string, Partial<Declared>, RegExp]>([
    ['no filter', { filters: [] }, /repositoryFilters is an empty list/],
    ['a filter that nothing can match', { filters: ['Team'] }, /'Team', which no repository's name can match/],
    ['filters that are no list', { filters: 'team-a/*' as any }, /repositoryFilters is not a list of strings/],
    ['a filter that is no string', { filters: [{} as any] }, /repositoryFilters is not a list of strings/],
    ['excludes that leave nothing', { excludes: ['*'] }, /leave nothing/],
    ['settings that ECR refuses', { settings: { mutability: 'IMMUTABLE', filters: ['a'] } }, /takes no filters/],
    ['excludes that are no list', { excludes: 'cache' as any }, /excludeRepositoryFilters is not a list of strings/],
    ['a concurrency of 0', { maxConcurrency: '0' }, /maxConcurrency must be a whole number from 1 to 40$/],
    ['a concurrency of 41', { maxConcurrency: '41' }, /maxConcurrency must be/],
    ['a concurrency of 1.5', { maxConcurrency: '1.5' }, /maxConcurrency must be/],
    ['a concurrency that is no number', { maxConcurrency: 'many' }, /maxConcurrency must be/],
    ['no state machine', { stateMachineArn: '' }, /StateMachineArn is not the ARN of a state machine/],
    ['a state machine that is no string', { stateMachineArn: [STATE_MACHINE] as any }, /StateMachineArn is not the ARN of a state machine/],
  ])('%s: the create fails with that reason, and its delete succeeds', async (_, change, reason) => {
    const bad = { ...TEAM_A, ...change };
    const { Status, Reason, PhysicalResourceId } = await rule.create(bad);
    expect([Status, Reason, PhysicalResourceId]).toEqual(['FAILED', expect.stringMatching(reason), expect.stringMatching(/^rule\|/)]);
    expect(await rule.remove(bad)).toMatchObject({ Status: 'SUCCESS' });
    expect(registry.started).toEqual([]);
    expect(registry.settings()).toEqual(ORIGINALS);
  });

  test.each(['1', '40'])('a concurrency of %s is none of them', async (maxConcurrency) => {
    expect(await rule.create({ ...TEAM_A, maxConcurrency })).toMatchObject({ Status: 'SUCCESS' });
    expect(registry.started[0]!.input.pass.rule.maxConcurrency).toBe(Number(maxConcurrency));
  });

  test('a foreign physical id fails an update', async () => {
    rule.physicalId = 'foreign';
    expect(await rule.update(TEAM_A, TEAM_A)).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'foreign', Reason: expect.stringContaining('PhysicalResourceId is not that of') });
  });
});

describe('of the longest names and settings', () => {
  const nameOf = (index: number) => `${'x'.repeat(250)}-${String(index).padStart(5, '0')}`;
  const EVERY: Declared = { filters: ['*'], settings: { ...longest('fghij') } };

  async function passesOver(count: number) {
    registry = new FakeRegistry();
    rule = new FakeRule(registry);
    for (let index = 0; index < count; index++) registry.add(nameOf(index), longest());
    await rule.create(EVERY);
    await rule.remove(EVERY);
    expect(registry.traces()).toEqual([]);
    return rule.runs;
  }

  test('no state has more than 256 KiB, and 10,000 repositories take at most 5,000 events', async () => {
    const [few, many] = [await passesOver(200), await passesOver(400)];
    for (const [index, { events, mostBytes }] of many.entries()) {
      // So that it is not for lack of data.
      expect(mostBytes).toBeGreaterThan(90_000);
      expect(mostBytes).toBeLessThanOrEqual(200_000);
      expect(events + 48 * (events - few[index]!.events)).toBeLessThanOrEqual(5_000);
    }
  });

  test('all that is left, and a failure in each batch, fit as well', async () => {
    for (let index = 0; index < 300; index++) registry.add(nameOf(index), longest());
    await rule.create({ filters: ['x*'], settings: LOCKED });
    // Each batch restores one, and then has no time.
    const until = registry.clock.now() + 4 * WRITE_WINDOW_MS;
    let calls = 0;
    registry.beforeEcr = () => { if (registry.clock.now() < until && calls++ > 20) throw THROTTLED; };
    await rule.remove({ filters: ['x*'], settings: LOCKED });
    expect(rule.runs[1]!.mostBytes).toBeLessThanOrEqual(256 * 1_024);
  });
});
