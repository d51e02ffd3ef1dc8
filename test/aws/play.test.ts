import { CloudFormationClient, CreateStackCommand, DescribeStackEventsCommand, DescribeStacksCommand, type StackEvent } from '@aws-sdk/client-cloudformation';
import { CreateRepositoryCommand, DescribeRepositoriesCommand, ECRClient, ListTagsForResourceCommand } from '@aws-sdk/client-ecr';
import { mockClient } from 'aws-sdk-client-mock';
import { Names } from './names';
import { play, type Stage } from './play';
import type { Scenario } from './scenario';
import { MUTABLE } from '../support/settings';

const cloudFormation = mockClient(CloudFormationClient);
const ecr = mockClient(ECRClient);

const NAMES = new Names('abcdef');
const STACK = NAMES.stack('one');
const ID = `arn:aws:cloudformation:eu-west-1:111122223333:stack/${STACK}/1`;

const SCENARIO: Scenario = {
  name: 'one',
  shows: 'something',
  repositories: { api: MUTABLE },
  steps: [{
    action: { do: 'deploy', template: { Tags: { repository: 'api', settings: { mutability: 'IMMUTABLE', filters: [] } } } },
    status: 'CREATE_COMPLETE',
    settings: { api: { mutability: 'IMMUTABLE', filters: [] } },
  }],
};

function stage(signal = new AbortController().signal): Stage {
  return {
    aws: {
      accountId: '111122223333', region: 'eu-west-1', cloudFormation: new CloudFormationClient({ region: 'eu-west-1' }), ecr: new ECRClient({ region: 'eu-west-1' }),
    } as Stage['aws'],
    names: NAMES,
    code: { bucket: 'bucket', key: 'key' },
    say: () => {},
    signal,
  };
}

/** CloudFormation creates the stack, and stays or ends with this status. */
function creates(status: string, events: StackEvent[] = []): void {
  cloudFormation.on(CreateStackCommand).resolves({ StackId: ID });
  cloudFormation.on(DescribeStackEventsCommand).resolves({
    StackEvents: [{ StackId: ID, StackName: STACK, EventId: '1', Timestamp: new Date(0), LogicalResourceId: STACK, PhysicalResourceId: ID, ResourceStatus: status as never }, ...events],
  });
  cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [{ StackName: STACK, CreationTime: new Date(0), StackStatus: status as never }] });
}

beforeEach(() => {
  cloudFormation.reset();
  ecr.reset();
  ecr.on(CreateRepositoryCommand).resolves({ repository: { repositoryArn: 'arn' } });
  ecr.on(DescribeRepositoriesCommand).resolves({ repositories: [{ repositoryArn: 'arn', imageTagMutability: 'IMMUTABLE' }] });
  ecr.on(ListTagsForResourceCommand).resolves({ tags: [{ Key: 'cdk-ecr-tag-mutability:a', Value: '1' }, { Key: 'owner', Value: 'team' }] });
});

test('what is as expected has no problems', async () => {
  creates('CREATE_COMPLETE');
  const { steps, failed } = await play(SCENARIO, stage());
  expect(failed).toBeUndefined();
  expect(steps).toMatchObject([{ problems: [], found: { status: 'CREATE_COMPLETE', reasons: [], repositories: { api: { imageTagMutability: 'IMMUTABLE', tags: 1 } } } }]);
});

test('another status and other settings are problems, with CloudFormation\'s reasons', async () => {
  creates('ROLLBACK_COMPLETE', [
    { StackId: ID, StackName: STACK, EventId: '0', Timestamp: new Date(0), LogicalResourceId: 'Tags', ResourceStatus: 'CREATE_FAILED', ResourceStatusReason: 'denied' },
  ]);
  ecr.on(DescribeRepositoriesCommand).resolves({ repositories: [{ repositoryArn: 'arn', imageTagMutability: 'MUTABLE' }] });
  const { steps } = await play(SCENARIO, stage());
  expect(steps).toMatchObject([{
    problems: ['the stack is ROLLBACK_COMPLETE instead of CREATE_COMPLETE', 'api is MUTABLE instead of IMMUTABLE'],
    found: { reasons: ['Tags CREATE_FAILED: denied'] },
  }]);
});

test('a stack that never ends ends the scenario, once its time is up', async () => {
  creates('CREATE_IN_PROGRESS');
  const { steps, failed } = await play(SCENARIO, stage(), 500);
  expect(steps).toEqual([]);
  expect(failed?.error).toBe('the scenario was not over after 0.5 s');
});

test('a call that fails ends the scenario, with its error', async () => {
  cloudFormation.on(CreateStackCommand).rejects(Object.assign(new Error(`too long: ${'x'.repeat(1_000)}`), { name: 'ValidationError' }));
  const { failed } = await play(SCENARIO, stage());
  expect(failed?.error).toMatch(/^ValidationError: too long: x{400,500}$/);
});

test('an interruption ends all', async () => {
  creates('CREATE_IN_PROGRESS');
  const interrupted = new AbortController();
  const played = play(SCENARIO, stage(interrupted.signal));
  interrupted.abort();
  await expect(played).rejects.toThrow('aborted');
});
