import { EcrCall, EcrState, areIndependent, isWrite, keysOf } from './ecr-state';
import { Invocation, Reply } from './invocation';
import { Chapter, Ending, Next, isEnding } from './story';
import { READS_LAG, SHORTEST_LIFE } from '../../lambda/protocol/windows';

/** Someone at work on the repository: an invocation that waits for its next reply. */
interface Working {
  readonly chapter: Chapter;
  readonly invocation: Invocation;
  /** Its clock's difference to the world's, in ms: no two invocations of a resource do something in the same millisecond. */
  readonly offset: number;
  /** What was there before its last write, and how many of its readings may still show that. */
  readonly beforeLastWrite?: EcrState;
  readonly lag: number;
}

type Actor = Working | Ending;

/** A moment in a schedule: from here everything depends on whose step comes next. */
export interface World {
  readonly ecr: EcrState;
  readonly time: number;
  readonly actors: readonly Actor[];
  /** How many invocations may still die. */
  readonly deaths: number;
  readonly slowness: boolean;
  /** The step before, where the next one may be independent of it. */
  readonly last?: { readonly index: number; readonly call: EcrCall };
}

/** What may go wrong in a schedule. */
export interface Misfortunes {
  /** How many invocations may die. */
  readonly deaths: number;
  /** How many readings of an invocation may lag behind its last write. Endless lag could only be answered by endless readings. */
  readonly lag: number;
  /** Whether time may pass while a call is under way, until its invocation has none left. */
  readonly slowness: boolean;
}

export interface Step {
  /** Told only of the schedules that break the promise. */
  readonly what: () => string;
  readonly world: World;
}

/** Thrown for an answer that breaks the promise by itself. */
export class BrokenPromiseError extends Error {}


const isAtWork = (actor: Actor): actor is Working => 'invocation' in actor;

export function begin(ecr: EcrState, time: number, stories: readonly Chapter[], { deaths, lag, slowness }: Misfortunes): World {
  const actors = stories.map((story, index) => open(story, time, 100 * index, lag));
  return { ecr, time, actors, deaths, slowness };
}

/** What the resources declare in the end; nothing while someone is at work. */
export function endings({ actors }: World): readonly Ending[] | undefined {
  return actors.some(isAtWork) ? undefined : actors as Ending[];
}

/** Two worlds with one key go on in the same ways. */
export function keyOf({ ecr, time, actors, deaths, last }: World): string {
  const keys = actors.map((actor) => isAtWork(actor)
    ? `${actor.invocation.id}/${actor.lag}/${actor.lag > 0 ? actor.beforeLastWrite?.id ?? '' : ''}`
    : JSON.stringify(actor.declares ?? null));
  return [ecr.id, time, deaths, last && `${last.index}${last.call.method}${isWrite(last.call) ? keysOf(last.call) : ''}`, ...keys].join('|');
}

/** Every step that can come next. */
export function steps(world: World): Step[] {
  return world.actors.flatMap((actor, index) => isAtWork(actor) ? stepsOf(world, index, actor) : []);
}

function stepsOf(world: World, index: number, actor: Working): Step[] {
  const { next } = actor.invocation;
  const now = world.time + actor.offset;
  const go = (what: () => string, reply: Reply, changed: Partial<World>, changedActor: Partial<Working> = {}) =>
    proceed(what, { ...world, last: undefined, ...changed }, index, { ...actor, ...changedActor }, reply);

  if (next.kind === 'sleep') {
    if (!world.slowness && world.actors.some((other) => isAtWork(other) && isOutOfTime(other, next.until - actor.offset))) {
      return [];
    }
    return go(() => `sleeps ${next.until - now} ms`, { time: next.until }, { time: next.until - actor.offset });
  }
  if (next.kind === 'answer') {
    throw new Error('an answer was not taken');
  }
  const { call, deadline } = next;
  if (now >= deadline) {
    return go(() => `gives up ${call.method}`, { time: now, error: Object.assign(new Error('the time is up'), { name: 'TimeoutError' }) }, {});
  }
  // Independent steps of two in a row come to the same in either order: one order is enough.
  if (world.last && index < world.last.index && areIndependent(call, world.last.call)) {
    return [];
  }
  const last = actor.lag === 0 || !isWrite(call) ? { index, call } : undefined;
  if (isWrite(call)) {
    return go(() => JSON.stringify({ ...call, ...'tags' in call && { tags: Object.fromEntries(call.tags) } }), { time: now }, { ecr: world.ecr.after(call), last }, { beforeLastWrite: world.ecr });
  }
  const { ecr } = world;
  const { beforeLastWrite: before, lag } = actor;
  return [
    ...go(() => call.method, { time: now, shows: ecr }, { last }),
    ...lag > 0 && before && before !== ecr
      ? go(() => `${call.method}, which lags`, { time: now, shows: before }, { last }, { lag: lag - 1 })
      : [],
  ];
}

const isOutOfTime = ({ invocation: { next }, offset }: Working, time: number): boolean => next.kind === 'call' && time + offset >= next.deadline;

/**
 * Takes a reply to the point where the invocation waits for the next one; it may also die before it gets there. To die after a
 * reading or a pause is the same as to die after the write before it: nobody could tell.
 */
function proceed(what: () => string, world: World, index: number, actor: Working, reply: Reply): Step[] {
  const { chapter, invocation: { next } } = actor;
  const step = (then: Actor, end = '', changed: Partial<World> = {}): Step =>
    ({ what: () => `${chapter.name}: ${what()}${end}`, world: { ...world, ...changed, actors: world.actors.with(index, then) } });
  const follow = (end: string, nexts: readonly Next[], changed: Partial<World> = {}) => nexts.map((then) =>
    step(isEnding(then) ? then : open(then, world.time, actor.offset + 1, actor.lag), `, ${end}, then ${isEnding(then) ? 'nothing more' : then.name}`, changed));

  const isTold = actor.invocation.isFresh || (next.kind === 'call' && isWrite(next.call));
  const dead = world.deaths > 0 && isTold ? follow('dies', chapter.died, { deaths: world.deaths - 1 }) : [];
  const invocation = rested(actor.invocation.reply(reply));
  if (invocation.next.kind !== 'answer') {
    return [step({ ...actor, invocation }), ...dead];
  }
  const { result } = invocation.next;
  if (result.Status === 'SUCCESS') {
    return [...follow('answers SUCCESS', [chapter.succeeded]), ...dead];
  }
  if (!chapter.isOvertaken && !/the time is up|out of time/.test(result.Reason)) {
    throw new BrokenPromiseError(`${chapter.name} answers FAILED: ${result.Reason}`);
  }
  return [...follow('answers FAILED', chapter.failed), ...dead];
}

/**
 * A pause between readings is over before anyone else does anything, or after: no time needs to pass for it. That before a declaration
 * may be erased, and the wait for a create that may still run, are for the time itself.
 */
function rested(invocation: Invocation): Invocation {
  const { next, time } = invocation;
  const isBetweenReadings = next.kind === 'sleep' && next.until - time !== SHORTEST_LIFE && next.until - time <= READS_LAG;
  return isBetweenReadings ? rested(invocation.reply({ time })) : invocation;
}

function open(chapter: Chapter, time: number, offset: number, lag: number): Working {
  return { chapter, invocation: rested(Invocation.start(chapter.delivery, time + offset)), offset, lag };
}
