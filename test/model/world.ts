import { Participant } from './cases';
import { EcrCall, EcrState, areIndependent, isWrite } from './ecr-state';
import { Invocation, InvocationTree, whenPlayed } from './invocation-tree';
import { Reply } from './live-invocation';
import { ModelRequest, Outcome, Continuation, isOutcome } from './model-request';
import { Resource } from './resources';
import { MAX_READ_LAG_MS, MIN_LIFETIME_MS } from '../../lambda/protocol/windows';

/** An invocation that has not responded yet. */
interface RunningInvocation {
  readonly request: ModelRequest;
  readonly invocation: Invocation;
  /** How many ms its clock is ahead of the world's. Each has its own, so that no two invocations of a resource act in the same millisecond. */
  readonly offset: number;
  /** What a lagging read shows: the repository before this invocation's last write. */
  readonly beforeLastWrite?: EcrState;
  /** How many of its reads may still lag. */
  readonly laggingReads: number;
  /** Whether its resource has had another request before. */
  readonly isContinuation: boolean;
}

type Actor = RunningInvocation | Outcome;

/** A moment in a schedule. What can follow depends on nothing else. */
export interface World {
  readonly ecr: EcrState;
  readonly time: number;
  readonly actors: readonly Actor[];
  /** The resource of each actor. */
  readonly resources: readonly Resource[];
  /** How many invocations may still die. */
  readonly deaths: number;
  /** How many times others may still erase the record. */
  readonly erasures: number;
  readonly isErased: boolean;
  readonly slowness: boolean;
  readonly invocations: InvocationTree;
  /** The call before, where the next one may be independent of it. */
  readonly last?: { readonly index: number; readonly call: EcrCall };
}

/** What may go wrong in a schedule. */
export interface FaultBudget {
  /** How many invocations may die. */
  readonly deaths: number;
  /** How many times others may erase the record, at any moment. */
  readonly erasures: number;
  /** How many reads of each invocation may lag behind its last write. It has a limit, since the handler reads again until reads show the write. */
  readonly laggingReads: number;
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

export const isRunning = (actor: Actor): actor is RunningInvocation => 'invocation' in actor;

export async function begin(ecr: EcrState, time: number, participants: readonly Participant[], faults: FaultBudget): Promise<World> {
  const { deaths, erasures, laggingReads, slowness } = faults;
  const invocations = new InvocationTree();
  return whenPlayed(() => {
    const actors = participants.map(({ request }, index) => open(invocations, request, time, 100 * index, laggingReads, false));
    const resources = participants.map(({ resource }) => resource);
    return { ecr, time, actors, resources, deaths, erasures, isErased: false, slowness, invocations };
  });
}

/** What the resources declare in the end; nothing while an invocation is running. */
export function outcomes({ actors }: World): readonly Outcome[] | undefined {
  return actors.some(isRunning) ? undefined : actors as Outcome[];
}

/**
 * Every step that can come next.
 *
 * @throws a promise, for `whenPlayed`
 */
export function steps(world: World): Step[] {
  return [...erasuresOf(world), ...world.actors.flatMap((actor, index) => isRunning(actor) ? stepsOf(world, index, actor) : [])];
}

/** Others remove the library's tags, as CloudFormation's handler for `AWS::ECR::Repository` and Terraform do with tags that they do not know. */
function erasuresOf(world: World): Step[] {
  const { ecr, erasures } = world;
  const keys = ecr.libraryTagKeys;
  return erasures > 0 && keys.length > 0
    ? [{ what: () => 'others erase the record', world: { ...world, ecr: ecr.after({ method: 'untag', keys }), erasures: erasures - 1, isErased: true, last: undefined } }]
    : [];
}

function stepsOf(world: World, index: number, running: RunningInvocation): Step[] {
  const { pending } = running.invocation;
  const now = world.time + running.offset;
  const go = (what: () => string, reply: Reply, changed: Partial<World>, changedInvocation: Partial<RunningInvocation> = {}) =>
    proceed(what, { ...world, last: undefined, ...changed }, index, { ...running, ...changedInvocation }, reply);

  if (pending.kind === 'sleep') {
    // Time passes for all. Without slowness nobody sleeps so long that another invocation's call would come too late.
    const wakesAt = pending.until - running.offset;
    if (!world.slowness && world.actors.some((other) => isRunning(other) && isOutOfTime(other, wakesAt))) {
      return [];
    }
    return go(() => `sleeps ${pending.until - now} ms`, { time: pending.until }, { time: wakesAt });
  }
  if (pending.kind === 'stack') {
    const isStable = isStackStable(world, index);
    return go(() => `asks for its stack, which is ${isStable ? 'stable' : 'not as it was'}`, { time: now, isStable }, {});
  }
  if (pending.kind === 'response') {
    throw new Error('an invocation that has responded is still running');
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
  const last = running.laggingReads === 0 || !isWrite(call) ? { index, call } : undefined;
  if (isWrite(call)) {
    return go(() => JSON.stringify({ ...call, ...'tags' in call && { tags: Object.fromEntries(call.tags) } }),
      { time: now }, { ecr: world.ecr.after(call), last }, { beforeLastWrite: world.ecr });
  }
  const { ecr } = world;
  const { beforeLastWrite: before, laggingReads } = running;
  return [
    ...go(() => call.method, { time: now, shows: ecr }, { last }),
    ...laggingReads > 0 && before && before !== ecr
      ? go(() => `${call.method}, which lags`, { time: now, shows: before }, { last }, { laggingReads: laggingReads - 1 })
      : [],
  ];
}

/**
 * Whether a sweep may go on: no operation on its rule has begun. After one, what the sweep was to declare is out of date: the rule is gone, or
 * DescribeStackResource tells a later update. `rule-pass.ts` has the sources.
 */
function isStackStable({ actors, resources }: World, index: number): boolean {
  return actors.every((actor, other) => other === index || resources[other] !== resources[index]
    || (isRunning(actor) && !actor.isContinuation && actor.invocation.isFresh));
}

const isOutOfTime = ({ invocation: { pending }, offset }: RunningInvocation, time: number): boolean =>
  pending.kind === 'call' && time + offset >= pending.deadline;

/**
 * The worlds after an invocation got a reply: it goes on to its next call, sleep or response, or it dies before that. A death after a
 * read or a sleep leaves the same repository as a death after the last write before it. So an invocation dies only before its first call,
 * and after each write.
 *
 * A create that is overtaken does not die here, but for that of a rule, whose delete waits until it can write no more. Another delete does
 * not wait once the create has put its settings, so one that puts them again, on what it read before the delete, and dies at that moment
 * leaves them. That is a limit of the promise. Creates that die before their delete is sent are explored.
 */
function proceed(what: () => string, world: World, index: number, running: RunningInvocation, reply: Reply): Step[] {
  const { request, invocation: { isFresh, pending } } = running;
  const step = (then: Actor, end = '', changed: Partial<World> = {}): Step =>
    ({ what: () => `${request.name}: ${what()}${end}`, world: { ...world, ...changed, actors: world.actors.with(index, then) } });
  const follow = (end: string, nexts: readonly Continuation[], changed: Partial<World> = {}) => nexts.map((next) => step(
    isOutcome(next) ? next : open(world.invocations, next, world.time, running.offset + 1, running.laggingReads, true),
    `, ${end}, then ${isOutcome(next) ? 'nothing more' : next.name}`,
    changed,
  ));

  const mayDie = world.deaths > 0 && (!request.isOvertaken || request.isWaitedFor) && (isFresh || (pending.kind === 'call' && isWrite(pending.call)));
  const deaths = mayDie ? follow('dies', request.afterDeath, { deaths: world.deaths - 1 }) : [];
  const replied = skipReadPauses({ ...running, invocation: running.invocation.reply(reply) });
  if (replied.invocation.pending.kind !== 'response') {
    return [step(replied), ...deaths];
  }
  const { result } = replied.invocation.pending;
  // CloudFormation has the id from the other delivery, and the later one may find no record any more.
  const isIdIgnored = request.isDeliveredTwice && world.isErased;
  if (!isIdIgnored && result.PhysicalResourceId !== request.ids[result.Status]) {
    throw new BrokenPromiseError(`${request.name} responds ${result.Status} with the id ${result.PhysicalResourceId} instead of ${request.ids[result.Status]}`);
  }
  if (result.Status === 'SUCCESS') {
    return [...follow('responds SUCCESS', [request.afterSuccess]), ...deaths];
  }
  // A declaration whose record vanishes while it is made fails.
  if (!request.isOvertaken && !world.isErased && !/the time is up|out of time/.test(result.Reason.message)) {
    throw new BrokenPromiseError(`${request.name} responds FAILED: ${result.Reason.message}`);
  }
  return [...follow('responds FAILED', request.afterFailure), ...deaths];
}

/**
 * Lets the pauses between two reads take no time. What others do during such a pause, they may also do right before or after it, so that
 * no schedule is lost. Two sleeps are longer or have a length of their own, and do take their time: the one before a new declaration may
 * be erased (`MIN_LIFETIME_MS`), and the wait for a create that may still run.
 */
function skipReadPauses(running: RunningInvocation): RunningInvocation {
  const { invocation: { pending, time } } = running;
  const pause = pending.kind === 'sleep' ? pending.until - time : 0;
  if (pause === 0 || pause === MIN_LIFETIME_MS || pause > MAX_READ_LAG_MS) {
    return running;
  }
  // The second pause after a read that lacks the last write is so long that no read lags any more.
  const beforeLastWrite = pause > MAX_READ_LAG_MS / 2 ? undefined : running.beforeLastWrite;
  return skipReadPauses({ ...running, invocation: running.invocation.reply({ time }), beforeLastWrite });
}

function open(
  invocations: InvocationTree, request: ModelRequest, time: number, offset: number, laggingReads: number, isContinuation: boolean,
): RunningInvocation {
  return skipReadPauses({ request, invocation: invocations.start(request.delivery, time + offset), offset, laggingReads, isContinuation });
}
