import {
  CloudFormationClient, DescribeStackResourceCommand, DescribeStacksCommand, ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { CloudFormation, StackResource, Stacks } from './stack';
import { CLIENT_OPTIONS } from '../ecr/client';

/** CloudFormation itself, in the function's region, which is that of the stacks. */
export function cloudFormation(client = new CloudFormationClient(CLIENT_OPTIONS)): CloudFormation {
  return {
    ...stacks(client),
    async resources(StackName) {
      const found = new Map<string, StackResource>();
      let NextToken: string | undefined;
      do {
        const page = await client.send(new ListStackResourcesCommand({ StackName, NextToken }));
        page.StackResourceSummaries?.forEach((summary) => found.set(summary.LogicalResourceId ?? '', resourceOf(summary)));
        NextToken = page.NextToken;
      } while (NextToken);
      return found;
    },
  };
}

/** What asks about one stack and one resource of it: without the listing, rules need not bundle that. */
export function stacks(client: CloudFormationClient): Stacks {
  return {
    async stackStatus(StackName) {
      const { Stacks: [stack] = [] } = await unlessMissing(client.send(new DescribeStacksCommand({ StackName }))) ?? {};
      return stack?.StackStatus;
    },

    async resource(StackName, LogicalResourceId) {
      const command = new DescribeStackResourceCommand({ StackName, LogicalResourceId });
      const { StackResourceDetail: detail } = await unlessMissing(client.send(command)) ?? {};
      return detail && resourceOf(detail);
    },
  };
}

interface Described {
  readonly PhysicalResourceId?: string;
  readonly ResourceStatus?: string;
  readonly LastUpdatedTimestamp?: Date;
  readonly Metadata?: string;
}

const resourceOf = ({ PhysicalResourceId: physicalId, ResourceStatus: status, LastUpdatedTimestamp, Metadata: metadata }: Described): StackResource =>
  ({ physicalId, status, updated: LastUpdatedTimestamp?.getTime() ?? Infinity, metadata });

/** CloudFormation answers a stack or a resource that is not there by a `ValidationError`. */
async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if ((error as Error).name === 'ValidationError') {
      return undefined;
    }
    throw error;
  }
}
