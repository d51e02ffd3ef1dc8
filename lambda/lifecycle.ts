import { Clock } from './clock';
import { Ecr } from './ecr';
import { Log } from './log';
import { Calls, RepositoryNotFoundError, patient } from './patient';
import { Context, Owner, declare, release } from './protocol';
import { readYourWrites } from './read-your-writes';
import { Repository } from './repository';
import { DeclareRequest, DeleteRequest, Request, UntrustedEvent, parseRequest, physicalIdOf } from './request';
import { ResourceAttributes } from '../src/contract';
import { Settings } from '../src/settings';

/** An invocation writes to ECR in its first two minutes only: whoever comes after it can wait for that. */
const WRITES_END = 120_000;
/** A declaration stops earlier still: what it leaves when it dies can then be taken back within another invocation's two minutes. */
const DECLARING_ENDS = 105_000;

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
  let request: Request;
  try {
    request = parseRequest(event);
  } catch (error) {
    return failed(environment.log, PhysicalResourceId, error);
  }
  const { repository } = request;
  if (!repository) {
    environment.log('INFO', 'nothing-to-release', { logicalId: request.logicalId });
    return { Status: 'SUCCESS', PhysicalResourceId };
  }
  const { context, lastUntil } = prepare(environment, request, repository);
  try {
    const Data = request.type === 'Delete'
      ? await remove(context, request, lastUntil)
      : await set(context, request, lastUntil);
    return { Status: 'SUCCESS', PhysicalResourceId, Data };
  } catch (error) {
    const where = `repository ${repository.name} (region ${repository.region}, account ${repository.registryId})`;
    return failed(context.log, PhysicalResourceId, error, where);
  }
}

interface Prepared {
  readonly context: Context;
  /** Sets when this invocation stops, in ms after its start, and gives that time. */
  readonly lastUntil: (window: number) => number;
}

function prepare(environment: Environment, request: Request, repository: Repository): Prepared {
  const { clock, mark } = environment;
  const started = clock.now();
  const calls: Calls = {};
  let deadline = started + WRITES_END;
  const remaining = () => deadline - clock.now();
  const log: Log = (level, decision, details) => environment.log(level, decision, {
    request: request.type,
    stack: request.stackId,
    logicalId: request.logicalId,
    repository: repository.arn,
    ...details,
    calls: { ...calls },
    ms: clock.now() - started,
  });
  return {
    lastUntil: (window) => deadline = started + window,
    context: {
      ecr: readYourWrites(patient(environment.ecr(repository, remaining), clock, calls, remaining), clock),
      clock,
      log,
      owner: { stackId: request.stackId, logicalId: request.logicalId, mark },
    },
  };
}

async function set(
  context: Context, { type, repository, settings, oldSettings }: DeclareRequest, lastUntil: Prepared['lastUntil'],
): Promise<ResourceAttributes> {
  const until = lastUntil(DECLARING_ENDS);
  const { effective, overruledBy } = await declare(context, {
    settings,
    until,
    created: type === 'Create',
    notOriginal: oldSettings ? [oldSettings, settings] : [],
    undo: () => takeBack(context, lastUntil, until),
  });
  if (overruledBy) {
    context.log('WARN', 'overruled', { by: overruledBy, declared: settings, effective });
  } else {
    context.log('INFO', 'declared', { effective });
  }
  return attributes(repository, effective);
}

/** A failed create must leave nothing, and not every CloudFormation sends a delete after it. */
async function takeBack(context: Context, lastUntil: Prepared['lastUntil'], writtenUntil: number): Promise<void> {
  lastUntil(WRITES_END);
  try {
    if (await release(context, { writtenUntil })) {
      context.log('INFO', 'taken-back');
    }
  } catch (error) {
    // The failure that led here is the one to report; the delete that follows it tries again.
    context.log('WARN', 'not-taken-back', { reason: (error as Error).message });
  }
}

async function remove(context: Context, { createUnanswered }: DeleteRequest, lastUntil: Prepared['lastUntil']): Promise<undefined> {
  const writesEnd = lastUntil(WRITES_END);
  try {
    if (await release(context, createUnanswered ? { appearsUntil: writesEnd - WRITES_END + DECLARING_ENDS } : {})) {
      context.log('INFO', 'released');
    } else {
      context.log('WARN', 'no-record', { consequence: 'the settings are left as they are', found: await context.ecr.readSettings() });
    }
  } catch (error) {
    if (!(error instanceof RepositoryNotFoundError)) {
      throw error;
    }
    context.log('INFO', 'repository-gone');
  }
}

function attributes(repository: Repository, { mutability }: Settings): ResourceAttributes {
  return { RegistryId: repository.registryId, RepositoryName: repository.name, ImageTagMutability: mutability };
}

function failed(log: Log, PhysicalResourceId: string, error: unknown, where?: string): Result {
  const message = error instanceof Error ? error.message : String(error);
  const Reason = where ? `${where}: ${message}` : message;
  log('ERROR', 'answered-failed', { reason: Reason });
  return { Status: 'FAILED', PhysicalResourceId, Reason };
}
