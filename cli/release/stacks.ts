import { CloudFormationClient, DescribeStacksCommand, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import type { Session } from '../aws/session';
import { calling } from '../errors';

/** A stack that is there, with the logical ids of its resources. */
export interface Stack {
  readonly id: string;
  readonly logicalIds: readonly string[];
}

/** Finds a stack by its name or id. Nothing where it is gone. */
export type FindStack = (region: string, nameOrId: string) => Promise<Stack | undefined>;

/** Asks CloudFormation once for each stack. */
export function findStack({ cloudFormation }: Session): FindStack {
  const found = new Map<string, Promise<Stack | undefined>>();
  return (region, nameOrId) => {
    const key = `${region} ${nameOrId}`;
    const stack = found.get(key) ?? readStack(cloudFormation(region), region, nameOrId);
    found.set(key, stack);
    return stack;
  };
}

async function readStack(client: CloudFormationClient, region: string, nameOrId: string): Promise<Stack | undefined> {
  const id = await calling('cloudformation:DescribeStacks', region, async () => {
    try {
      const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: nameOrId }));
      // A deleted stack is still described by its id.
      return stack?.StackStatus === 'DELETE_COMPLETE' ? undefined : stack?.StackId;
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    }
  });
  return id === undefined ? undefined : { id, logicalIds: await logicalIdsOf(client, region, id) };
}

/** CloudFormation has no error of its own for it. */
const isNotFound = (error: unknown): boolean =>
  (error as Error).name === 'ValidationError' && (error as Error).message.includes('does not exist');

async function logicalIdsOf(client: CloudFormationClient, region: string, StackName: string): Promise<string[]> {
  return calling('cloudformation:ListStackResources', region, async () => {
    const ids: string[] = [];
    for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName })) {
      ids.push(...StackResourceSummaries
        .filter(({ ResourceStatus }) => ResourceStatus !== 'DELETE_COMPLETE' && ResourceStatus !== 'DELETE_SKIPPED')
        .map(({ LogicalResourceId = '' }) => LogicalResourceId));
    }
    return ids;
  });
}
