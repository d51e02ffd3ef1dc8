import {
  CloudFormationClient, DescribeStackResourceCommand, DescribeStacksCommand, ListStackResourcesCommand, ResourceStatus, StackStatus,
} from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { cloudFormation } from '../../../lambda/cloudformation/client';
import { named } from '../../support/fake-ecr';
import { stackId } from '../../support/fake-stack';

const client = mockClient(CloudFormationClient);
const port = cloudFormation(new CloudFormationClient({ region: 'eu-west-1' }));
const STACK = stackId('a');
const TIME = new Date('2026-01-02T03:04:05.000Z');
const summary = (LogicalResourceId: string) => ({
  LogicalResourceId,
  PhysicalResourceId: `physical-${LogicalResourceId}`,
  ResourceType: 'Custom::Any',
  ResourceStatus: ResourceStatus.CREATE_COMPLETE,
  LastUpdatedTimestamp: TIME,
});
const found = (logicalId: string) => ({ physicalId: `physical-${logicalId}`, status: 'CREATE_COMPLETE', updated: TIME.getTime() });

beforeEach(() => client.reset());

test('the status of a stack, by its id', async () => {
  const stack = { StackName: 'a', CreationTime: TIME, StackStatus: StackStatus.UPDATE_COMPLETE };
  client.on(DescribeStacksCommand, { StackName: STACK }).resolves({ Stacks: [stack] });
  expect(await port.stackStatus(STACK)).toBe('UPDATE_COMPLETE');
});

test('all pages of its resources', async () => {
  client.on(ListStackResourcesCommand, { StackName: STACK }).resolves({ StackResourceSummaries: [summary('First')], NextToken: 'next' })
    .on(ListStackResourcesCommand, { StackName: STACK, NextToken: 'next' }).resolves({ StackResourceSummaries: [summary('Second')] });
  expect([...await port.resources(STACK)]).toEqual([['First', found('First')], ['Second', found('Second')]]);
});

test('one of its resources', async () => {
  client.on(DescribeStackResourceCommand, { StackName: STACK, LogicalResourceId: 'First' }).resolves({ StackResourceDetail: summary('First') });
  expect(await port.resource(STACK, 'First')).toEqual(found('First'));
});

test('a stack or a resource that is not there is nothing, and any other error is one', async () => {
  client.onAnyCommand().rejects(named('ValidationError', 'does not exist'));
  expect([await port.stackStatus(STACK), await port.resource(STACK, 'First')]).toEqual([undefined, undefined]);
  client.reset();
  client.onAnyCommand().rejects(named('AccessDenied', 'not authorized'));
  await expect(port.stackStatus(STACK)).rejects.toThrow('not authorized');
  await expect(port.resource(STACK, 'First')).rejects.toThrow('not authorized');
});
