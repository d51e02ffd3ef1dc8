import { CloudFormationClient, DescribeStackResourceCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { ListExecutionsCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { registryServices } from '../../../lambda/registry/clients';
import { named } from '../../support/fake-ecr';
import { LOCKED, MUTABLE } from '../../support/settings';

const ecr = mockClient(ECRClient);
const tagging = mockClient(ResourceGroupsTaggingAPIClient);
const stepFunctions = mockClient(SFNClient);
const cloudFormation = mockClient(CloudFormationClient);
const MOCKS = [ecr, tagging, stepFunctions, cloudFormation];
afterEach(() => MOCKS.forEach((mock) => mock.reset()));

const services = registryServices('eu-west-1');
const inputs = (mock: { calls(): { args: { input: any }[] }[] }) => mock.calls().map(({ args: [{ input }] }) => input);

// The emulators know no pages of repositories.
test('a page of repositories, with their settings and the next page\'s token', async () => {
  ecr.on(DescribeRepositoriesCommand).resolvesOnce({
    nextToken: 'second',
    repositories: [
      {
        repositoryName: 'team-a/api',
        repositoryArn: 'arn:api',
        imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
        imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'latest' }, { filterType: 'WILDCARD', filter: 'dev-*' }],
      },
      { repositoryName: 'team-a/newer', repositoryArn: 'arn:newer', imageTagMutability: 'SOMETIMES' as 'MUTABLE' },
    ],
  }).resolvesOnce({ repositories: [{ repositoryName: 'team-a/web', repositoryArn: 'arn:web', imageTagMutability: 'MUTABLE' }] });
  expect(await services.listRepositories(undefined)).toEqual({
    next: 'second',
    repositories: [{ name: 'team-a/api', arn: 'arn:api', settings: LOCKED }, { name: 'team-a/newer', arn: 'arn:newer', settings: undefined }],
  });
  expect(await services.listRepositories('second')).toEqual({ next: undefined, repositories: [{ name: 'team-a/web', arn: 'arn:web', settings: MUTABLE }] });
  expect(inputs(ecr)).toEqual([{ maxResults: 100, nextToken: undefined }, { maxResults: 100, nextToken: 'second' }]);
});

test('tags by ARN, from all pages of the answer', async () => {
  tagging.on(GetResourcesCommand)
    .resolvesOnce({ PaginationToken: 'more', ResourceTagMappingList: [{ ResourceARN: 'arn:api', Tags: [{ Key: 'a', Value: '1' }, { Key: 'b', Value: '' }] }] })
    // The last page's token is an empty string.
    .resolvesOnce({ PaginationToken: '', ResourceTagMappingList: [{ ResourceARN: 'arn:web', Tags: [] }] });
  expect(await services.findTags(['arn:api', 'arn:web', 'arn:untagged'])).toEqual(new Map([
    ['arn:api', new Map([['a', '1'], ['b', '']])], ['arn:web', new Map()],
  ]));
  expect(inputs(tagging)).toEqual([
    { ResourceARNList: ['arn:api', 'arn:web', 'arn:untagged'], PaginationToken: undefined },
    { ResourceARNList: ['arn:api', 'arn:web', 'arn:untagged'], PaginationToken: 'more' },
  ]);
});

test('running executions, from all pages', async () => {
  const startDate = new Date('2026-01-02T03:04:05.678Z');
  stepFunctions.on(ListExecutionsCommand)
    .resolvesOnce({ nextToken: 'more', executions: [{ executionArn: 'arn:1', name: 'one', startDate, stateMachineArn: 'm', status: 'RUNNING' }] })
    .resolvesOnce({ executions: [{ executionArn: 'arn:2', name: 'two', startDate, stateMachineArn: 'm', status: 'RUNNING' }] });
  expect(await services.runningExecutions('machine')).toEqual([
    { arn: 'arn:1', name: 'one', started: startDate.getTime() }, { arn: 'arn:2', name: 'two', started: startDate.getTime() },
  ]);
  expect(inputs(stepFunctions)).toEqual([
    { stateMachineArn: 'machine', statusFilter: 'RUNNING', nextToken: undefined }, { stateMachineArn: 'machine', statusFilter: 'RUNNING', nextToken: 'more' },
  ]);
});

test('an execution is started by name, and stopped without a cause, which would need the history\'s key', async () => {
  stepFunctions.on(StartExecutionCommand).resolves({}).on(StopExecutionCommand).resolves({});
  await services.startExecution('machine', 'name', '{}');
  await services.stopExecution('arn:1');
  expect(inputs(stepFunctions)).toEqual([{ stateMachineArn: 'machine', name: 'name', input: '{}' }, { executionArn: 'arn:1' }]);
});

describe('CloudFormation is asked', () => {
  const MISSING = named('ValidationError', 'Stack with id x does not exist');

  test('for the state of a stack', async () => {
    cloudFormation.on(DescribeStacksCommand, { StackName: 'stack' }).resolves({ Stacks: [{ StackName: 'a', CreationTime: new Date(), StackStatus: 'UPDATE_COMPLETE' }] });
    expect(await services.stackStatus('stack')).toBe('UPDATE_COMPLETE');
    cloudFormation.on(DescribeStacksCommand).rejects(MISSING);
    expect(await services.stackStatus('stack')).toBeUndefined();
  });

  test('for a resource of it', async () => {
    cloudFormation.on(DescribeStackResourceCommand, { StackName: 'stack', LogicalResourceId: 'Rule' }).resolves({
      StackResourceDetail: {
        LogicalResourceId: 'Rule',
        PhysicalResourceId: 'id',
        ResourceType: 'Custom::X',
        LastUpdatedTimestamp: new Date(5),
        ResourceStatus: 'DELETE_IN_PROGRESS',
        Metadata: '{"key":"value"}',
      },
    });
    expect(await services.resource('stack', 'Rule')).toEqual({ physicalId: 'id', status: 'DELETE_IN_PROGRESS', updated: 5, metadata: '{"key":"value"}' });
    cloudFormation.on(DescribeStackResourceCommand).rejects(MISSING);
    expect(await services.resource('stack', 'Rule')).toBeUndefined();
  });

  test('and its other errors are errors', async () => {
    cloudFormation.on(DescribeStacksCommand).rejects(named('AccessDenied', 'no'));
    await expect(services.stackStatus('stack')).rejects.toThrow('no');
  });
});
