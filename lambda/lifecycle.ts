import { Clock } from './clock';
import { Context, Owner, keyOf } from './context';
import { declare } from './declare';
import { Ecr } from './ecr';
import { Log } from './log';
import { Calls, RepositoryNotFoundError, patient } from './patient';
import { readYourWrites } from './read-your-writes';
import { NewerRecordError, keysOf } from './record';
import { Releasing, release } from './release';
import { Repository } from './repository';
import { DeclareRequest, DeleteRequest, Request, UntrustedEvent, namesOf, parseRequest, physicalIdOf } from './request';
import { DECLARING_ENDS, WRITES_END } from './timing';
import { ResourceAttributes } from '../src/shared/contract';
import { Settings } from '../src/shared/settings';

export interface Environment {
  readonly clock: Clock;
  readonly log: Log;
  readonly mark: Owner['mark'];
  /** ECR for one repository; `remaining` tells how many ms a call may last. */
  readonly ecr: (repository: Repository, remaining: () => number) => Ecr;
}

export type Result =
  | { readonly Status: 'SUCCESS'; readonly PhysicalResourceId: string; readonly Data?: ResourceAttributes }
  | { readonly Status: 'FAILED'; readonly PhysicalResourceId: string; readonly Reason: string };

/** From an event to its result: never throws, for an event without an answer hangs its stack. */
export async function handle(event: UntrustedEvent, environment: Environment): Promise<Result> {
  const PhysicalResourceId = physicalIdOf(event);
  const invocation = start(environment, event);
  let request: Request;
  try {
    request = parseRequest(event);
  } catch (error) {
    return failed(invocation.log(), PhysicalResourceId, error);
  }
  const { repository } = request;
  if (!repository) {
    invocation.log()('INFO', 'nothing-to-release');
    return { Status: 'SUCCESS', PhysicalResourceId };
  }
  try {
    const Data = request.type === 'Delete'
      ? await remove(invocation, request, repository)
      : await set(invocation, request, repository);
    return { Status: 'SUCCESS', PhysicalResourceId, Data };
  } catch (error) {
    return failed(invocation.log(repository), PhysicalResourceId, error, repository);
  }
}

interface Invocation {
  readonly started: number;
  /** Sets when it stops, in ms after its start. */
  readonly stopAfter: (window: number) => void;
  readonly log: (repository?: Repository) => Log;
  readonly context: (request: Request, repository: Repository) => Context;
}

function start(environment: Environment, event: UntrustedEvent): Invocation {
  const { clock, mark } = environment;
  const started = clock.now();
  const calls: Calls = {};
  let window = WRITES_END;
  const remaining = () => started + window - clock.now();
  const names = namesOf(event);
  const log = (repository?: Repository): Log => (level, decision, details) => environment.log(level, decision, {
    ...names,
    repository: repository?.arn,
    ...details,
    calls: { ...calls },
    ms: clock.now() - started,
  });
  return {
    started,
    stopAfter: (ms) => {
      window = ms;
    },
    log,
    context: ({ stackId, logicalId }, repository) => ({
      ecr: readYourWrites(patient(environment.ecr(repository, remaining), { clock, calls, remaining, log: log(repository) }), clock),
      clock,
      log: log(repository),
      owner: { stackId, logicalId, mark },
    }),
  };
}

async function set(invocation: Invocation, request: DeclareRequest, repository: Repository): Promise<ResourceAttributes> {
  invocation.stopAfter(DECLARING_ENDS);
  const [declared] = await Promise.allSettled([setEffective(invocation.context(request, repository), request)]);
  // Whatever became of the declaration: nobody else will be asked to release the other repository.
  const [released] = await Promise.allSettled([request.abandoned && letGoAbandoned(invocation, request, request.abandoned)]);
  if (declared.status === 'rejected') {
    throw declared.reason;
  }
  if (released.status === 'rejected') {
    throw released.reason;
  }
  return attributes(repository, declared.value);
}

async function setEffective(context: Context, { type, settings, notOriginal }: DeclareRequest): Promise<Settings> {
  const { before, effective, overruledBy } = await declare(context, {
    settings,
    created: type === 'Create',
    notOriginal,
    undo: (recordedAt) => takeBack(context, recordedAt),
  });
  if (overruledBy) {
    context.log('WARN', 'superseded', { by: overruledBy, declared: settings, before, effective });
  } else {
    context.log('INFO', 'declared', { before, effective });
  }
  return effective;
}

/** A failed create must leave nothing, and not every CloudFormation sends a delete after it. It has no more time than the create. */
async function takeBack(context: Context, recordedAt: number): Promise<void> {
  try {
    const released = await release(context, { recordedAt });
    if (released) {
      context.log('INFO', 'rolled-back', { ...released });
    }
  } catch (error) {
    // The failure that led here is the one to report; the delete that follows it tries again.
    context.log('WARN', 'not-rolled-back', { reason: (error as Error).message });
  }
}

async function remove(invocation: Invocation, request: DeleteRequest, repository: Repository): Promise<undefined> {
  const { createUnanswered } = request;
  const releasing = createUnanswered ? { appearsUntil: invocation.started + DECLARING_ENDS } : {};
  await letGo(invocation.context(request, repository), createUnanswered, releasing);
}

/** @param mayBeUnrecorded whether it is no surprise that there is no declaration. */
async function letGo(context: Context, mayBeUnrecorded: boolean, releasing?: Releasing): Promise<void> {
  try {
    const released = await release(context, releasing);
    if (released) {
      context.log('INFO', 'released', { ...released });
    } else {
      const found = await context.ecr.readSettings();
      context.log(mayBeUnrecorded ? 'INFO' : 'WARN', 'no-record', { consequence: 'the settings are left as they are', before: found, effective: found });
    }
  } catch (error) {
    if (error instanceof RepositoryNotFoundError) {
      context.log('INFO', 'repository-not-found');
    } else if (error instanceof NewerRecordError && keysOf(keyOf(context.owner), error.tags).length === 0) {
      // Such as after a create that failed for the same reason: a delete that failed too would leave the stack stuck.
      context.log(mayBeUnrecorded ? 'INFO' : 'WARN', 'no-record', { consequence: 'nothing is touched', reason: error.message });
    } else {
      throw error;
    }
  }
}

async function letGoAbandoned(invocation: Invocation, request: DeclareRequest, abandoned: Repository): Promise<void> {
  invocation.stopAfter(WRITES_END);
  const context = invocation.context(request, abandoned);
  try {
    await letGo(context, true);
  } catch (error) {
    const reason = (error as Error).message;
    context.log('ERROR', 'not-released', { reason });
    throw new Error(`${abandoned.arn}, which a failed update had declared in its place, was not released: ${reason}`);
  }
}

function attributes(repository: Repository, { mutability }: Settings): ResourceAttributes {
  return { RegistryId: repository.registryId, RepositoryName: repository.name, ImageTagMutability: mutability };
}

function failed(log: Log, PhysicalResourceId: string, error: unknown, repository?: Repository): Result {
  const message = error instanceof Error ? error.message : String(error);
  const Reason = repository
    ? `repository ${repository.name} (region ${repository.region}, account ${repository.registryId}): ${message}`
    : message;
  log('ERROR', 'failed', { reason: Reason });
  return { Status: 'FAILED', PhysicalResourceId, Reason };
}
