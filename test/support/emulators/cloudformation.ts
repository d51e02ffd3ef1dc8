import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateStackCommand, DeleteStackCommand, DescribeStackEventsCommand, DescribeStackResourcesCommand, DescribeStacksCommand, UpdateStackCommand,
  type CloudFormationClient, type CreateStackCommandInput, type Stack, type StackEvent,
} from '@aws-sdk/client-cloudformation';

/** A template in the call itself, or the address of one in a bucket. */
export type Template = Pick<CreateStackCommandInput, 'TemplateBody' | 'TemplateURL'>;

/** A stack's operation that ended otherwise than asked, with what its events say about it. */
export class StackFailure extends Error {
  readonly name = 'StackFailure';

  constructor(readonly stackId: string, readonly status: string, readonly reasons: readonly string[]) {
    super(`${stackId} is ${status}: ${reasons.join('; ') || 'its events give no reason'}`);
  }
}

/** Longer than the function's timeout, and than what hundreds of declarations take. */
const ENDS_WITHIN_MS = 600_000;
const POLL_MS = 100;
const CAPABILITIES = { Capabilities: ['CAPABILITY_IAM' as const] };

/** What CloudFormation does with a stack that could not be created: `DO_NOTHING` keeps what there is of it. */
export type OnFailure = 'ROLLBACK' | 'DO_NOTHING';

/** Creates a stack, waits for the end, and answers the stack's id. */
export async function createStack(client: CloudFormationClient, name: string, template: Template, onFailure?: OnFailure): Promise<string> {
  const { StackId = name } = await client.send(new CreateStackCommand({ StackName: name, ...template, OnFailure: onFailure, ...CAPABILITIES }));
  await ended(client, StackId, 'CREATE_COMPLETE', new Set());
  return StackId;
}

export async function updateStack(client: CloudFormationClient, stackId: string, template: Template): Promise<void> {
  const before = await eventIds(client, stackId);
  await client.send(new UpdateStackCommand({ StackName: stackId, ...template, ...CAPABILITIES }));
  await ended(client, stackId, 'UPDATE_COMPLETE', before);
}

/** Deletes a stack by its id: a deleted stack is not found by its name. */
export async function deleteStack(client: CloudFormationClient, stackId: string): Promise<void> {
  const before = await eventIds(client, stackId);
  await client.send(new DeleteStackCommand({ StackName: stackId }));
  await ended(client, stackId, 'DELETE_COMPLETE', before);
}

/** The physical ids of a stack's resources of one type. */
export async function physicalIds(client: CloudFormationClient, stackId: string, type: string): Promise<string[]> {
  const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName: stackId }));
  return StackResources.filter(({ ResourceType }) => ResourceType === type).map(({ PhysicalResourceId = '' }) => PhysicalResourceId);
}

/** Waits until no operation is under way on the stack, and throws unless it ended as wanted. */
async function ended(client: CloudFormationClient, stackId: string, wanted: string, before: ReadonlySet<string>): Promise<void> {
  const deadline = Date.now() + ENDS_WITHIN_MS;
  for (;;) {
    const status = (await describe(client, stackId)).StackStatus ?? '';
    if (status === wanted) return;
    const late = Date.now() > deadline;
    if (late || !status.endsWith('_IN_PROGRESS')) {
      throw new StackFailure(stackId, late ? `still ${status}` : status, await failureReasons(client, stackId, before));
    }
    await sleep(POLL_MS);
  }
}

async function describe(client: CloudFormationClient, stackId: string): Promise<Stack> {
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: stackId }));
  if (stack === undefined) throw new Error(`no stack ${stackId}`);
  return stack;
}

/** What the failed resources say, first to last, but for the events that were there before. */
export async function failureReasons(client: CloudFormationClient, stackId: string, before: ReadonlySet<string> = new Set()): Promise<string[]> {
  return (await events(client, stackId))
    .filter(({ EventId = '', ResourceStatus = '' }) => !before.has(EventId) && ResourceStatus.endsWith('_FAILED'))
    .map(({ LogicalResourceId, ResourceStatus, ResourceStatusReason = 'no reason given' }) => `${LogicalResourceId} ${ResourceStatus}: ${ResourceStatusReason}`)
    .reverse();
}

async function eventIds(client: CloudFormationClient, stackId: string): Promise<Set<string>> {
  return new Set((await events(client, stackId)).map(({ EventId = '' }) => EventId));
}

/** The stack's events, newest first. */
async function events(client: CloudFormationClient, stackId: string): Promise<StackEvent[]> {
  return (await client.send(new DescribeStackEventsCommand({ StackName: stackId }))).StackEvents ?? [];
}
