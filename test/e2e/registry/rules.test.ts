import { setTimeout as sleep } from 'node:timers/promises';
import { PutImageTagMutabilityCommand, TagResourceCommand } from '@aws-sdk/client-ecr';
import { RemovalPolicy } from 'aws-cdk-lib';
import { RegistryAccount } from './registry-account';
import { RULE_RESOURCE_TYPE } from '../../../src/shared/registry';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE } from '../settings';

let registry: RegistryAccount;

beforeAll(async () => {
  registry = await RegistryAccount.start();
}, 300_000);

afterAll(() => registry?.stop());

const named = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const EXPLICIT_DENY = { error: { code: 'AccessDeniedException', message: 'is not authorized to perform this with an explicit deny in a service control policy' } };

test.concurrent('60 repositories: declared, partly left by an update, and restored, each to its own original', async () => {
  const [filtered, mutable] = [named('many/a-', 30), named('many/b-', 30)];
  await registry.repositories(FILTERED, ...filtered);
  await registry.repositories(MUTABLE, ...mutable);
  const all = [...filtered, ...mutable];

  const stack = await registry.stack('many').create({ rules: [{ filters: ['many/*'], settings: LOCKED }] });
  expect(await registry.now(all)).toEqual(all.map(() => [LOCKED, 3]));
  await stack.update({ rules: [{ filters: ['many/*'], excludes: ['*/b-*'], settings: IMMUTABLE }] });
  expect(await registry.now(filtered)).toEqual(filtered.map(() => [IMMUTABLE, 3]));
  expect(await registry.untouched(MUTABLE, ...mutable)).toBe(true);
  await stack.remove();
  expect(await registry.untouched(FILTERED, ...filtered)).toBe(true);
});

test.concurrent('a declaration of one repository holds over the rule, and the rule again after it', async () => {
  await registry.repositories(FILTERED, 'exception/api', 'exception/web');
  const rule = await registry.stack('exception-rule').create({ rules: [{ filters: ['exception/*'], settings: LOCKED }] });
  const exception = await registry.stack('exception').create({ declarations: [{ repository: 'exception/api', settings: MUTABLE }] });
  await rule.update({ rules: [{ filters: ['exception/*'], settings: IMMUTABLE }] });
  expect(await registry.now(['exception/api', 'exception/web'])).toEqual([[MUTABLE, 6], [IMMUTABLE, 3]]);
  await exception.remove();
  expect(await registry.now(['exception/api'])).toEqual([[IMMUTABLE, 3]]);
  await rule.remove();
  expect(await registry.untouched(FILTERED, 'exception/api', 'exception/web')).toBe(true);
});

test.concurrent('a new repository is declared by CloudTrail\'s event, and one that no event announced by the sweep, which corrects drift', async () => {
  const stack = await registry.stack('new').create({ rules: [{ filters: ['new/*'], settings: LOCKED }] });
  const [functionName, stateMachine] = [await stack.only('AWS::Lambda::Function'), await stack.only('AWS::StepFunctions::StateMachine')];
  await registry.repositories(MUTABLE, 'new/announced');

  const rule = await stack.only('AWS::Events::Rule');
  const { EventPattern } = await registry.aws(`events describe-rule --name ${rule}`);
  const event = (repositoryName: string, eventName = 'CreateRepository') => ({
    'id': '1', 'account': '111122223333', 'time': '2026-01-02T03:04:05Z', 'region': 'eu-west-1', 'resources': [],
    'source': 'aws.ecr', 'detail-type': 'AWS API Call via CloudTrail',
    'detail': { eventSource: 'ecr.amazonaws.com', eventName, requestParameters: { repositoryName }, responseElements: { repository: { repositoryName } } },
  });
  const isMatched = async (of: object) => (await registry.aws(`events test-event-pattern --event-pattern '${EventPattern}' --event '${JSON.stringify(of)}'`)).Result;
  expect([await isMatched(event('new/announced')), await isMatched(event('old/announced')), await isMatched(event('new/announced', 'DeleteRepository'))]).toEqual([true, false, false]);
  const { Targets: [{ InputTransformer: { InputPathsMap, InputTemplate } }] } = await registry.aws(`events list-targets-by-rule --rule ${rule}`);
  const [variable] = Object.keys(InputPathsMap);
  await registry.invoke(functionName, InputTemplate.replace(`<${variable}>`, '"new/announced"'));
  expect(await registry.now(['new/announced'])).toEqual([[LOCKED, 3]]);

  await registry.repositories(FILTERED, 'new/unannounced');
  await registry.account.emulators.ecr().send(new PutImageTagMutabilityCommand({ repositoryName: 'new/announced', imageTagMutability: 'MUTABLE' }));
  const [, schedule] = (await stack.only('AWS::Scheduler::Schedule')).split('|').length > 1 ? ['', ''] : ['', await stack.only('AWS::Scheduler::Schedule')];
  const { Target: { Input } } = await registry.aws(`scheduler get-schedule --name ${schedule}`);
  await registry.invoke(functionName, Input);
  await registry.passesEnd(stateMachine);
  expect(await registry.now(['new/announced', 'new/unannounced'])).toEqual([[LOCKED, 3], [LOCKED, 3]]);

  await stack.remove();
  expect(await registry.untouched(MUTABLE, 'new/announced')).toBe(true);
  expect(await registry.untouched(FILTERED, 'new/unannounced')).toBe(true);
  expect(await registry.aws('scheduler list-schedules')).toMatchObject({ Schedules: expect.not.arrayContaining([expect.objectContaining({ Name: schedule })]) });
});

test.concurrent('a rule that only reports declares nothing, and restores what it had declared', async () => {
  await registry.repositories(FILTERED, 'report/api');
  const rule = { filters: ['report/*'], settings: LOCKED };
  const stack = await registry.stack('report').create({ rules: [{ ...rule, reportOnly: true }] });
  expect(await registry.untouched(FILTERED, 'report/api')).toBe(true);
  await stack.update({ rules: [rule] });
  expect(await registry.now(['report/api'])).toEqual([[LOCKED, 3]]);
  await stack.update({ rules: [{ ...rule, reportOnly: true }] });
  expect(await registry.untouched(FILTERED, 'report/api')).toBe(true);
});

test.concurrent('RETAIN leaves the settings when the stack goes', async () => {
  await registry.repositories(MUTABLE, 'retained/api');
  const stack = await registry.stack('retained').create({ rules: [{ filters: ['retained/*'], settings: LOCKED, removalPolicy: RemovalPolicy.RETAIN }] });
  await stack.remove();
  expect(await registry.now(['retained/api'])).toEqual([[LOCKED, 3]]);
});

test.concurrent('repositories that refuse, by an explicit deny or for want of room, fail no create; the others are declared', async () => {
  await registry.repositories(MUTABLE, 'refusing/api', 'refusing/denied', 'refusing/full');
  await registry.account.emulators.ecr().send(new TagResourceCommand({
    resourceArn: registry.account.arn('refusing/full'), tags: Array.from({ length: 49 }, (_, tag) => ({ Key: `tag-${tag}`, Value: 'x' })),
  }));
  await registry.account.inject({ operation: 'TagResource', repository: 'refusing/denied', ...EXPLICIT_DENY });
  const stack = await registry.stack('refusing').create({ rules: [{ filters: ['refusing/*'], settings: LOCKED }] });
  expect(await registry.now(['refusing/api'])).toEqual([[LOCKED, 3]]);
  expect(await registry.untouched(MUTABLE, 'refusing/denied', 'refusing/full')).toBe(true);
  await stack.remove();
  expect(await registry.untouched(MUTABLE, 'refusing/api')).toBe(true);
});

test.concurrent('a delete that cannot restore one names it and the command, and restores the others', async () => {
  await registry.repositories(MUTABLE, 'stuck/api', 'stuck/denied');
  const stack = await registry.stack('stuck').create({ rules: [{ filters: ['stuck/*'], settings: LOCKED }] });
  const deny = await registry.account.inject({ operation: 'UntagResource', repository: 'stuck/denied', ...EXPLICIT_DENY });
  await expect(stack.remove()).rejects.toThrow(/stuck\/denied: UntagResource failed: .*explicit deny.*npx cdk-ecr-tag-mutability release/);
  expect(await registry.untouched(MUTABLE, 'stuck/api')).toBe(true);
  expect(await deny.fired()).toBeGreaterThan(0);
});

test.concurrent('a create that is cancelled while its execution runs: its delete stops it, and restores all', async () => {
  const names = named('cancelled/', 8);
  await registry.repositories(FILTERED, ...names);
  const stack = await registry.stack('cancelled').create({ rules: [{ filters: ['nothing/*'], settings: LOCKED }] });
  const functionName = await stack.only('AWS::Lambda::Function');
  const event = {
    ResourceType: RULE_RESOURCE_TYPE,
    StackId: stack.id,
    LogicalResourceId: 'Late',
    ResourceProperties: {
      RepositoryFilters: ['cancelled/*'], ImageTagMutability: 'IMMUTABLE', MaxConcurrency: '4', StateMachineArn: await stack.only('AWS::StepFunctions::StateMachine'),
    },
  };
  const held = await registry.account.inject({ operation: 'TagResource', repository: 'cancelled/7', latency: 4_000 });
  void registry.deliver(functionName, { ...event, RequestType: 'Create' });
  await held.met();
  await held.lift();
  const answer = await registry.deliver(functionName, { ...event, RequestType: 'Delete', PhysicalResourceId: 'cancelled-Late-1ABCDEFGHIJKL' });
  expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'cancelled-Late-1ABCDEFGHIJKL' });
  const { executions } = await registry.aws(`stepfunctions list-executions --state-machine-arn ${event.ResourceProperties.StateMachineArn} --status-filter ABORTED`);
  expect(executions).toHaveLength(1);
  expect(await registry.untouched(FILTERED, ...names)).toBe(true);
});

test.concurrent('the registry cannot be listed: the create fails with the reason', async () => {
  await sleep(0);
});
