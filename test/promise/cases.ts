import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EcrState, EcrStates } from './ecr-state';
import { Explored, explore } from './explore';
import { Deployed, Judge } from './judge';
import { LONG, Resource, inventedIdOf, locked } from './resources';
import { run } from './run';
import { Chapter, Ending, create, delivered, overtakenCreate, remove, update } from './story';
import { FaultBudget, begin } from './world';
import { Settings } from '../../src/settings';

const A: Resource = { stack: 'a', logicalId: 'Tags', provider: 'a' };
const B: Resource = { stack: 'b', logicalId: 'Tags', provider: 'b' };
const C: Resource = { stack: 'c', logicalId: 'Tags', provider: 'c' };
const D: Resource = { stack: 'd', logicalId: 'Tags', provider: 'd' };
/** The same construct as A, renamed. */
const A_RENAMED: Resource = { ...A, logicalId: 'Renamed' };
/** A stack whose provider is that of stack a. */
const GUEST: Resource = { stack: 'guest', logicalId: 'Tags', provider: 'a' };

const [OF_A, OF_B, OF_C, OF_D, OF_GUEST, NEW, NEWER] = [LONG, locked('b-*'), locked('c-*'), locked('d-*'), locked('guest-*'), locked('new-*'), locked('newer-*')];

/** A resource, and what happens to it. */
export interface Actor {
  readonly resource: Resource;
  readonly story: Chapter;
  /** Where a new declaration goes among those of the start, which have the ranks 0, 1 and so on. */
  readonly rank?: number;
}

const README = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8');

const NEWEST = 100;
const creates = (resource: Resource, settings: Settings, rank = NEWEST): Actor => ({ resource, story: create(resource, settings), rank });
const updates = (resource: Resource, old: Settings): Actor => ({ resource, story: update(resource, NEW, old, NEWER) });
const removes = (resource: Resource, settings: Settings): Actor => ({ resource, story: remove(resource, settings) });
const twice = (actor: Actor): Actor[] => ['first', 'second'].map((count) => ({ ...actor, story: delivered(count, actor.story) }));
const overtaken = (resource: Resource, settings: Settings): Actor[] => [
  { resource, story: overtakenCreate(resource, settings) }, { resource, story: remove(resource, settings, inventedIdOf(resource)) },
];

/** Who has declared before, oldest first. */
export type Start = readonly (readonly [Resource, Settings])[];
const ONE: Start = [[A, OF_A]];
const TWO: Start = [[A, OF_A], [B, OF_B]];

export type Case = readonly [name: string, start: Start, actors: readonly Actor[]];

/** What two invocations can have to do with each other. */
export const CASES: readonly Case[] = [
  ['two declare', [], [creates(C, OF_C), creates(D, OF_D)]],
  ['two declare what a third has declared', ONE, [creates(C, OF_C), creates(D, OF_D)]],
  ['two declare what two have declared', TWO, [creates(C, OF_C), creates(D, OF_D)]],
  ['one declares while the only declaration is released', ONE, [creates(C, OF_C), removes(A, OF_A)]],
  ['one declares while the older declaration is released', TWO, [creates(C, OF_C), removes(A, OF_A)]],
  ['one declares while the newer declaration is released', TWO, [creates(C, OF_C), removes(B, OF_B)]],
  ['both are released', TWO, [removes(A, OF_A), removes(B, OF_B)]],
  ['the older is updated while the newer is released', TWO, [updates(A, OF_A), removes(B, OF_B)]],
  ['the newer is updated while the older is released', TWO, [updates(B, OF_B), removes(A, OF_A)]],
  ['one is updated while another declares', ONE, [updates(A, OF_A), creates(C, OF_C)]],
  ['both are updated', TWO, [updates(A, OF_A), { resource: B, story: update(B, locked('b2-*'), OF_B) }]],
  ['a construct is renamed while a newer declaration is released', TWO, [creates(A_RENAMED, NEW, 0.5), removes(B, OF_B)]],
  ['a construct is renamed while another declares', ONE, [creates(A_RENAMED, NEW, 0.5), creates(C, OF_C)]],
  ['a create is delivered twice', [], twice(creates(C, OF_C))],
  ['a create is delivered twice above another declaration', ONE, twice(creates(C, OF_C))],
  ['an update is delivered twice', ONE, twice(updates(A, OF_A))],
  ['an update under a newer declaration is delivered twice', TWO, twice(updates(A, OF_A))],
  ['a delete is delivered twice', ONE, twice(removes(A, OF_A))],
  ['a delete over an older declaration is delivered twice', TWO, twice(removes(B, OF_B))],
  ['a create is overtaken by its delete', [], overtaken(C, OF_C)],
  ['a create above another declaration is overtaken by its delete', ONE, overtaken(C, OF_C)],
  ['a create in a stack that shares a provider, while its host releases', ONE, [creates(GUEST, OF_GUEST), removes(A, OF_A)]],
  ['a release in a stack that shares a provider, while its host declares', [[GUEST, OF_GUEST]], [removes(GUEST, OF_GUEST), creates(A, OF_A)]],
  ['two releases in stacks that share a provider', [[A, OF_A], [GUEST, OF_GUEST]], [removes(A, OF_A), removes(GUEST, OF_GUEST)]],
];

const START_TIME = Date.parse('2026-01-02T03:04:05.000Z');
const AN_HOUR = 3_600_000;

const starts = new Map<string, Promise<RepositoryAtTime>>();

interface RepositoryAtTime {
  readonly ecr: EcrState;
  readonly time: number;
}

/** The repository after the declarations of the start. */
export function initialState(original: Settings, start: Start): Promise<RepositoryAtTime> {
  const key = JSON.stringify([original, start]);
  const known = starts.get(key) ?? declareAll(original, start);
  starts.set(key, known);
  return known;
}

async function declareAll(original: Settings, start: Start): Promise<RepositoryAtTime> {
  let [ecr, time] = [new EcrStates().of(original), START_TIME];
  for (const [resource, settings] of start) {
    ({ ecr, time } = await run(ecr, time + AN_HOUR, create(resource, settings)));
  }
  return { ecr, time: time + AN_HOUR };
}

/** What is deployed when the stories have ended so. */
export function deployedAfter(start: Start, actors: readonly Actor[], endings: readonly Ending[]): Deployed[] {
  const deployed = new Map<string, Deployed>(start.map(([resource, settings], rank) => [JSON.stringify(resource), { resource, settings, rank }]));
  actors.forEach(({ resource, rank }, index) => {
    const key = JSON.stringify(resource);
    const settings = endings[index]!.declares;
    if (settings) {
      deployed.set(key, { resource, settings, rank: rank ?? deployed.get(key)!.rank });
    } else {
      deployed.delete(key);
    }
  });
  return [...deployed.values()];
}

async function exploreCase([, start, actors]: Case, original: Settings, faults: FaultBudget): Promise<Explored> {
  const { ecr, time } = await initialState(original, start);
  const first = await begin(ecr, time, actors.map(({ story }) => story), faults);
  const judge = new Judge(original);
  return explore(first, (after, end, endings) => judge.judge(after, end, deployedAfter(start, actors, endings)));
}

/** A test for each case, and the sum of what they explored. */
export function testCases(cases: readonly Case[], original: Settings, misfortunes: FaultBudget): void {
  const total = { states: 0, ends: 0, broken: 0 };
  test.each(cases.map((each) => [each[0], each] as const))('%s', async (_, each) => {
    const { states, ends, broken } = await exploreCase(each, original, misfortunes);
    total.states += states;
    total.ends += ends;
    total.broken += broken.length;
    expect(broken.join('\n')).toBe('');
    expect(ends).toBeGreaterThan(0);
  }, 120_000);
  test('the README says how many states that are', () => {
    process.stdout.write(`${total.states} states of two invocations at once, ${total.ends} different ends, ${total.broken} broke the promise\n`);
    expect(README).toContain(`${total.states.toLocaleString('en-US')} `);
  });
}

