import { EcrCall, EcrState, areIndependent, isWrite } from './ecr-state';
import { Invocation, InvocationTree, whenPlayed } from './invocation-tree';
import { Reply } from './live-invocation';
import { Chapter, Ending, Next, isEnding } from './story';
import { READS_LAG, SHORTEST_LIFE } from '../../lambda/timing';

/** An invocation at work on the repository. */
interface Worker {
  readonly chapter: Chapter;
  readonly invocation: Invocation;
  /** How many ms its clock is ahead of the world's. Each has its own, so that no two invocations of a resource act in the same millisecond. */
  readonly offset: number;
  /** What a lagging read shows: the repository before this invocation's last write. */
  readonly beforeLastWrite?: EcrState;
  /** How many of its reads may still lag. */
  readonly lag: number;
}

type Actor = Worker | Ending;

/** A moment in a schedule. What can follow depends on nothing else. */
export interface World {
  readonly ecr: EcrState;
  readonly time: number;
  readonly actors: readonly Actor[];
  /** How many invocations may still die. */
  readonly deaths: number;
  readonly slowness: boolean;
  readonly invocations: InvocationTree;
  /** The call before, where the next one may be independent of it. */
  readonly last?: { readonly index: number; readonly call: EcrCall };
}

/** What may go wrong in a schedule. */
export interface FaultBudget {
  /** How many invocations may die. */
  readonly deaths: number;
  /** How many reads of each invocation may lag behind its last write. It has a limit, since the handler reads again until reads show the write. */
  readonly lag: number;
  /** Whether time may pass while a call is under way, until its invocation has none left. */
  readonly slowness: boolean;
}

export interface Step {
  /** Called only for the steps that led to a broken promise. */
  readonly what: () => string;
  readonly world: World;
}

/** Thrown for a response that breaks the promise by itself. */
export class BrokenPromiseError extends Error {}

export const isAtWork = (actor: Actor): actor is Worker => 'invocation' in actor;

export async function begin(ecr: EcrState, time: number, stories: readonly Chapter[], faults: FaultBudget): Promise<World> {
  const { deaths, lag, slowness } = faults;
  const invocations = new InvocationTree();
  return whenPlayed(() => {
    const actors = stories.map((story, index) => open(invocations, story, time, 100 * index, lag));
    return { ecr, time, actors, deaths, slowness, invocations };
  });
}

/** What the resources declare in the end; nothing while an invocation is at work. */
export function endings({ actors }: World): readonly Ending[] | undefined {
  return actors.some(isAtWork) ? undefined : actors as Ending[];
}

/**
 * Every step that can come next.
 *
 * @throws a promise, for `whenPlayed`
 */
export function steps(world: World): Step[] {
  return world.actors.flatMap((actor, index) => isAtWork(actor) ? stepsOf(world, index, actor) : []);
}

function stepsOf(world: World, index: number, worker: Worker): Step[] {
  const { pending } = worker.invocation;
  const now = world.time + worker.offset;
  const go = (what: () => string, reply: Reply, changed: Partial<World>, changedWorker: Partial<Worker> = {}) =>
    proceed(what, { ...world, last: undefined, ...changed }, index, { ...worker, ...changedWorker }, reply);

  if (pending.kind === 'sleep') {
    const wakesAt = pending.until - worker.offset;
    if (!world.slowness && world.actors.some((other) => isAtWork(other) && isOutOfTime(other, wakesAt))) {
      return [];
    }
    return go(() => `sleeps ${pending.until - now} ms`, { time: pending.until }, { time: wakesAt });
  }
  if (pending.kind === 'response') {
    throw new Error('an invocation that has responded is still at work');
  }
  const { call, deadline } = pending;
  if (now >= deadline) {
    return go(() => `gives up ${call.method}`, { time: now, error: Object.assign(new Error('the time is up'), { name: 'TimeoutError' }) }, {});
  }
  // Two independent calls in a row lead to the same world in either order. One order is enough: that of the actors.
  if (world.last && index < world.last.index && areIndependent(call, world.last.call)) {
    return [];
  }
  // While reads may lag, a write is independent of nothing: what a lagging read shows depends on when the write was made.
  const last = worker.lag === 0 || !isWrite(call) ? { index, call } : undefined;
  if (isWrite(call)) {
    return go(() => JSON.stringify({ ...call, ...'tags' in call && { tags: Object.fromEntries(call.tags) } }),
      { time: now }, { ecr: world.ecr.after(call), last }, { beforeLastWrite: world.ecr });
  }
  const { ecr } = world;
  const { beforeLastWrite: before, lag } = worker;
  return [
    ...go(() => call.method, { time: now, shows: ecr }, { last }),
    ...lag > 0 && before && before !== ecr
      ? go(() => `${call.method}, which lags`, { time: now, shows: before }, { last }, { lag: lag - 1 })
      : [],
  ];
}

const isOutOfTime = ({ invocation: { pending }, offset }: Worker, time: number): boolean =>
  pending.kind === 'call' && time + offset >= pending.deadline;

/**
 * The worlds after an invocation got a reply: it goes on to its next call, sleep or response, or it dies before that. A death after a
 * read or a sleep leaves the same repository as a death after the last write before it. So an invocation dies only before its first call,
 * and after each write.
 */
function proceed(what: () => string, world: World, index: number, worker: Worker, reply: Reply): Step[] {
  const { chapter, invocation: { isFresh, pending } } = worker;
  const step = (then: Actor, end = '', changed: Partial<World> = {}): Step =>
    ({ what: () => `${chapter.name}: ${what()}${end}`, world: { ...world, ...changed, actors: world.actors.with(index, then) } });
  const follow = (end: string, nexts: readonly Next[], changed: Partial<World> = {}) => nexts.map((next) => step(
    isEnding(next) ? next : open(world.invocations, next, world.time, worker.offset + 1, worker.lag),
    `, ${end}, then ${isEnding(next) ? 'nothing more' : next.name}`,
    changed,
  ));

  const mayDie = world.deaths > 0 && (isFresh || (pending.kind === 'call' && isWrite(pending.call)));
  const deaths = mayDie ? follow('dies', chapter.died, { deaths: world.deaths - 1 }) : [];
  const invocation = skipReadPauses(worker.invocation.reply(reply));
  if (invocation.pending.kind !== 'response') {
    return [step({ ...worker, invocation }), ...deaths];
  }
  const { result } = invocation.pending;
  if (result.Status === 'SUCCESS') {
    return [...follow('responds SUCCESS', [chapter.succeeded]), ...deaths];
  }
  if (!chapter.isOvertaken && !/the time is up|out of time/.test(result.Reason)) {
    throw new BrokenPromiseError(`${chapter.name} responds FAILED: ${result.Reason}`);
  }
  return [...follow('responds FAILED', chapter.failed), ...deaths];
}

/**
 * Lets the pauses between two reads take no time. What others do during such a pause, they may also do right before or after it, so that
 * no schedule is lost. Two sleeps are longer or have a length of their own, and do take their time: the one before a new declaration may
 * be erased (`SHORTEST_LIFE`), and the wait for a create that may still run.
 */
function skipReadPauses(invocation: Invocation): Invocation {
  const { pending, time } = invocation;
  const isReadPause = pending.kind === 'sleep' && pending.until - time !== SHORTEST_LIFE && pending.until - time <= READS_LAG;
  return isReadPause ? skipReadPauses(invocation.reply({ time })) : invocation;
}

function open(invocations: InvocationTree, chapter: Chapter, time: number, offset: number, lag: number): Worker {
  return { chapter, invocation: skipReadPauses(invocations.start(chapter.delivery, time + offset)), offset, lag };
}
