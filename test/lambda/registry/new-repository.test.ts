import { EVENT_WINDOW_MS } from '../../../src/shared/registry';
import { FakeEcr, named } from '../../support/fake-ecr';
import { FakeRegistry } from '../../support/fake-registry';
import { Declared, FakeRule } from '../../support/fake-rule';
import { IMMUTABLE, LOCKED, MUTABLE } from '../../support/settings';

// What the event of a new repository does, however late it comes, and whatever stack operations do at the same time.

const TEAM_A: Declared = { filters: ['team-a/*'], settings: LOCKED };
const CHANGED: Declared = { ...TEAM_A, settings: IMMUTABLE };
const NEW = 'team-a/new';

let registry: FakeRegistry;
let rule: FakeRule;
beforeEach(async () => {
  registry = new FakeRegistry();
  rule = new FakeRule(registry);
  await rule.create(TEAM_A);
  registry.takeCalls();
});

const state = ({ settings, trace }: FakeEcr) => ({ settings, isRecorded: trace.length > 0 });
const UNTOUCHED = { settings: MUTABLE, isRecorded: false };
const seconds = (count: number) => void registry.clock.sleep(count * 1_000);

test('is declared, with its own original', async () => {
  const repository = registry.add(NEW, LOCKED);
  await rule.announce(NEW);
  expect(state(repository)).toEqual({ settings: LOCKED, isRecorded: true });
  expect(registry.started).toHaveLength(1);
  await rule.update(CHANGED, TEAM_A);
  await rule.remove(CHANGED);
  expect(state(repository)).toEqual({ settings: LOCKED, isRecorded: false });
});

test.each<[string, string, Partial<Declared>]>([
  ['that no filter matches', 'team-b/new', {}],
  ['that is excluded', 'team-a/new-cache', { excludes: ['*-cache'] }],
  ['where the rule only reports', NEW, { reportOnly: true }],
])('%s is left alone', async (_, name, change) => {
  const repository = registry.add(name, MUTABLE);
  rule.deployed({ ...TEAM_A, ...change });
  await rule.announce(name);
  expect(state(repository)).toEqual(UNTOUCHED);
});

test.each([
  ['during a stack operation', () => { registry.stackStatus = 'DELETE_IN_PROGRESS'; }],
  ['after the stack is gone', () => { registry.stackStatus = undefined; }],
  ['after the rule is gone', () => registry.resources.clear()],
])('whose event comes %s is left alone', async (_, happen) => {
  const repository = registry.add(NEW, MUTABLE);
  happen();
  await rule.announce(NEW);
  expect(state(repository)).toEqual(UNTOUCHED);
  expect(registry.decided('gave-way')).toEqual([expect.objectContaining({ consequence: `${NEW} is not declared by its event` })]);
});

describe('whose event comes late', () => {
  test.each<[string, Declared, object]>([
    ['changed', CHANGED, { settings: IMMUTABLE, isRecorded: true }],
    ['narrowed', { ...TEAM_A, filters: ['team-a/api'] }, UNTOUCHED],
  ])('is declared as an update has %s the rule', async (_, updated, after) => {
    await rule.update(updated, TEAM_A);
    const repository = registry.add(NEW, MUTABLE);
    await rule.announce(NEW);
    expect(state(repository)).toEqual(after);
  });

  test('is declared as the rule of that name says that was created since', async () => {
    await rule.remove(TEAM_A);
    await rule.create(CHANGED);
    const repository = registry.add(NEW, MUTABLE);
    await rule.announce(NEW);
    expect(state(repository)).toEqual({ settings: IMMUTABLE, isRecorded: true });
  });
});

describe('whose event is under way when a stack operation begins', () => {
  let repository: FakeEcr;

  /** Runs the operation once, after CloudFormation has told the rule, and before the first write. */
  function beginsMeanwhile(operation: () => Promise<unknown>): void {
    repository = registry.add(NEW, MUTABLE);
    const { readTags } = repository;
    repository.readTags = async () => {
      repository.readTags = readTags;
      await operation();
      return repository.readTags();
    };
  }

  test('gets what an update says', async () => {
    beginsMeanwhile(() => rule.update(CHANGED, TEAM_A));
    await rule.announce(NEW);
    expect(repository.puts).toEqual([IMMUTABLE]);
    expect(state(repository)).toEqual({ settings: IMMUTABLE, isRecorded: true });
  });

  test('is not declared after a delete', async () => {
    beginsMeanwhile(() => rule.remove(TEAM_A));
    await rule.announce(NEW);
    expect(state(repository)).toEqual(UNTOUCHED);
  });
});

describe('the window', () => {
  test('begins before CloudFormation is asked, which is asked again in the next one', async () => {
    const repository = registry.add(NEW, MUTABLE);
    registry.before = (call, count) => {
      if (call === 'resource' && count === 1) {
        seconds(EVENT_WINDOW_MS / 1_000);
        rule.deployed(CHANGED);
      }
    };
    await rule.announce(NEW);
    expect(registry.asked.stackStatus).toBe(2);
    expect(repository.puts).toEqual([IMMUTABLE]);
  });

  test('is repeated where every call is throttled, and at last the repository is named, and left to the sweep', async () => {
    const repository = registry.add(NEW, MUTABLE);
    const started = registry.clock.now();
    registry.beforeEcr = () => { throw named('ThrottlingException', 'Rate exceeded'); };
    await expect(rule.announce(NEW)).rejects.toThrow('Rate exceeded');
    expect(registry.asked.stackStatus).toBe(6);
    expect(registry.clock.now() - started).toBeLessThanOrEqual(6 * EVENT_WINDOW_MS);
    expect(registry.decided('failed')).toEqual([expect.objectContaining({ repository: expect.stringContaining(NEW) })]);
    registry.beforeEcr = undefined;
    await rule.sweep();
    expect(state(repository)).toEqual({ settings: LOCKED, isRecorded: true });
  });
});

test('that refuses is named in the log at once, and left to the sweep', async () => {
  registry.add(NEW, MUTABLE);
  registry.beforeEcr = () => { throw named('AccessDeniedException', 'not authorized to perform: ecr:TagResource with an explicit deny in a service control policy'); };
  await expect(rule.announce(NEW)).rejects.toThrow('explicit deny');
  expect(registry.asked.stackStatus).toBe(1);
  expect(registry.decided('failed')).toEqual([expect.objectContaining({ repository: expect.stringContaining(NEW) })]);
});

test('that is gone already is no failure', async () => {
  await rule.announce(NEW);
  expect(registry.decided('repository-not-found')).toHaveLength(1);
});

test('whose name ECR would not take is refused, and nothing is asked of ECR', async () => {
  const repository = registry.add('team-a/No Name', MUTABLE);
  await expect(rule.announce('team-a/No Name')).rejects.toThrow('team-a/No Name is not the name of a repository');
  expect(repository.calls).toEqual([]);
});

test.each<[string, string | undefined]>([
  ['that was stripped of', undefined],
  ['that has another tool\'s', '{"aws:cdk:path":"Stack/Rule/Resource"}'],
])('of a template %s metadata: says so, and does nothing', async (_, metadata) => {
  const repository = registry.add(NEW, MUTABLE);
  rule.deployed(TEAM_A, { metadata });
  await expect(rule.announce(NEW)).rejects.toThrow('Metadata in the template has no cdk-ecr-tag-mutability:rule. Deploy it as it was synthesized');
  expect(state(repository)).toEqual(UNTOUCHED);
});
