import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { parseGuard } from '../../lambda/guard/input';
import { renderMetrics } from '../../lambda/metrics';
import { GuardMode, ImageTagMutabilityGuard, ImageTagMutabilityProvider } from '../../src';
import { GuardInput } from '../../src/shared/guard';
import {
  ACCOUNT, ENV, IMMUTABLE_WITH_EXCLUSION, MUTABLE, arnOf, byArn, byName, declare, newStack, only, resources, statementsOf, wildcards,
} from '../support/constructs';
import { allowedOf } from '../support/iam';
import { LONGEST_ARN } from '../support/properties';
import { longest } from '../support/settings';

const SCHEDULE = 'AWS::Scheduler::Schedule';
const STACK_ID = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/Stack/1';

/** The input of a schedule as CloudFormation and EventBridge Scheduler make it: a reference to a declaration becomes a physical id. */
function inputOf(stack: Stack, id: string, physicalId = (logicalId: string) => `${arnOf(logicalId.toLowerCase())}|MUTABLE|0123456789ab`): GuardInput {
  const { Input } = resources(stack, SCHEDULE)[id].Properties.Target;
  const parts: unknown[] = typeof Input === 'string' ? [Input] : Input['Fn::Join'][1];
  const text = parts.map((part: any) => typeof part === 'string' ? part : part.Ref === 'AWS::StackId' ? STACK_ID : physicalId(part.Ref ?? part['Fn::GetAtt'][0])).join('');
  return JSON.parse(text.replace('<aws.scheduler.scheduled-time>', '2026-01-02T03:04:00Z'));
}

const guardedBy = (stack: Stack) => Object.keys(resources(stack, SCHEDULE)).map((id) => inputOf(stack, id).Declarations.map(({ LogicalResourceId }) => LogicalResourceId));
const warnings = (stack: Stack) => Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ entry }) => String(entry.data));

test('its schedule gives the function each declaration, by the physical id that CloudFormation knows', () => {
  const stack = newStack({ env: ENV });
  declare(stack, { imageTagMutability: IMMUTABLE_WITH_EXCLUSION, imageTagMutabilityExclusionFilters: wildcards('latest', 'dev-*') }, 'Api');
  new ImageTagMutabilityGuard(stack, 'Guard');
  const [id] = Object.keys(resources(stack, SCHEDULE));
  expect(JSON.stringify(resources(stack, SCHEDULE)[id].Properties.Target.Input)).toContain('{"Ref":"Api');
  const input = inputOf(stack, id);
  expect(input).toHaveProperty('GuardMode', 'REPORT');
  expect(parseGuard(input)).toEqual({
    mode: 'REPORT',
    stackId: STACK_ID,
    name: 'Guard',
    scheduleLogicalId: id,
    due: Date.parse('2026-01-02T03:04:00Z'),
    topicArn: undefined,
    declarations: [expect.objectContaining({
      logicalId: expect.stringMatching(/^Api/), settings: { mutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['latest', 'dev-*'] },
    })],
  });
});

test('every hour, with no retries, and nothing that comes late', () => {
  const stack = newStack();
  declare(stack);
  new ImageTagMutabilityGuard(stack, 'Guard');
  expect(only(stack, SCHEDULE).Properties).toMatchObject({
    ScheduleExpression: 'rate(1 hour)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } },
  });
});

test('the mode, the schedule and the topic are those that were given', () => {
  const stack = newStack();
  declare(stack);
  new ImageTagMutabilityGuard(new Construct(stack, 'Deep'), 'Guard', {
    mode: GuardMode.CORRECT,
    schedule: scheduler.ScheduleExpression.rate(Duration.minutes(5)),
    topic: sns.Topic.fromTopicArn(stack, 'Topic', `arn:aws:sns:eu-west-1:${ACCOUNT}:drift`),
  });
  const [id] = Object.keys(resources(stack, SCHEDULE));
  expect(inputOf(stack, id)).toMatchObject({ GuardMode: 'CORRECT', GuardId: 'Deep/Guard', TopicArn: `arn:aws:sns:eu-west-1:${ACCOUNT}:drift` });
  expect(only(stack, SCHEDULE).Properties.ScheduleExpression).toBe('rate(5 minutes)');
});

test('declarations that are made later count, and removed ones do not', () => {
  const stack = newStack();
  new ImageTagMutabilityGuard(stack, 'Guard');
  declare(stack, { repository: byArn('team/removed') }, 'Removed');
  declare(stack, { repository: byArn('team/later') }, 'Later');
  stack.node.tryRemoveChild('Removed');
  expect(guardedBy(stack)).toEqual([[expect.stringMatching(/^Later/)]]);
});

test('a schedule has at most 100 declarations, and takes 256 KB with the longest of them', () => {
  const stack = newStack();
  for (let index = 0; index < 101; index++) {
    declare(stack, {
      repository: byArn(`team/app-${index}`),
      imageTagMutability: IMMUTABLE_WITH_EXCLUSION,
      imageTagMutabilityExclusionFilters: wildcards(...longest().filters),
    }, `Declaration${index}${'x'.repeat(200)}`);
  }
  new ImageTagMutabilityGuard(stack, 'Guard', { topic: sns.Topic.fromTopicArn(stack, 'Topic', `arn:aws:sns:eu-west-1:${ACCOUNT}:${'t'.repeat(256)}`) });
  expect(guardedBy(stack).map(({ length }) => length)).toEqual([100, 1]);
  const longestId = `${LONGEST_ARN}|${'MUTABLE_WITH_EXCLUSION'} ${longest().filters.join(' ')}|0123456789ab`;
  const [id] = Object.keys(resources(stack, SCHEDULE));
  const bytes = JSON.stringify(inputOf(stack, id, () => longestId)).length;
  expect(bytes).toBeGreaterThan(200_000);
  expect(bytes).toBeLessThan(256_000);
});

test('values that only a deployment knows reach the function', () => {
  const stack = newStack();
  const parameter = new CfnParameter(stack, 'Mutability');
  declare(stack, { imageTagMutability: parameter.valueAsString as ecr.TagMutability });
  new ImageTagMutabilityGuard(stack, 'Guard');
  expect(JSON.stringify(only(stack, SCHEDULE).Properties.Target.Input)).toContain('{"Ref":"Mutability"}');
});

describe('permissions', () => {
  const policiesOf = (stack: Stack) => ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']
    .flatMap((type) => Object.values(resources(stack, type))).map((resource) => ({ Version: '2012-10-17', Statement: statementsOf(resource) }));

  test('the function may ask for its own stack, and publish to the topic, and nothing else', async () => {
    const stack = newStack();
    declare(stack);
    new ImageTagMutabilityGuard(stack, 'Guard', { topic: sns.Topic.fromTopicArn(stack, 'Topic', `arn:aws:sns:us-east-1:${ACCOUNT}:drift`) });
    // `deployed()` of the test support gives the stack this id.
    const own = `arn:aws:cloudformation:us-east-1:${ACCOUNT}:stack/${'s'.repeat(128)}/5f3c1a90-0000-11ee-be56-0242ac120002`;
    const other = `arn:aws:cloudformation:us-east-1:${ACCOUNT}:stack/other/5f3c1a90-0000-11ee-be56-0242ac120002`;
    const calls = [
      ...['DescribeStackResource', 'DescribeStacks', 'ListStackResources', 'DeleteStack', 'UpdateStack'].flatMap((name) => [own, other].map((resource) => ({ action: `cloudformation:${name}`, resource }))),
      ...['drift', 'other'].flatMap((name) => ['Publish', 'DeleteTopic'].map((action) => ({ action: `sns:${action}`, resource: `arn:aws:sns:us-east-1:${ACCOUNT}:${name}` }))),
    ];
    expect(await allowedOf(policiesOf(stack), calls)).toEqual([
      ...['DescribeStackResource', 'DescribeStacks', 'ListStackResources'].map((name) => ({ action: `cloudformation:${name}`, resource: own })),
      { action: 'sns:Publish', resource: `arn:aws:sns:us-east-1:${ACCOUNT}:drift` },
    ]);
  });

  test('the key of an encrypted topic', () => {
    const stack = newStack();
    declare(stack);
    new ImageTagMutabilityGuard(stack, 'Guard', { topic: new sns.Topic(stack, 'Topic', { masterKey: new kms.Key(stack, 'Key') }) });
    expect(policiesOf(stack).flatMap(({ Statement }) => Statement)).toContainEqual(expect.objectContaining({ Action: ['kms:Decrypt', 'kms:GenerateDataKey*'] }));
  });

  test('the schedules\' role is for Scheduler in this account, may invoke this function only, and has the library\'s path', () => {
    const stack = newStack();
    declare(stack);
    new ImageTagMutabilityGuard(stack, 'Guard');
    const role = Object.values(resources(stack, 'AWS::IAM::Role')).find(({ Properties }) => JSON.stringify(Properties).includes('scheduler.amazonaws.com'))!;
    expect(role.Properties).toMatchObject({
      Path: '/cdk-ecr-tag-mutability/',
      AssumeRolePolicyDocument: { Statement: [{ Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } } }] },
      Policies: [{ PolicyDocument: { Statement: [{
        Action: 'lambda:InvokeFunction', Resource: { 'Fn::GetAtt': ['ImageTagMutabilityProviderFunctionCDAC8A68', 'Arn'] },
      }] } }],
    });
  });

  test('schedules wait for the policy, which is the guard\'s own, since declarations use up what inline policies may hold', () => {
    const stack = newStack();
    declare(stack);
    new ImageTagMutabilityGuard(stack, 'Guard');
    const [policy] = Object.keys(resources(stack, 'AWS::IAM::ManagedPolicy'));
    expect(only(stack, SCHEDULE).DependsOn).toContain(policy);
  });

  test('a guard beside as many declarations as a role takes is refused, and a declaration beside as many guards', () => {
    const stack = newStack();
    const provider = new ImageTagMutabilityProvider(stack, 'Provider');
    for (let index = 1; index <= 10; index++) {
      new ImageTagMutabilityGuard(stack, `Guard${index}`, { provider });
    }
    expect(() => new ImageTagMutabilityGuard(stack, 'Guard', { provider })).toThrow(/^Stack\/Guard: the provider Stack\/Provider has no room for a guard/);
  });

  test('a role that cannot be changed gets a warning with the statements', () => {
    const stack = newStack();
    const role = iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/own`, { mutable: false });
    const provider = new ImageTagMutabilityProvider(stack, 'Provider', { role });
    declare(stack, { provider });
    new ImageTagMutabilityGuard(stack, 'Guard', { provider });
    expect(resources(stack, 'AWS::IAM::ManagedPolicy')).toEqual({});
    expect(warnings(stack)).toContainEqual(expect.stringMatching(/given no permissions for the guard.*cloudformation:DescribeStacks/));
  });
});

describe('providers', () => {
  test('a guard looks after the declarations of its provider, and says which it passes over', () => {
    const stack = newStack();
    const provider = new ImageTagMutabilityProvider(stack, 'Provider');
    declare(stack, { repository: byArn('team/own'), provider }, 'Own');
    declare(stack, { repository: byArn('team/other') }, 'Other');
    new ImageTagMutabilityGuard(stack, 'Guard', { provider });
    expect(guardedBy(stack)).toEqual([[expect.stringMatching(/^Own/)]]);
    expect(warnings(stack)).toEqual([expect.stringContaining('provider is Stack/Provider, which is not that of Stack/Other, so that the guard passes 1 of 2 declarations over. Make a guard with provider Stack/ImageTagMutabilityProvider for them.')]);
  });

  test('one of another stack', () => {
    const app = new App();
    const provider = new ImageTagMutabilityProvider(new Stack(app, 'Shared', { env: ENV }), 'Provider');
    const stack = new Stack(app, 'Declaring', { env: ENV });
    declare(stack, { provider });
    new ImageTagMutabilityGuard(stack, 'Guard', { provider, topic: new sns.Topic(stack, 'Topic') });
    // It would throw where the two stacks referred to each other.
    expect(Object.keys(Template.fromStack(stack).findResources(SCHEDULE))).toHaveLength(1);
    expect(Object.keys(resources(stack, 'AWS::IAM::ManagedPolicy'))).toHaveLength(1);
  });

  test('a guard without declarations makes no schedule, and says so', () => {
    const stack = newStack();
    new ImageTagMutabilityGuard(stack, 'Guard');
    expect(resources(stack, SCHEDULE)).toEqual({});
    expect(warnings(stack)).toEqual([expect.stringContaining('there is nothing to look after')]);
  });
});

test('a FIFO topic is refused before anything is made', () => {
  const stack = newStack();
  const topic = new sns.Topic(stack, 'Topic', { fifo: true });
  expect(() => new ImageTagMutabilityGuard(stack, 'Guard', { topic })).toThrow('Stack/Guard: topic is a FIFO topic');
  expect(stack.node.children.map(({ node }) => node.id)).toEqual(['Topic']);
});

test('its metrics are those that the function writes', () => {
  const stack = newStack({ stackName: 'my-stack' });
  byName(stack, 'unused');
  declare(stack, { imageTagMutability: MUTABLE });
  const guard = new ImageTagMutabilityGuard(stack, 'Guard');
  const line = JSON.parse(renderMetrics({ stackName: 'my-stack', logicalId: 'Guard' }, { drifted: 3, corrected: 2, failed: 1 }, 0));
  const [{ Namespace, Dimensions: [names] }] = line._aws.CloudWatchMetrics;
  const written = (metric: { namespace: string; metricName: string; dimensions?: Record<string, unknown> }) => {
    expect(metric.namespace).toBe(Namespace);
    expect(metric.dimensions).toEqual(Object.fromEntries(names.map((name: string) => [name, line[name]])));
    return line[metric.metricName];
  };
  expect([guard.metricDrifted(), guard.metricCorrected(), guard.metricFailed()].map(written)).toEqual([3, 2, 1]);
  expect(guard.metricDrifted({ period: Duration.days(1) }).period.toDays()).toBe(1);
});
