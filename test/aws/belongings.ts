import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteStackCommand, DescribeStacksCommand, paginateListStackResources, paginateListStacks, type CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DeleteLogGroupCommand, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { DeleteRepositoryCommand, paginateDescribeRepositories } from '@aws-sdk/client-ecr';
import { DeleteRoleCommand, DeleteRolePolicyCommand, paginateListRolePolicies, paginateListRoles } from '@aws-sdk/client-iam';
import { DeleteBucketCommand, DeleteObjectCommand, ListBucketsCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { Aws } from './clients';
import { PREFIX, ROLE_PATH, bucketPrefix } from './names';
import { isUnderWay } from './stack';
import { mapConcurrently } from '../../cli/concurrency';

/** What runs have made and not removed, by name. */
export interface Belongings {
  readonly stacks: readonly string[];
  readonly repositories: readonly string[];
  readonly buckets: readonly string[];
  readonly logGroups: readonly string[];
  readonly roles: readonly string[];
}

/** @param prefix of all runs, or of one */
export async function findBelongings(aws: Aws, prefix = PREFIX): Promise<Belongings> {
  const run = prefix.slice(PREFIX.length + 1);
  const named = (name = '') => name.startsWith(prefix) ? [name] : [];
  const stacks: string[] = [];
  for await (const { StackSummaries = [] } of paginateListStacks({ client: aws.cloudFormation }, {})) {
    stacks.push(...StackSummaries.filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE').flatMap(({ StackName }) => named(StackName)));
  }
  const repositories: string[] = [];
  for await (const page of paginateDescribeRepositories({ client: aws.ecr }, {})) {
    repositories.push(...(page.repositories ?? []).flatMap(({ repositoryName }) => named(repositoryName)));
  }
  const logGroups: string[] = [];
  for await (const page of paginateDescribeLogGroups({ client: aws.logs }, { logGroupNamePrefix: prefix })) {
    logGroups.push(...(page.logGroups ?? []).flatMap(({ logGroupName }) => named(logGroupName)));
  }
  const roles: string[] = [];
  for await (const { Roles = [] } of paginateListRoles({ client: aws.iam }, { PathPrefix: ROLE_PATH })) {
    roles.push(...Roles.flatMap(({ RoleName }) => named(RoleName)));
  }
  const { Buckets = [] } = await aws.s3.send(new ListBucketsCommand({}));
  const buckets = Buckets.flatMap(({ Name = '' }) => Name.startsWith(`${bucketPrefix(aws.region)}${run}`) ? [Name] : []);
  return { stacks, repositories, buckets, logGroups, roles };
}

export const isNothing = (belongings: Belongings): boolean => Object.values(belongings).every((names: readonly string[]) => names.length === 0);

export function describeBelongings(belongings: Belongings): string[] {
  return (Object.keys(belongings) as (keyof Belongings)[])
    .filter((kind) => belongings[kind].length > 0)
    .map((kind) => `${kind === 'logGroups' ? 'log groups' : kind}: ${belongings[kind].join(', ')}`);
}

const AT_ONCE = 5;

/** Removes all that can be. @returns what could not */
export async function removeBelongings(aws: Aws, belongings: Belongings): Promise<string[]> {
  const problems: string[] = [];
  const each = async (kind: keyof Belongings, remove: (name: string) => Promise<unknown>) => {
    await mapConcurrently(belongings[kind], AT_ONCE, (name) => (
      remove(name).catch((error: Error) => problems.push(`${name}: ${error.name}: ${error.message}`))
    ));
  };
  // Their functions restore the repositories, and write to the log.
  await each('stacks', (name) => removeStack(aws.cloudFormation, name));
  await each('repositories', (repositoryName) => aws.ecr.send(new DeleteRepositoryCommand({ repositoryName, force: true })));
  await each('buckets', async (Bucket) => {
    for await (const { Contents = [] } of paginateListObjectsV2({ client: aws.s3 }, { Bucket })) {
      for (const { Key } of Contents) await aws.s3.send(new DeleteObjectCommand({ Bucket, Key }));
    }
    await aws.s3.send(new DeleteBucketCommand({ Bucket }));
  });
  await each('logGroups', (logGroupName) => aws.logs.send(new DeleteLogGroupCommand({ logGroupName })));
  await each('roles', async (RoleName) => {
    for await (const { PolicyNames = [] } of paginateListRolePolicies({ client: aws.iam }, { RoleName })) {
      for (const PolicyName of PolicyNames) await aws.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    }
    await aws.iam.send(new DeleteRoleCommand({ RoleName }));
  });
  return problems;
}

const STACK_POLL_MS = 1_000;
/** CloudFormation waits for a function that does not respond for 30 minutes. */
const STACK_ENDS_WITHIN_MS = 45 * 60_000;

/** Waits for an operation that is under way, and leaves what failed to delete out of the second try. */
async function removeStack(client: CloudFormationClient, name: string): Promise<void> {
  const StackName = await idOf(client, name);
  for (const isLast of [false, true]) {
    if (await statusAtRest(client, StackName) === 'DELETE_COMPLETE') return;
    const RetainResources = isLast ? await failedToDelete(client, StackName) : undefined;
    await client.send(new DeleteStackCommand({ StackName, RetainResources }));
    // The status may be the former one for a moment.
    await sleep(STACK_POLL_MS);
    const status = await statusAtRest(client, StackName);
    if (status === 'DELETE_COMPLETE') return;
    if (isLast || status !== 'DELETE_FAILED') throw new Error(`the stack is ${status}`);
  }
}

/** A deleted stack is found by its id only. */
async function idOf(client: CloudFormationClient, name: string): Promise<string> {
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
  return stack?.StackId ?? name;
}

async function statusAtRest(client: CloudFormationClient, StackName: string): Promise<string> {
  const deadline = Date.now() + STACK_ENDS_WITHIN_MS;
  for (;;) {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const status = stack?.StackStatus ?? '';
    if (!isUnderWay(status) || status === 'REVIEW_IN_PROGRESS' || Date.now() > deadline) return status;
    await sleep(STACK_POLL_MS);
  }
}

async function failedToDelete(client: CloudFormationClient, StackName: string): Promise<string[]> {
  const failed: string[] = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName })) {
    failed.push(...StackResourceSummaries.filter(({ ResourceStatus }) => ResourceStatus === 'DELETE_FAILED').map(({ LogicalResourceId = '' }) => LogicalResourceId));
  }
  return failed;
}
