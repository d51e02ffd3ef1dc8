import { CloudFormationClient, DescribeStackResourceCommand, DescribeStacksCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeRepositoriesCommand, ECRClient, ListTagsForResourceCommand, PutImageTagMutabilityCommand, TagResourceCommand, UntagResourceCommand,
} from '@aws-sdk/client-ecr';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { GuardedStack } from './guarded-stack';
import { handlerWith } from '../../../lambda';
import { ecr, ecrClient } from '../../../lambda/ecr/client';
import { ENV_OWNERSHIP_TAG_KEY, ENV_OWNERSHIP_TAG_VALUE } from '../../../src/shared/contract';
import { FakeClock } from '../../support/fake-ecr';
import { ownershipTagOf, stackId } from '../../support/fake-stack';

const [cloudFormation, registry, sns] = [mockClient(CloudFormationClient), mockClient(ECRClient), mockClient(SNSClient)];
const former = { ...process.env };
const NAME = 'team-a/api-0';
const OTHER_NAME = 'team-a/api-1';

beforeEach(() => {
  // Not that of the repositories and the topic, whose ARNs name theirs.
  process.env.AWS_REGION = 'us-east-1';
  process.env[ENV_OWNERSHIP_TAG_KEY] = ownershipTagOf('a').key;
  process.env[ENV_OWNERSHIP_TAG_VALUE] = ownershipTagOf('a').value;
});
afterEach(() => {
  [cloudFormation, registry, sns].forEach((mock) => mock.reset());
  process.env = { ...former };
  jest.restoreAllMocks();
});

/** Lets the stack have what the input says. */
function answersOfCloudFormation(stack: GuardedStack): void {
  const resources = [...stack.resources].map(([LogicalResourceId, { physicalId: PhysicalResourceId }]) => ({
    LogicalResourceId, PhysicalResourceId, ResourceType: 'Custom::Any', ResourceStatus: 'CREATE_COMPLETE' as const, LastUpdatedTimestamp: new Date(0),
  }));
  const described = { StackName: 'a', CreationTime: new Date(0), StackStatus: 'CREATE_COMPLETE' as const };
  cloudFormation.on(DescribeStacksCommand, { StackName: stackId('a') }).resolves({ Stacks: [described] });
  cloudFormation.on(ListStackResourcesCommand).resolves({ StackResourceSummaries: resources });
  resources.forEach((resource) => {
    cloudFormation.on(DescribeStackResourceCommand, { LogicalResourceId: resource.LogicalResourceId }).resolves({ StackResourceDetail: resource });
  });
}

const handle = handlerWith({ clock: new FakeClock(), ecr: (repository, remaining) => ecr(ecrClient(repository.region), repository, remaining) });

/** The regions that calls of one kind went to. */
const regionsOf = (calls: { thisValue: unknown }[]): Promise<string[]> =>
  Promise.all(calls.map(({ thisValue }) => (thisValue as ECRClient | SNSClient).config.region()));

test('the input of a schedule makes the function a guard, by the calls that AWS knows', async () => {
  const stack = new GuardedStack();
  answersOfCloudFormation(stack);
  let imageTagMutability: 'MUTABLE' | 'IMMUTABLE_WITH_EXCLUSION' = 'MUTABLE';
  const filters = ['latest', 'dev-*'].map((filter) => ({ filterType: 'WILDCARD' as const, filter }));
  const tags = new Map(stack.ecr.tags);
  registry.on(DescribeRepositoriesCommand, { registryId: '111122223333', repositoryNames: [NAME] }).callsFake(() => ({
    repositories: [{ repositoryName: NAME, imageTagMutability, imageTagMutabilityExclusionFilters: imageTagMutability === 'MUTABLE' ? [] : filters }],
  }));
  registry.on(ListTagsForResourceCommand).callsFake(() => ({ tags: [...tags].map(([Key, Value]) => ({ Key, Value })) }));
  registry.on(TagResourceCommand).callsFake(({ tags: set }) => set.forEach(({ Key, Value }: Record<string, string>) => tags.set(Key!, Value!)));
  registry.on(UntagResourceCommand).callsFake(({ tagKeys }) => tagKeys.forEach((key: string) => tags.delete(key)));
  registry.on(PutImageTagMutabilityCommand).callsFake((input) => {
    imageTagMutability = input.imageTagMutability;
  });
  sns.on(PublishCommand).resolves({});
  const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  const lines: Record<string, unknown>[] = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(JSON.parse(line)));

  await handle(stack.input());

  expect(imageTagMutability).toBe('IMMUTABLE_WITH_EXCLUSION');
  expect(tags).toEqual(stack.ecr.tags);
  expect(sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input)).toEqual([{
    TopicArn: 'arn:aws:sns:eu-west-1:111122223333:drift',
    Subject: 'ECR tag mutability: 1 drifted, 1 corrected, 0 failed in a',
    Message: expect.stringContaining(NAME),
  }]);
  expect(new Set(await regionsOf([...registry.commandCalls(DescribeRepositoriesCommand), ...sns.commandCalls(PublishCommand)]))).toEqual(new Set(['eu-west-1']));
  // A line of its own, with nothing before it.
  const metrics = written.mock.calls.map(([text]) => String(text)).filter((text) => text.includes('_aws'));
  expect(metrics).toHaveLength(1);
  expect(JSON.parse(metrics[0]!)).toMatchObject({ StackName: 'a', LogicalId: 'Guard', Drifted: 1, Corrected: 1, Failed: 0 });
  expect(lines.map(({ decision }) => decision)).toEqual(['settings-changed', 'drift-found', 'drift-corrected', 'guard-ran']);
  expect(lines.every(({ stack: id }) => id === stackId('a'))).toBe(true);
});

test('settings that this version does not know are named, and do not hide the other repositories', async () => {
  const stack = new GuardedStack(2);
  answersOfCloudFormation(stack);
  registry.on(DescribeRepositoriesCommand).resolves({
    repositories: [{ repositoryName: NAME, imageTagMutability: 'FUTURE' as 'MUTABLE' }, {
      repositoryName: OTHER_NAME,
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: ['latest', 'dev-*'].map((filter) => ({ filterType: 'WILDCARD', filter })),
    }],
  });
  registry.on(ListTagsForResourceCommand).resolves({ tags: [...stack.repositories[1]!.tags].map(([Key, Value]) => ({ Key, Value })) });
  sns.on(PublishCommand).resolves({});
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  const lines: Record<string, unknown>[] = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(JSON.parse(line)));

  await handle(stack.input({ GuardMode: 'REPORT' }));

  expect(lines).toEqual([
    expect.objectContaining({ decision: 'not-guarded', declaration: 'Tags0', reason: expect.stringContaining(`'FUTURE' for ${NAME}, which this version does not know`) }),
    expect.objectContaining({ decision: 'guard-ran', drifted: 0, failed: 1 }),
  ]);
});
