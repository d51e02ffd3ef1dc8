import { EcrState, isWrite } from './ecr-state';
import { Invocation, Reply } from './invocation';
import { Chapter, Ending, Next, isEnding } from './story';
import { SHORTEST_LIFE } from '../../lambda/timing';

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
  /** Who has read since the last write. Readings by two in a row are the same in either order, so that one order is enough. */
  readonly lastReader: number;
}

/** What may go wrong in a schedule. */
export interface Misfortunes {
  /** How many invocations may die. */
  readonly deaths: number;
  /** How many readings of an invocation may lag behind its last write. Endless lag could only be answered by endless readings. */
  readonly lag: number;
}

export interface Step {
  /** Told only of the schedules that break the promise. */
  readonly what: () => string;
  readonly world: World;
}

/** Thrown for an answer that breaks the promise by itself. */
export class BrokenPromiseError extends Error {}

const NOBODY = -1;

const isAtWork = (actor: Actor): actor is Working => 'invocation' in actor;

export async function begin(ecr: EcrState, time: number, stories: readonly Chapter[], { deaths, lag }: Misfortunes): Promise<World> {
  const actors = await Promise.all(stories.map((story, index) => open(story, time, 100 * index, lag)));
  return { ecr, time, actors, deaths, lastReader: NOBODY };
}

/** What the resources declare in the end; nothing while someone is at work. */
export function endings({ actors }: World): readonly Ending[] | undefined {
  return actors.some(isAtWork) ? undefined : actors as Ending[];
}

/** Two worlds with one key go on in the same ways. */
export function keyOf({ ecr, time, actors, deaths, lastReader }: World): string {
  const keys = actors.map((actor) => isAtWork(actor)
    ? `${actor.invocation.id}/${actor.chapter.name}/${actor.lag}/${actor.lag > 0 ? actor.beforeLastWrite?.id ?? '' : ''}`
    : JSON.stringify(actor.declares ?? null));
  return [ecr.id, time, deaths, lastReader, ...keys].join('|');
}

/** Every step that can come next. */
export async function steps(world: World): Promise<Step[]> {
  const all = await Promise.all(world.actors.map((actor, index) => isAtWork(actor) ? stepsOf(world, index, actor) : []));
  return all.flat();
}

async function stepsOf(world: World, index: number, actor: Working): Promise<Step[]> {
  const { next } = actor.invocation;
  const now = world.time + actor.offset;
  const go = (what: () => string, reply: Reply, changed: Partial<World>, changedActor: Partial<Working> = {}) =>
    proceed(what, { ...world, lastReader: NOBODY, ...changed }, index, { ...actor, ...changedActor }, reply);

  if (next.kind === 'sleep') {
    return go(() => `sleeps ${next.until - now} ms`, { time: next.until }, { time: next.until - actor.offset });
  }
  if (next.kind === 'answer') {
    throw new Error('an answer was not taken');
  }
  const { call, deadline } = next;
  if (now >= deadline) {
    return go(() => `gives up ${call.method}`, { time: now, error: Object.assign(new Error('the time is up'), { name: 'TimeoutError' }) }, {});
  }
  if (isWrite(call)) {
    return go(() => JSON.stringify({ ...call, ...'tags' in call && { tags: Object.fromEntries(call.tags) } }), { time: now }, { ecr: world.ecr.after(call) }, { beforeLastWrite: world.ecr });
  }
  if (index < world.lastReader) {
    return [];
  }
  const { ecr } = world;
  const { beforeLastWrite: before, lag } = actor;
  return [
    ...await go(() => call.method, { time: now, shows: ecr }, { lastReader: index }),
    ...lag > 0 && before && before !== ecr
      ? await go(() => `${call.method}, which lags`, { time: now, shows: before }, { lastReader: index }, { lag: lag - 1 })
      : [],
  ];
}

/** Takes a reply to the point where the invocation waits for the next one; it may also die before it gets there. */
async function proceed(what: () => string, world: World, index: number, actor: Working, reply: Reply): Promise<Step[]> {
  const { chapter } = actor;
  const step = (then: Actor, end = '', changed: Partial<World> = {}): Step =>
    ({ what: () => `${chapter.name}: ${what()}${end}`, world: { ...world, ...changed, actors: world.actors.with(index, then) } });
  const follow = (end: string, nexts: readonly Next[], changed: Partial<World> = {}) => Promise.all(nexts.map(async (next) =>
    step(isEnding(next) ? next : await open(next, world.time, actor.offset + 1, actor.lag), `, ${end}, then ${isEnding(next) ? 'nothing more' : next.name}`, changed)));

  const dead = world.deaths > 0 ? await follow('dies', chapter.died, { deaths: world.deaths - 1 }) : [];
  const invocation = await rested(await actor.invocation.reply(reply));
  if (invocation.next.kind !== 'answer') {
    return [step({ ...actor, invocation }), ...dead];
  }
  const { result } = invocation.next;
  if (result.Status === 'SUCCESS') {
    return [...await follow('answers SUCCESS', [chapter.succeeded]), ...dead];
  }
  if (!chapter.isOvertaken && !/the time is up|out of time/.test(result.Reason)) {
    throw new BrokenPromiseError(`${chapter.name} answers FAILED: ${result.Reason}`);
  }
  return [...await follow('answers FAILED', chapter.failed), ...dead];
}

/** A short pause is over before anyone else does anything, or after: no time needs to pass for it. */
async function rested(invocation: Invocation): Promise<Invocation> {
  const { next, time } = invocation;
  return next.kind === 'sleep' && next.until - time < SHORTEST_LIFE ? rested(await invocation.reply({ time })) : invocation;
}

async function open(chapter: Chapter, time: number, offset: number, lag: number): Promise<Working> {
  return { chapter, invocation: await rested(await Invocation.start(chapter.delivery, time + offset)), offset, lag };
}
