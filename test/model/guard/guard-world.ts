import { Live, LiveGuard, SCHEDULE, StackView, liveDeployment } from './live-guard';
import { Played } from './played';
import { CORRECTION_WINDOW_MS, LOOK_AGAIN_AFTER_MS } from '../../../lambda/guard/announcement';
import { MAX_READ_LAG_MS, MIN_LIFETIME_MS } from '../../../lambda/protocol/windows';
import { GuardInput } from '../../../src/shared/guard';
import { Settings } from '../../../src/shared/settings';
import { Participant } from '../cases';
import { EcrCall, EcrState, areIndependent, isWrite } from '../ecr-state';
import { ModelRequest, Outcome, isOutcome } from '../model-request';
import { Resource, ownershipTagKeyOf, physicalIdOf, propertiesOf, stackIdOf } from '../resources';

/** A run of a guard that meets stack operations. */
export interface GuardRun {
  readonly resource: Resource;
  /** What its input says that the template declares. */
  readonly settings: Settings;
  readonly original: Settings;
  /** Whether the input is that of the template after the stack operation. Such a run is due after it. */
  readonly isNew: boolean;
}

/** One that works on the repository, or has ended. A guard has no outcome. */
interface Running {
  readonly name: string;
  readonly played: Played;
  /** How many ms its clock is ahead of the world's. */
  readonly offset: number;
  /** The request of a stack operation. */
  readonly request?: ModelRequest;
  /** Whether its stack operation has begun with an earlier request. */
  readonly isContinuation: boolean;
}

export type Ended = { readonly outcome?: Outcome; readonly died?: true };
export type Actor = Running | Ended;

export interface GuardWorld {
  readonly ecr: EcrState;
  readonly time: number;
  /** The guard is the last one. */
  readonly actors: readonly Actor[];
  /** How many invocations may still die. */
  readonly deaths: number;
  /** How many times others may still erase the record. */
  readonly erasures: number;
  readonly scenario: Scenario;
  readonly last?: { readonly index: number; readonly call: EcrCall };
}

/** What may go wrong. */
export interface GuardFaults {
  readonly deaths: number;
  readonly erasures: number;
  /** Whether time may pass while a call is under way, until its invocation has none left. */
  readonly slowness: boolean;
}

interface Scenario {
  readonly slowness: boolean;
  readonly erasures: number;
  readonly guard: GuardRun;
  readonly participants: readonly Participant[];
  readonly started: number;
}

export interface GuardStep {
  readonly what: string;
  readonly world: GuardWorld;
}

/** A response that breaks the promise by itself. */
export class BrokenResponseError extends Error {}

export const isRunning = (actor: Actor): actor is Running => 'played' in actor;

const REPOSITORY = 'team-a/api';
/** Of the template before the operation, and after it. */
const UPDATED_BEFORE = Date.parse('2025-06-01T00:00:00.000Z');
const DUE_BEFORE = Date.parse('2025-07-01T00:00:00.000Z');
const UPDATED_AFTER = Date.parse('2025-08-01T00:00:00.000Z');
const DUE_AFTER = Date.parse('2025-09-01T00:00:00.000Z');

export async function begin(ecr: EcrState, time: number, participants: readonly Participant[], guard: GuardRun, faults: GuardFaults): Promise<GuardWorld> {
  const { deaths, erasures, slowness } = faults;
  const operations = participants.map(({ request }, index) => startOperation(request, time, 100 * index));
  const offset = 100 * participants.length;
  const ownershipTag = { key: ownershipTagKeyOf(guard.resource), value: stackIdOf(guard.resource.provider) };
  const run: Running = {
    name: 'guard', offset, isContinuation: false, played: await start(() => new LiveGuard(inputOf(guard), ownershipTag, time + offset), time + offset),
  };
  return { ecr, time, actors: [...await Promise.all(operations), run], deaths, erasures, scenario: { guard, participants, slowness, erasures, started: time } };
}

/** Requests that follow a death or a failure, started once for each moment. */
const followUps = new WeakMap<ModelRequest, Map<number, Promise<Running> | Running>>();

async function startOperation(request: ModelRequest, time: number, offset: number, isContinuation = false): Promise<Running> {
  const played = await start(() => liveDeployment(request.delivery, time + offset), time + offset);
  return { name: request.name, played, offset, request, isContinuation };
}

/** @throws a promise, for `whenPlayed` */
function followUp(request: ModelRequest, time: number, offset: number): Running {
  const moments = followUps.get(request) ?? new Map<number, Promise<Running> | Running>();
  followUps.set(request, moments);
  const known = moments.get(time + offset);
  if (known instanceof Promise || known === undefined) {
    const starting = known ?? startOperation(request, time, offset, true).then((running) => void moments.set(time + offset, running) as never);
    moments.set(time + offset, starting);
    throw starting;
  }
  return { ...known, offset };
}

const start = (live: () => Live, time: number): Promise<Played> => Played.start(live, time);

function inputOf({ resource, settings, original, isNew }: GuardRun): GuardInput {
  const { ImageTagMutability, ImageTagMutabilityExclusionFilters } = propertiesOf(settings, REPOSITORY);
  return {
    GuardMode: 'CORRECT',
    StackId: stackIdOf(resource.stack),
    GuardId: 'Guard',
    ScheduleLogicalResourceId: SCHEDULE,
    ScheduledTime: new Date(isNew ? DUE_AFTER : DUE_BEFORE).toISOString(),
    Declarations: [{
      LogicalResourceId: resource.logicalId, PhysicalResourceId: physicalIdOf(resource, REPOSITORY, original), ImageTagMutability, ImageTagMutabilityExclusionFilters,
    }],
  };
}

/** What the resources declare in the end; nothing while anybody is running. */
export function outcomes({ actors }: GuardWorld): readonly Outcome[] | undefined {
  return actors.some(isRunning) ? undefined : (actors as Ended[]).flatMap(({ outcome }) => outcome ?? []);
}

export const hasGuardDied = ({ actors }: GuardWorld): boolean => (actors.at(-1) as Ended).died === true;

/**
 * CloudFormation's state of the guard's stack, at the last moment at which it may still say so: the stack is stable until the first call that an
 * operation makes, and again with its last one.
 */
function stackOf({ actors, scenario: { guard, participants } }: GuardWorld): StackView {
  const own = participants.flatMap(({ resource }, index) => resource.stack === guard.resource.stack ? [{ actor: actors[index]!, resource }] : []);
  const hasEnded = own.every(({ actor }) => !isRunning(actor));
  const hasBegun = own.some(({ actor }) => !isRunning(actor) || actor.isContinuation || !actor.played.isFresh);
  if (hasBegun && !hasEnded) {
    return { status: 'UPDATE_IN_PROGRESS', scheduleUpdated: Infinity };
  }
  const isAfter = own.length > 0 && hasEnded;
  if (guard.isNew && !isAfter) {
    return { status: 'UPDATE_IN_PROGRESS', scheduleUpdated: Infinity };
  }
  const mine = own.find(({ resource }) => resource.logicalId === guard.resource.logicalId);
  const isGone = isAfter && mine !== undefined && (mine.actor as Ended).outcome?.declares === undefined;
  const resource = {
    physicalId: physicalIdOf(guard.resource, REPOSITORY, guard.original),
    status: 'UPDATE_COMPLETE',
    updated: isAfter && mine ? UPDATED_AFTER : UPDATED_BEFORE,
  };
  return { status: 'UPDATE_COMPLETE', resource: isGone ? undefined : resource, scheduleUpdated: isAfter ? UPDATED_AFTER : UPDATED_BEFORE };
}

/**
 * Every step that can come next.
 *
 * @throws a promise, for `whenPlayed`
 */
export function steps(world: GuardWorld): GuardStep[] {
  return [...erasuresOf(world), ...world.actors.flatMap((actor, index) => isRunning(actor) ? stepsOf(world, index, actor) : [])];
}

/** Others remove the library's tags. */
function erasuresOf(world: GuardWorld): GuardStep[] {
  const keys = world.ecr.libraryTagKeys;
  return world.erasures > 0 && keys.length > 0 && world.actors.some(isRunning)
    ? [{ what: 'others erase the record', world: { ...world, ecr: world.ecr.after({ method: 'untag', keys }), erasures: world.erasures - 1, last: undefined } }]
    : [];
}

function stepsOf(world: GuardWorld, index: number, running: Running): GuardStep[] {
  const { pending, isFresh } = running.played;
  const now = world.time + running.offset;
  if (pending.kind === 'response') {
    throw new Error('an invocation that has ended is still running');
  }
  if (pending.kind === 'sleep') {
    const wakesAt = pending.until - running.offset;
    const pause = pending.until - now;
    // Who waits for a correction may look again at any time. While the guard runs, it need not look before the announcement is gone.
    const waitsForGuard = pause === LOOK_AGAIN_AFTER_MS && isRunning(world.actors.at(-1)!) && isAnnounced(world.ecr);
    if (waitsForGuard || (!world.scenario.slowness && world.actors.some((other) => isRunning(other) && isOutOfTime(other, wakesAt + other.offset)))) {
      return [];
    }
    return proceed({ ...world, time: wakesAt, last: undefined }, index, running, `sleeps ${pause} ms`, { time: pending.until }, false);
  }
  if (pending.kind === 'stack') {
    const stack = stackOf(world);
    return proceed({ ...world, last: undefined }, index, running, `asks for the stack: ${stack.status}, updated ${stack.resource?.updated}`, { time: now, stack }, false);
  }
  const { call, deadline } = pending;
  if (now >= deadline) {
    return proceed({ ...world, last: undefined }, index, running, `gives up ${call.method}`, { time: now, error: Object.assign(new Error('the time is up'), { name: 'TimeoutError' }) }, false);
  }
  // Two independent calls in a row lead to the same world in either order. One order is enough. The first call begins a stack operation.
  const begins = running.request !== undefined && isFresh;
  if (world.last && index < world.last.index && !begins && areIndependent(call, world.last.call)) {
    return [];
  }
  const ecr = isWrite(call) ? world.ecr.after(call) : world.ecr;
  const what = isWrite(call) ? JSON.stringify({ ...call, ...'tags' in call && { tags: Object.fromEntries(call.tags) } }) : call.method;
  return proceed({ ...world, ecr, last: begins ? undefined : { index, call } }, index, running, what, { time: now, ...!isWrite(call) && { shows: world.ecr } }, isWrite(call));
}

const isOutOfTime = ({ played: { pending, time: since }, request }: Running, time: number): boolean =>
  (pending.kind === 'call' && time >= pending.deadline) || (!request && time >= since + CORRECTION_WINDOW_MS);

const isAnnounced = (ecr: EcrState): boolean => ecr.libraryTagKeys.some((key) => key.includes(':guard.'));

function proceed(world: GuardWorld, index: number, running: Running, what: string, reply: Parameters<Played['reply']>[0], isAfterWrite: boolean): GuardStep[] {
  const { request, name } = running;
  const step = (actor: Actor, end = '', changed: Partial<GuardWorld> = {}): GuardStep =>
    ({ what: `${name}: ${what}${end}`, world: { ...world, ...changed, actors: world.actors.with(index, actor) } });
  const follow = (nexts: readonly (ModelRequest | Outcome)[], end: string, changed: Partial<GuardWorld> = {}) => nexts.map((next) => step(
    isOutcome(next) ? { outcome: next } : followUp(next, world.time, running.offset + 1), `, ${end}, then ${isOutcome(next) ? 'nothing more' : next.name}`, changed,
  ));
  const mayDie = world.deaths > 0 && !request?.isOvertaken && (isAfterWrite || running.played.isFresh);
  const fewer = { deaths: world.deaths - 1, last: undefined };
  const deaths = !mayDie ? [] : request ? follow(request.afterDeath, 'dies', fewer) : isAfterWrite ? [step({ died: true }, ', dies', fewer)] : [];

  const played = skipReadPauses(running.played.reply(reply));
  if (played.pending.kind !== 'response') {
    return [step({ ...running, played }), ...deaths];
  }
  if (!request) {
    return [step({}, ', ends'), ...deaths];
  }
  const result = played.pending.result as { Status: 'SUCCESS' | 'FAILED'; Reason?: { message: string } };
  if (result.Status === 'SUCCESS') {
    return [...follow([request.afterSuccess], 'responds SUCCESS'), ...deaths];
  }
  if (!request.isOvertaken && !(world.scenario.slowness && /the time is up|out of time/.test(result.Reason?.message ?? '')) && !isErasable(world)) {
    throw new BrokenResponseError(`${name} responds FAILED: ${result.Reason?.message}`);
  }
  return [...follow(request.afterFailure, 'responds FAILED'), ...deaths];
}

/** A declaration whose record vanishes while it is made fails. */
const isErasable = ({ scenario, erasures }: GuardWorld): boolean => scenario.erasures > erasures;

/** Lets the pauses between two reads take no time, as the model of two invocations does. */
function skipReadPauses(played: Played): Played {
  const { pending, time } = played;
  const pause = pending.kind === 'sleep' ? pending.until - time : Infinity;
  return pause <= MAX_READ_LAG_MS && pause !== MIN_LIFETIME_MS && pause !== LOOK_AGAIN_AFTER_MS ? skipReadPauses(played.reply({ time })) : played;
}

/** A number for all that can follow from a world. */
export function keyOf({ ecr, time, actors, deaths, erasures, last, scenario }: GuardWorld): string {
  const states = actors.map((actor) => isRunning(actor)
    ? `${actor.played.id}${actor.isContinuation ? 'c' : ''}`
    : `-${JSON.stringify(actor.outcome ?? null)}${actor.died ?? ''}`);
  return [ecr.id, time - scenario.started, deaths, erasures, last ? `${last.index}${last.call.method}${'tags' in last.call ? [...last.call.tags.keys()] : 'keys' in last.call ? last.call.keys : ''}` : '', ...states].join(' ');
}
