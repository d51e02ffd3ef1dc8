import { EcrState } from './ecr-state';
import { Explored, explore } from './explore';
import { Deployed, Judge } from './judge';
import { FILTERED, IMMUTABLE, MUTABLE, Resource, inventedIdOf, locked } from './resources';
import { run } from './run';
import { Chapter, create, delivered, overtakenCreate, remove, update } from './story';
import { Misfortunes } from './world';
import { Settings } from '../../src/settings';

const A: Resource = { stack: 'a', logicalId: 'Tags', provider: 'a' };
const B: Resource = { stack: 'b', logicalId: 'Tags', provider: 'b' };
const C: Resource = { stack: 'c', logicalId: 'Tags', provider: 'c' };
const D: Resource = { stack: 'd', logicalId: 'Tags', provider: 'd' };
/** The same construct as A, renamed. */
const A_RENAMED: Resource = { ...A, logicalId: 'Renamed' };
/** A stack whose provider is that of stack a. */
const GUEST: Resource = { stack: 'guest', logicalId: 'Tags', provider: 'a' };

const [OF_A, OF_B, OF_C, OF_D, NEW, NEWER] = [IMMUTABLE, locked('b-*'), locked('c-*'), locked('d-*'), locked('new-*'), locked('newer-*')];

interface Actor {
  readonly resource: Resource;
  readonly story: Chapter;
  /** Where a new declaration goes among those of the start, which have the ranks 0, 1 and so on. */
  readonly rank?: number;
}

const NEWEST = 100;
const creates = (resource: Resource, settings: Settings, rank = NEWEST): Actor => ({ resource, story: create(resource, settings), rank });
const updates = (resource: Resource, old: Settings): Actor => ({ resource, story: update(resource, NEW, old, NEWER) });
const removes = (resource: Resource, settings: Settings): Actor => ({ resource, story: remove(resource, settings) });
const twice = (actor: Actor): Actor[] => ['first', 'second'].map((count) => ({ ...actor, story: delivered(count, actor.story) }));
const overtaken = (resource: Resource, settings: Settings): Actor[] => [
  { resource, story: overtakenCreate(resource, settings) }, { resource, story: remove(resource, settings, inventedIdOf(resource)) },
];

type Start = readonly (readonly [Resource, Settings])[];
const ONE: Start = [[A, OF_A]];
const TWO: Start = [[A, OF_A], [B, OF_B]];

const CASES: [string, Start, Actor[]][] = [
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
  ['a create in a stack that shares a provider, while its host releases', ONE, [creates(GUEST, OF_C), removes(A, OF_A)]],
  ['a release in a stack that shares a provider, while its host declares', [[GUEST, OF_C]], [removes(GUEST, OF_C), creates(A, OF_A)]],
  ['two releases in stacks that share a provider', [[A, OF_A], [GUEST, OF_C]], [removes(A, OF_A), removes(GUEST, OF_C)]],
];

const START_TIME = Date.parse('2026-01-02T03:04:05.000Z');
const AN_HOUR = 3_600_000;

async function exploreCase(original: Settings, start: Start, actors: readonly Actor[], misfortunes: Misfortunes): Promise<Explored> {
  let [ecr, time] = [EcrState.of(original), START_TIME];
  for (const [resource, settings] of start) {
    ({ ecr, time } = await run(ecr, time + AN_HOUR, create(resource, settings)));
  }
  const judge = new Judge(original);
  return explore(ecr, time + AN_HOUR, actors.map(({ story }) => story), misfortunes, (after, end, endings) => {
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
    return judge.judge(after, end, [...deployed.values()]);
  });
}

const total = { states: 0, ends: 0 };

describe.each([['MUTABLE', MUTABLE], ['filters', FILTERED]])('in a repository that had %s', (_, original) => {
  test.each(CASES)('%s, and one of them may die anywhere', async (_name, start, actors) => {
    const t0 = Date.now(); const explored = await exploreCase(original, start, actors, { deaths: Number(process.env.DEATHS ?? 1), lag: Number(process.env.LAG ?? 0), slowness: process.env.SLOW === '1' });
    expect(explored.broken.join('\n')).toBe('');
    expect(explored.ends).toBeGreaterThan(1);
    total.states += explored.states;
    total.ends += explored.ends;
    process.stderr.write(`## ${_name} ${explored.states} ${explored.ends} ${Date.now() - t0}ms\n`);
  });
});

afterAll(() => {
  process.stdout.write(`${total.states} states of two invocations at once explored, ${total.ends} ends judged\n`);
});
