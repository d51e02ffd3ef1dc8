import { declare } from './declare';
import { Environment, Invocation } from './invocation';
import { Unreleased, restoreCommands } from './manual-restore';
import { Operation, keyOf } from './operation';
import { NewerRecordError, keysOf } from './record';
import { ReleaseResult, Releasing, release } from './release';
import { DECLARE_WINDOW_MS, RESPONSE_RESERVE_MS, UPDATE_WINDOW_MS } from './windows';
import { ResourceAttributes } from '../../src/shared/contract';
import { renderPhysicalId } from '../cloudformation/physical-id';
import { DeclareRequest, DeleteRequest, Request, UntrustedEvent, givenPhysicalId, parseRequest } from '../cloudformation/request';
import { Response } from '../cloudformation/response';
import { Tags } from '../ecr/ecr';
import { Repository } from '../ecr/repository';
import { RepositoryNotFoundError } from '../ecr/retries';

/** From an event to its response. It never throws, since an event without a response hangs its stack. */
export async function handle(event: UntrustedEvent, environment: Environment): Promise<Response> {
  const invocation = new Invocation(environment, event);
  const PhysicalResourceId = givenPhysicalId(event);
  let request: Request;
  try {
    request = parseRequest(event);
  } catch (error) {
    return failed(invocation, PhysicalResourceId, error);
  }
  switch (request.type) {
    case 'Create':
    case 'Update':
      return respondToDeclare(invocation, request, PhysicalResourceId);
    case 'Delete':
      return respondToDelete(invocation, request, PhysicalResourceId);
  }
}

async function respondToDeclare(invocation: Invocation, request: DeclareRequest, given: string): Promise<Response> {
  const { repository, abandoned } = request;
  const [declared] = await Promise.allSettled([declareAndLog(invocation, request)]);
  // Whatever became of the declaration, nobody else will release the abandoned repository.
  const [released] = await Promise.allSettled([abandoned && releaseAbandoned(invocation, request, abandoned)]);
  if (declared.status === 'rejected') {
    return failed(invocation, given, declared.reason, repository);
  }
  if (released.status === 'rejected') {
    return failed(invocation, given, released.reason, repository);
  }
  const { physicalId, attributes } = declared.value;
  return { Status: 'SUCCESS', PhysicalResourceId: physicalId, Data: attributes };
}

async function declareAndLog(invocation: Invocation, request: DeclareRequest): Promise<{ physicalId: string; attributes: ResourceAttributes }> {
  const { repository, settings } = request;
  const operation = invocation.operation(request, repository, {
    remaining: () => invocation.remainingOf(DECLARE_WINDOW_MS), mayBeNew: true, isDenialNeverFinal: () => false,
  });
  const { before, effective, supersededBy, original, token } = await declare(operation, { ...request, isCreate: request.type === 'Create' });
  if (supersededBy) {
    operation.log('WARN', 'superseded', { by: supersededBy, declared: settings, before, effective });
  } else {
    operation.log('INFO', 'declared', { before, effective });
  }
  return {
    physicalId: request.physicalId ?? renderPhysicalId(repository.arn, original, token),
    attributes: { RegistryId: repository.registryId, RepositoryName: repository.name, ImageTagMutability: effective.mutability },
  };
}

async function releaseAbandoned(invocation: Invocation, request: DeclareRequest, abandoned: Repository): Promise<void> {
  const operation = invocation.operation(request, abandoned, {
    remaining: () => invocation.remainingOf(UPDATE_WINDOW_MS), mayBeNew: false, isDenialNeverFinal: () => false,
  });
  try {
    await releaseAndLog(operation, {}, true);
  } catch (error) {
    const reason = (error as Error).message;
    operation.log('ERROR', 'not-released', { reason });
    throw new Error(`${abandoned.arn}, which a failed update had declared in its place, was not released: ${reason}`);
  }
}

async function respondToDelete(invocation: Invocation, request: DeleteRequest, PhysicalResourceId: string): Promise<Response> {
  const { repository, hasGeneratedPhysicalId } = request;
  if (!repository) {
    invocation.log()('INFO', 'nothing-to-release');
    return { Status: 'SUCCESS', PhysicalResourceId };
  }
  const { ownershipTag, lambdaRemaining } = invocation.environment;
  const operation = invocation.operation(request, repository, {
    // CloudFormation deletes the function next, whether this delete succeeds or not.
    remaining: () => lambdaRemaining() - RESPONSE_RESERVE_MS,
    mayBeNew: false,
    isDenialNeverFinal: (tags) => tags.get(ownershipTag.key) === ownershipTag.value,
  });
  let tags: Tags | undefined;
  const readTags = async () => tags = await operation.ecr.readTags();
  try {
    await releaseAndLog({ ...operation, ecr: { ...operation.ecr, readTags } }, {
      ...request, createMayRunUntil: hasGeneratedPhysicalId ? invocation.started + DECLARE_WINDOW_MS : undefined,
    }, hasGeneratedPhysicalId);
    return { Status: 'SUCCESS', PhysicalResourceId };
  } catch (error) {
    const commands = commandsUnlessNewer(operation, { ...request, repository, tags });
    const introduction = `To restore it by hand${conditionOf(operation, tags)}`;
    return failed(invocation, PhysicalResourceId, error, repository, commands === undefined ? undefined : { introduction, commands });
  }
}

/** What a person has to look at before the commands: with the record, the function knows it. */
function conditionOf({ declaration }: Operation, tags: Tags | undefined): string {
  if (!tags) {
    return ', unless another stack declares it, too';
  }
  return keysOf(keyOf(declaration), tags).length > 0 ? '' : ', if it still has what this stack declared';
}

/** What a record of a newer format means is unknown, and so is what would restore it. */
function commandsUnlessNewer(operation: Operation, unreleased: Unreleased): string | undefined {
  try {
    return restoreCommands(operation, unreleased);
  } catch (error) {
    if (error instanceof NewerRecordError) {
      return undefined;
    }
    throw error;
  }
}

/** @param mayBeUnrecorded whether it is no surprise that there is no declaration */
async function releaseAndLog(operation: Operation, releasing: Releasing, mayBeUnrecorded: boolean): Promise<void> {
  try {
    logRelease(operation, await release(operation, releasing), mayBeUnrecorded);
  } catch (error) {
    if (error instanceof RepositoryNotFoundError) {
      operation.log('INFO', 'repository-not-found');
    } else if (error instanceof NewerRecordError && keysOf(keyOf(operation.declaration), error.tags).length === 0) {
      // Such as after a create that failed for the same reason: a delete that failed, too, would leave the stack stuck.
      operation.log(mayBeUnrecorded ? 'INFO' : 'WARN', 'no-record', { consequence: 'nothing is changed', reason: error.message });
    } else {
      throw error;
    }
  }
}

function logRelease({ log }: Operation, result: ReleaseResult, mayBeUnrecorded: boolean): void {
  switch (result.outcome) {
    case 'released':
    case 'original-unknown':
      return log('INFO', 'released', { before: result.before, effective: result.effective });
    case 'restored-without-record':
      return log('WARN', 'restored-without-record', { before: result.before, effective: result.effective });
    case 'no-record':
      return log(mayBeUnrecorded ? 'INFO' : 'WARN', 'no-record', { consequence: 'the settings are left as they are', before: result.before, effective: result.effective });
    case 'other-create':
      return log('INFO', 'other-create', { consequence: 'the declaration of a later create stays' });
  }
}

interface ManualRestore {
  readonly introduction: string;
  readonly commands: string;
}

function failed(
  invocation: Invocation, PhysicalResourceId: string, error: unknown, repository?: Repository, manual?: ManualRestore,
): Response {
  const cause = error instanceof Error ? error.message : String(error);
  const message = repository
    ? `repository ${repository.name} (region ${repository.region}, account ${repository.registryId}): ${cause}`
    : cause;
  invocation.log(repository)('ERROR', 'failed', { reason: message, commands: manual?.commands });
  return { Status: 'FAILED', PhysicalResourceId, Reason: { message, commands: manual && `${manual.introduction}: ${manual.commands}` } };
}
