import { PutImageTagMutabilityCommand, TagResourceCommand } from '@aws-sdk/client-ecr';
import { RemovalPolicy } from 'aws-cdk-lib';
import { RegistryAccount } from './registry-account';
import type { RuleStack } from './rule-stack';
import { RULE_RESOURCE_TYPE } from '../../../src/shared/registry';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE } from '../settings';
import { shared } from '../shared';

const registry = shared(() => RegistryAccount.start());

const named = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const EXPLICIT_DENY = { error: { code: 'AccessDeniedException', message: 'is not authorized to perform this with an explicit deny in a service control policy' } };

describe('one rule, from its creation to its deletion', () => {
  const [filtered, mutable] = [named('many/a-', 45), named('many/b-', 15)];
  const RULE = { filters: ['many/*'], settings: LOCKED };
  let stack: RuleStack;
  /** What the event rule gives the function for a new repository. */
  let inputFor: (repositoryName: string) => string;

  test('declares 60 repositories', async () => {
    await registry().repositories(FILTERED, ...filtered);
    await registry().repositories(MUTABLE, ...mutable);
    stack = await registry().stack('many').create({ rules: [RULE] });
    expect(await registry().now([...filtered, ...mutable])).toEqual([...filtered, ...mutable].map(() => [LOCKED, 3]));
  });

  test('declares a new repository by CloudTrail\'s event', async () => {
    await registry().repositories(MUTABLE, 'many/new');
    const name = await stack.only('AWS::Events::Rule');
    const { EventPattern } = await registry().aws(`events describe-rule --name ${name}`);
    const event = (repositoryName: string, eventName = 'CreateRepository') => ({
      'id': '1',
      'account': '111122223333',
      'time': '2026-01-02T03:04:05Z',
      'region': 'eu-west-1',
      'resources': [],
      'source': 'aws.ecr',
      'detail-type': 'AWS API Call via CloudTrail',
      'detail': { eventSource: 'ecr.amazonaws.com', eventName, requestParameters: { repositoryName }, responseElements: { repository: { repositoryName } } },
    });
    const isMatched = async (of: object) =>
      (await registry().aws(`events test-event-pattern --event-pattern '${EventPattern}' --event '${JSON.stringify(of)}'`)).Result as boolean;
    expect(await Promise.all([event('many/new'), event('few/new'), event('many/new', 'DeleteRepository')].map(isMatched))).toEqual([true, false, false]);

    const { Targets: [{ InputTransformer: { InputPathsMap, InputTemplate } }] } = await registry().aws(`events list-targets-by-rule --rule ${name}`);
    inputFor = (repositoryName) => InputTemplate.replace(`<${Object.keys(InputPathsMap)[0]}>`, JSON.stringify(repositoryName));
    await registry().invoke(await stack.only('AWS::Lambda::Function'), inputFor('many/new'));
    expect(await registry().now(['many/new'])).toEqual([[LOCKED, 3]]);
  });

  test('declares by a sweep what no event announced, and corrects drift', async () => {
    await registry().repositories(FILTERED, 'many/unannounced');
    await registry().account.emulators.ecr().send(new PutImageTagMutabilityCommand({ repositoryName: 'many/new', imageTagMutability: 'MUTABLE' }));
    await registry().sweep(stack);
    expect(await registry().now(['many/new', 'many/unannounced'])).toEqual([[LOCKED, 3], [LOCKED, 3]]);
  });

  test('gives way to a declaration of one repository, and holds again after it', async () => {
    const exception = await registry().stack('exception').create({ declarations: [{ repository: 'many/a-0', settings: MUTABLE }] });
    await stack.update({ rules: [{ ...RULE, settings: IMMUTABLE }] });
    expect(await registry().now(['many/a-0', 'many/a-1'])).toEqual([[MUTABLE, 6], [IMMUTABLE, 3]]);
    await exception.remove();
    expect(await registry().now(['many/a-0'])).toEqual([[IMMUTABLE, 3]]);
  });

  test('declares as it says by now where an event from before the update is delivered after it', async () => {
    await registry().repositories(MUTABLE, 'many/late');
    await registry().invoke(await stack.only('AWS::Lambda::Function'), inputFor('many/late'));
    expect(await registry().now(['many/late'])).toEqual([[IMMUTABLE, 3]]);
  });

  test('restores what an update leaves out, and then all, each to its own original', async () => {
    await stack.update({ rules: [{ ...RULE, excludes: ['*/b-*'] }] });
    expect(await registry().now(filtered)).toEqual(filtered.map(() => [LOCKED, 3]));
    expect(await registry().untouched(MUTABLE, ...mutable)).toBe(true);
    await stack.remove();
    expect(await registry().untouched(FILTERED, ...filtered, 'many/unannounced')).toBe(true);
    expect(await registry().untouched(MUTABLE, 'many/new', 'many/late')).toBe(true);
  });
});

describe('several rules of a stack', () => {
  const REPORT = { id: 'Report', filters: ['report/*'], settings: LOCKED };
  const OTHERS = [
    { id: 'Retained', filters: ['retained/*'], settings: LOCKED, removalPolicy: RemovalPolicy.RETAIN },
    { id: 'Refused', filters: ['refusing/*'], settings: LOCKED },
  ];
  let stack: RuleStack;

  test('are created, though repositories refuse, by an explicit deny or for want of room', async () => {
    await registry().repositories(MUTABLE, 'report/api', 'retained/api', 'refusing/api', 'refusing/denied', 'refusing/full');
    await registry().account.emulators.ecr().send(new TagResourceCommand({
      resourceArn: registry().account.arn('refusing/full'), tags: Array.from({ length: 49 }, (_, tag) => ({ Key: `tag-${tag}`, Value: 'x' })),
    }));
    const deny = await registry().account.inject({ operation: 'TagResource', repository: 'refusing/denied', ...EXPLICIT_DENY });
    stack = await registry().stack('several').create({ rules: [{ ...REPORT, reportOnly: true }, ...OTHERS] });
    expect(await registry().now(['retained/api', 'refusing/api'])).toEqual([[LOCKED, 3], [LOCKED, 3]]);
    expect(await registry().untouched(MUTABLE, 'report/api', 'refusing/denied', 'refusing/full')).toBe(true);
    await deny.lift();
  });

  test('are changed: one that only reported declares, and restores when it only reports again', async () => {
    await stack.update({ rules: [REPORT, ...OTHERS] });
    expect(await registry().now(['report/api'])).toEqual([[LOCKED, 3]]);
    await stack.update({ rules: [{ ...REPORT, reportOnly: true }, ...OTHERS] });
    expect(await registry().untouched(MUTABLE, 'report/api')).toBe(true);
  });

  test('a create that is cancelled while its execution runs: its delete stops the execution, and restores all', async () => {
    // The function's role may write to what a rule of the stack matches.
    const names = named('report/late-', 8);
    await registry().repositories(FILTERED, ...names);
    const StateMachineArn = await stack.only('AWS::StepFunctions::StateMachine');
    const event = {
      ResourceType: RULE_RESOURCE_TYPE,
      StackId: stack.id,
      LogicalResourceId: 'Late',
      ResourceProperties: { RepositoryFilters: ['report/late-*'], ImageTagMutability: 'IMMUTABLE', MaxConcurrency: '4', StateMachineArn },
    };
    const functionName = await stack.only('AWS::Lambda::Function');
    // The batch is still at it when the delete comes, and has ended when the state machine has waited.
    const held = await registry().account.inject({ operation: 'TagResource', repository: 'report/late-7', latency: 1_500 });
    void registry().deliver(functionName, { ...event, RequestType: 'Create' });
    await held.met();
    await held.lift();
    const generated = 'several-Late-1ABCDEFGHIJKL';
    const answer = await registry().deliver(functionName, { ...event, RequestType: 'Delete', PhysicalResourceId: generated });
    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: generated });
    expect((await registry().aws(`stepfunctions list-executions --state-machine-arn ${StateMachineArn} --status-filter ABORTED`)).executions).toHaveLength(1);
    expect(await registry().untouched(FILTERED, ...names)).toBe(true);
  });

  test('are deleted: RETAIN leaves the settings; one that cannot restore names the repository and the command', async () => {
    await registry().account.inject({ operation: 'UntagResource', repository: 'refusing/api', ...EXPLICIT_DENY });
    await expect(stack.remove()).rejects.toThrow(/refusing\/api: UntagResource failed: .*explicit deny.*npx cdk-ecr-tag-mutability release/);
    expect(await registry().now(['retained/api'])).toEqual([[LOCKED, 3]]);
    expect(await registry().untouched(MUTABLE, 'report/api', 'refusing/full')).toBe(true);
  });
});
