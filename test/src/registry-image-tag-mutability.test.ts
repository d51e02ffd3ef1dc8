import { App, CfnParameter, Duration, Lazy, NestedStack, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { ImageTagMutabilityProvider, RegistryImageTagMutability, RegistryImageTagMutabilityProps } from '../../src';
import { RULE_METADATA_KEY } from '../../src/shared/registry';
import {
  ACCOUNT, ENV, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, byName, declare, deployed, newStack, only, resources, statementsOf, wildcards,
} from '../support/constructs';
import { isAllowed, policyOf } from '../support/iam';

const RULE = 'Custom::ECRRegistryImageTagMutability';

function declareRule(scope: Stack, props: Partial<RegistryImageTagMutabilityProps> = {}, id = 'Rule'): RegistryImageTagMutability {
  return new RegistryImageTagMutability(scope, id, { repositoryFilters: ['team-a/*'], imageTagMutability: IMMUTABLE, ...props });
}

/** The one that is not the policy of a function's log or of a managed policy's document. */
const idOf = (stack: Stack, type: string) => Object.keys(resources(stack, type))[0];

/** A refused rule says why, after its path, and leaves nothing behind. */
function expectRefusal(props: Partial<RegistryImageTagMutabilityProps>, ...said: RegExp[]) {
  const stack = newStack();
  for (const words of [/^Stack\/Rule: /, ...said]) {
    expect(() => declareRule(stack, props)).toThrow(words);
  }
  expect(stack.node.children).toEqual([]);
}

test('a rule is one custom resource, whose properties are these', () => {
  const stack = newStack();
  declareRule(stack, {
    repositoryFilters: ['team-a/*', 'team-b/api'],
    excludeRepositoryFilters: ['*-cache'],
    imageTagMutability: IMMUTABLE_WITH_EXCLUSION,
    imageTagMutabilityExclusionFilters: wildcards('latest'),
    maxConcurrency: 7,
  });
  expect(only(stack, RULE)).toMatchObject({
    DeletionPolicy: 'Delete',
    Properties: {
      ServiceToken: { 'Fn::GetAtt': [idOf(stack, 'AWS::Lambda::Function'), 'Arn'] },
      ServiceTimeout: '3600',
      RepositoryFilters: ['team-a/*', 'team-b/api'],
      ExcludeRepositoryFilters: ['*-cache'],
      ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      ImageTagMutabilityExclusionFilters: [{ ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'latest' }],
      MaxConcurrency: 7,
      StateMachineArn: { Ref: idOf(stack, 'AWS::StepFunctions::StateMachine') },
    },
  });
});

test('the metadata say all that the properties say, and resolve as they do', () => {
  const stack = newStack();
  declareRule(stack, { excludeRepositoryFilters: Token.asList({ Ref: 'Filters' }), repositoryFilters: [new CfnParameter(stack, 'Filter').valueAsString] });
  const { Properties: { ServiceToken, ServiceTimeout, ...properties }, Metadata } = only(stack, RULE);
  expect(Metadata[RULE_METADATA_KEY]).toEqual(properties);
  expect(properties).toMatchObject({ RepositoryFilters: [{ Ref: 'Filter' }], ExcludeRepositoryFilters: { Ref: 'Filters' } });
});

test('what is not given is not in the template, and null is not given', () => {
  const stack = newStack();
  declareRule(stack, { excludeRepositoryFilters: null as any, imageTagMutabilityExclusionFilters: null as any, reportOnly: false });
  const { ServiceToken, ServiceTimeout, StateMachineArn, ...properties } = only(stack, RULE).Properties;
  expect(properties).toEqual({ RepositoryFilters: ['team-a/*'], ImageTagMutability: 'IMMUTABLE', MaxConcurrency: 4 });
});

test.each([
  [RemovalPolicy.RETAIN, 'RetainExceptOnCreate'],
  [RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, 'RetainExceptOnCreate'],
  [RemovalPolicy.DESTROY, 'Delete'],
])('removalPolicy %s is DeletionPolicy %s', (removalPolicy, policy) => {
  const stack = newStack();
  declareRule(stack, { removalPolicy });
  expect(only(stack, RULE).DeletionPolicy).toBe(policy);
});

describe('refused, with nothing left in the tree', () => {
  test.each<[string, Partial<RegistryImageTagMutabilityProps>, RegExp[]]>([
    ['no filters', { repositoryFilters: undefined as any }, [/repositoryFilters is missing, but must be a list of repositories' names/]],
    ['a filter that is no list', { repositoryFilters: 'team-a/*' as any }, [/repositoryFilters is not a list of strings/]],
    ['a filter that is no string', { excludeRepositoryFilters: [1 as any] }, [/excludeRepositoryFilters is not a list of strings/]],
    ['an empty list', { repositoryFilters: [] }, [/repositoryFilters is an empty list/, /Add names/]],
    ['an empty filter', { repositoryFilters: [''] }, [/has an empty filter/]],
    ['a filter that no name can match', { repositoryFilters: ['Team-a/*'] }, [/'Team-a\/\*', which no repository's name can match/]],
    ['excludes that leave nothing', { excludeRepositoryFilters: ['team-*'] }, [/excludeRepositoryFilters \('team-\*'\) leave nothing/]],
    ['filters with IMMUTABLE', { imageTagMutabilityExclusionFilters: wildcards('latest') }, [/Use IMMUTABLE_WITH_EXCLUSION/]],
    ['an exclusion without filters', { imageTagMutability: IMMUTABLE_WITH_EXCLUSION }, [/Filters is missing/]],
    ['an unknown setting', { imageTagMutability: 'immutable' as ecr.TagMutability }, [/takes MUTABLE, IMMUTABLE,/]],
    ['a snapshot', { removalPolicy: RemovalPolicy.SNAPSHOT }, [/removalPolicy is SNAPSHOT/]],
    ['no batch at a time', { maxConcurrency: 0 }, [/maxConcurrency is 0, but must be a whole number from 1 to 40/]],
    ['41 batches at a time', { maxConcurrency: 41 }, [/maxConcurrency is 41/]],
    ['half a batch at a time', { maxConcurrency: 1.5 }, [/maxConcurrency is 1\.5/]],
    ['a rule too long for the passes', { excludeRepositoryFilters: Array.from({ length: 280 }, (_, index) => `excluded/repository-${String(index).padStart(8, '0')}`) },
      [/takes \d+ characters, but may take 8192, for which the passes over the registry have room/, /split the rule in two/]],
  ])('%s', (_, props, said) => {
    expectRefusal(props, ...said);
  });

  test('a provider of another region', () => {
    const provider = new ImageTagMutabilityProvider(newStack({ env: { ...ENV, region: 'us-east-1' } }, 'Other'), 'Provider');
    expect(() => declareRule(newStack({ env: ENV }), { provider })).toThrow(/Stack\/Rule: provider is in the region us-east-1/);
  });

  test('filters that the role\'s policy has no room for, with those of the provider\'s other rules', () => {
    const stack = newStack();
    const filters = (rule: number) => Array.from({ length: 40 }, (_, index) => `team-${rule}/repository-${String(index).padStart(10, '0')}`);
    declareRule(stack, { repositoryFilters: filters(1) }, 'First');
    expect(() => declareRule(stack, { repositoryFilters: filters(2) }, 'Second')).toThrow(/Stack\/Second: repositoryFilters are too long for the provider Stack\/ImageTagMutabilityProvider/);
    expect(stack.node.tryFindChild('Second')).toBeUndefined();
    declareRule(stack, { repositoryFilters: filters(1) }, 'Third');
    const policy = statementsOf(only(stack, 'AWS::IAM::ManagedPolicy'));
    expect(JSON.stringify(policyOf(...policy)).length).toBeLessThanOrEqual(6_144);
  });

  test('a rule whose provider is full of single repositories', () => {
    const stack = newStack();
    const provider = ImageTagMutabilityProvider.getOrCreate(stack);
    for (let index = 0; Object.keys(provider.node.children.filter(({ node }) => node.id.startsWith('Policy'))).length < 11; index++) {
      declare(stack, { repository: byName(stack, `${'x'.repeat(200)}-${index}`) }, `D${index}`);
    }
    expect(() => declareRule(stack)).toThrow(/has no room for a rule/);
    expect(stack.node.tryFindChild('Rule')).toBeUndefined();
  });
});

test('a rule leaves one managed policy fewer to single repositories', () => {
  const stack = newStack();
  declareRule(stack);
  const provider = ImageTagMutabilityProvider.getOrCreate(stack);
  expect(() => {
    for (let index = 0; index < 1_000; index++) {
      declare(stack, { repository: byName(stack, `${'x'.repeat(200)}-${index}`) }, `D${index}`);
    }
  }).toThrow(/one too many/);
  expect(Object.keys(resources(stack, 'AWS::IAM::ManagedPolicy'))).toHaveLength(10);
  expect(provider.node.tryFindChild('Policy11')).toBeUndefined();
});

describe('warnings', () => {
  const warnings = (stack: Stack) => Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ entry }) => String(entry.data));

  test.each([['*'], ['**']])('%s alone matches every repository', (filter) => {
    const stack = newStack();
    declareRule(stack, { repositoryFilters: ['team-a/*', filter] });
    expect(warnings(stack)).toEqual([expect.stringMatching(/match every repository .*cdk bootstrap.*\[ack: cdk-ecr-tag-mutability:matchesEveryRepository\]/)]);
  });

  test('a filter that matches every tag', () => {
    const stack = newStack();
    declareRule(stack, { imageTagMutability: IMMUTABLE_WITH_EXCLUSION, imageTagMutabilityExclusionFilters: wildcards('*') });
    expect(warnings(stack)).toEqual([expect.stringContaining('[ack: cdk-ecr-tag-mutability:matchesEveryTag]')]);
  });

  test('none for every repository but some, nor for two rules that overlap', () => {
    const stack = newStack();
    declareRule(stack, { repositoryFilters: ['*'], excludeRepositoryFilters: ['cdk-*'] });
    declareRule(stack, { repositoryFilters: ['team-a/*'] }, 'Second');
    declareRule(stack, { repositoryFilters: ['team-a/*'] }, 'Third');
    expect(warnings(stack)).toEqual([]);
  });

  test('a role that cannot be changed: the statements that it needs', () => {
    const stack = newStack({ env: ENV });
    const role = iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/deployer`, { mutable: false });
    declareRule(stack, { provider: new ImageTagMutabilityProvider(stack, 'Provider', { role }) });
    expect(resources(stack, 'AWS::IAM::ManagedPolicy')).toEqual({});
    const [said] = warnings(stack);
    const statements = JSON.parse(/(\[\{.*\}\])/.exec(said)![1]);
    expect(statements.map(({ Sid }: any) => Sid)).toEqual([
      'ReadRepositories', 'ChangeTaggedRepositories', 'WriteLog', 'ChangeMatchedRepositories', 'AskCloudFormation', 'FindTags', 'StartPasses', 'StopPasses',
    ]);
    expect(said).not.toContain('Token[');
  });
});

describe('tokens', () => {
  test('filters that are known at deployment only are taken', () => {
    const stack = newStack();
    const parameter = new CfnParameter(stack, 'Filter').valueAsString;
    declareRule(stack, { repositoryFilters: [parameter, 'team-b/*'], excludeRepositoryFilters: ['team-b/*'] });
    expect(only(stack, RULE).Properties.RepositoryFilters).toEqual([{ Ref: 'Filter' }, 'team-b/*']);
    expect(only(stack, 'AWS::Events::Rule').Properties.EventPattern.detail.requestParameters).toBeUndefined();
  });

  test('what is known beside them is checked', () => {
    expectRefusal({ repositoryFilters: [Lazy.string({ produce: () => 'a' }), 'Team'] }, /'Team', which no/);
  });

  test('a list of excludes that is a token is taken, but not one of filters, which permissions are made of', () => {
    const stack = newStack();
    declareRule(stack, { excludeRepositoryFilters: Token.asList({ Ref: 'Filters' }) });
    expect(only(stack, RULE).Properties.ExcludeRepositoryFilters).toEqual({ Ref: 'Filters' });
    expectRefusal({ repositoryFilters: Token.asList({ Ref: 'Filters' }) }, /known at deployment only.*Pass a list of strings, each of which may be a token/);
  });
});

describe('the function\'s role', () => {
  const policiesOf = (stack: Stack) => [...Object.values(resources(stack, 'AWS::IAM::Policy')), ...Object.values(resources(stack, 'AWS::IAM::ManagedPolicy'))];
  const statements = (stack: Stack) => policiesOf(stack).flatMap(statementsOf);

  test('gets these statements for rules', () => {
    const stack = newStack({ env: ENV });
    declareRule(stack, { repositoryFilters: ['team-a/*', 'team-b/api'] });
    expect(statementsOf(only(stack, 'AWS::IAM::ManagedPolicy'))).toEqual([
      {
        Sid: 'ChangeMatchedRepositories',
        Effect: 'Allow',
        Action: ['ecr:PutImageTagMutability', 'ecr:TagResource', 'ecr:UntagResource'],
        Resource: [`arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/team-a/*`, `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/team-b/api`],
        Condition: { 'ForAllValues:StringLike': { 'aws:TagKeys': 'cdk-ecr-tag-mutability:*' } },
      },
      {
        Sid: 'AskCloudFormation',
        Effect: 'Allow',
        Action: ['cloudformation:DescribeStacks', 'cloudformation:DescribeStackResource'],
        Resource: deployed({ Ref: 'AWS::StackId' }),
      },
      { Sid: 'FindTags', Effect: 'Allow', Action: 'tag:GetResources', Resource: '*' },
      { Sid: 'StartPasses', Effect: 'Allow', Action: ['states:ListExecutions', 'states:StartExecution'], Resource: expect.stringContaining('StateMachine') },
      { Sid: 'StopPasses', Effect: 'Allow', Action: 'states:StopExecution', Resource: expect.stringMatching(/:execution:.*StateMachine.*:\*$/) },
    ]);
  });

  test.each([
    ['team-a/api', 'eu-west-1', true],
    ['team-a/deep/api', 'eu-west-1', true],
    ['team-ab/api', 'eu-west-1', false],
    ['team-a/api', 'us-east-1', false],
  ])('may write to %s in %s: %p', async (name, region, allowed) => {
    const stack = newStack({ env: ENV });
    declareRule(stack);
    const call = { action: 'ecr:PutImageTagMutability', resource: `arn:aws:ecr:${region}:${ACCOUNT}:repository/${name}` };
    expect(await isAllowed([policyOf(...statements(stack))], call)).toBe(allowed);
  });

  test('may write to every repository for a rule whose filter is * only', () => {
    const resourcesFor = (...repositoryFilters: string[]) => {
      const stack = newStack({ env: ENV });
      declareRule(stack, { repositoryFilters, excludeRepositoryFilters: ['cdk-*'] });
      return [statements(stack).find(({ Sid }) => Sid === 'ChangeMatchedRepositories').Resource].flat();
    };
    const every = `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/*`;
    expect(resourcesFor('*')).toEqual([every]);
    expect(resourcesFor('team-a/*')).not.toContain(every);
  });

  test('names each stack and each filter once, however many rules there are', () => {
    const app = new App();
    const provider = new ImageTagMutabilityProvider(new Stack(app, 'Host', { env: ENV }), 'Provider');
    const guest = new Stack(app, 'Guest', { env: ENV });
    declareRule(guest, { provider }, 'First');
    declareRule(guest, { provider }, 'Second');
    declareRule(new NestedStack(guest, 'Nested'), { provider });
    const all = statements(Stack.of(provider));
    const resourcesOf = (sid: string) => [all.find(({ Sid }) => Sid === sid).Resource].flat();
    expect(resourcesOf('AskCloudFormation')).toEqual([`arn:aws:cloudformation:eu-west-1:${ACCOUNT}:stack/Guest/*`, `arn:aws:cloudformation:eu-west-1:${ACCOUNT}:stack/Guest-*/*`]);
    expect(resourcesOf('ChangeMatchedRepositories')).toEqual([`arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/team-a/*`]);
  });
});

describe('what a provider\'s rules share', () => {
  const SHARED = ['AWS::StepFunctions::StateMachine', 'AWS::Lambda::Function', 'AWS::IAM::ManagedPolicy'];

  test('is made once', () => {
    const stack = newStack();
    declareRule(stack);
    const count = () => Object.keys(resources(stack)).length;
    const before = count();
    const second = newStack();
    declareRule(second);
    declareRule(second, { repositoryFilters: ['team-b/*'] }, 'Second');
    // The resource, its schedule, its event rule, and the event rule's permission.
    expect(Object.keys(resources(second)).length - before).toBe(4);
    SHARED.forEach((type) => expect(Object.keys(resources(second, type))).toHaveLength(1));
  });

  test('is not made for declarations of single repositories', () => {
    const stack = newStack();
    declare(stack);
    expect(resources(stack, 'AWS::StepFunctions::StateMachine')).toEqual({});
  });

  test('has roles that trust one service for this account only, and may invoke the function only', () => {
    const stack = newStack({ env: ENV });
    declareRule(stack);
    const roles = Object.values(resources(stack, 'AWS::IAM::Role')).map(({ Properties }) => Properties);
    const service = ({ AssumeRolePolicyDocument }: any) => AssumeRolePolicyDocument.Statement[0].Principal.Service;
    for (const name of ['scheduler.amazonaws.com', 'states.amazonaws.com']) {
      const role = roles.find((each) => service(each) === name);
      expect(role.Path).toBe('/cdk-ecr-tag-mutability/');
      expect(role.AssumeRolePolicyDocument.Statement[0].Condition).toEqual({ StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } });
      expect(role.Policies.flatMap(({ PolicyDocument }: any) => PolicyDocument.Statement)).toEqual([{
        Sid: 'InvokeFunction', Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: { 'Fn::GetAtt': [idOf(stack, 'AWS::Lambda::Function'), 'Arn'] },
      }]);
      expect(role).not.toHaveProperty('ManagedPolicyArns');
    }
  });

  test('keeps CloudFormation\'s URL out of logs, and encrypts it with the provider\'s key', () => {
    const stack = newStack({ env: ENV });
    const key = kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:eu-west-1:${ACCOUNT}:key/k`);
    declareRule(stack, { provider: new ImageTagMutabilityProvider(stack, 'Provider', { environmentEncryption: key }) });
    const { EncryptionConfiguration, LoggingConfiguration } = only(stack, 'AWS::StepFunctions::StateMachine').Properties;
    expect(LoggingConfiguration).toBeUndefined();
    expect(EncryptionConfiguration).toEqual({ Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: key.keyArn });
    const encrypting = { Sid: 'EncryptPasses', Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: key.keyArn };
    expect(statementsOf(only(stack, 'AWS::IAM::ManagedPolicy'))).toContainEqual(expect.objectContaining(encrypting));
    const ofRoles = Object.values(resources(stack, 'AWS::IAM::Role')).flatMap(({ Properties }) => Properties.Policies ?? []);
    expect(ofRoles.flatMap(({ PolicyDocument }: any) => PolicyDocument.Statement)).toContainEqual(expect.objectContaining(encrypting));
  });
});

test('a rule waits for the policies of the role, and for the settings of invocation', () => {
  const stack = newStack();
  declareRule(stack);
  expect(only(stack, RULE).DependsOn).toEqual(expect.arrayContaining([idOf(stack, 'AWS::IAM::ManagedPolicy'), idOf(stack, 'AWS::Lambda::EventInvokeConfig')]));
});

describe('the sweep', () => {
  test('is once a day, without retries, after the rule, which it names', () => {
    const stack = newStack();
    declareRule(stack);
    const { Properties: { ScheduleExpression, FlexibleTimeWindow, Target }, DependsOn } = only(stack, 'AWS::Scheduler::Schedule');
    expect([ScheduleExpression, FlexibleTimeWindow]).toEqual(['rate(1 day)', { Mode: 'OFF' }]);
    expect(Target.RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 });
    const rule = idOf(stack, RULE)!;
    expect(DependsOn).toEqual([rule]);
    expect(JSON.parse(deployed(Target.Input))).toEqual({ RegistryInput: 'sweep', Rule: { StackId: deployed({ Ref: 'AWS::StackId' }), LogicalResourceId: rule } });
  });

  test.each<[scheduler.ScheduleExpression, string, string | undefined]>([
    [scheduler.ScheduleExpression.rate(Duration.hours(6)), 'rate(6 hours)', 'Etc/UTC'],
    [scheduler.ScheduleExpression.cron({ minute: '0', hour: '3' }), 'cron(0 3 * * ? *)', 'Etc/UTC'],
  ])('is when the rule says: %#', (sweep, expression, timeZone) => {
    const stack = newStack();
    declareRule(stack, { sweep });
    const { ScheduleExpression, ScheduleExpressionTimezone = 'Etc/UTC' } = only(stack, 'AWS::Scheduler::Schedule').Properties;
    expect([ScheduleExpression, ScheduleExpressionTimezone]).toEqual([expression, timeZone]);
  });
});

describe('new repositories', () => {
  const requestParameters = (...repositoryFilters: string[]) => {
    const stack = newStack();
    declareRule(stack, { repositoryFilters });
    return only(stack, 'AWS::Events::Rule').Properties.EventPattern.detail.requestParameters;
  };

  test('are told of by CloudTrail, after the rule, which is named', () => {
    const stack = newStack();
    declareRule(stack);
    const { Properties: { EventPattern, Targets: [{ Arn, InputTransformer }] }, DependsOn } = only(stack, 'AWS::Events::Rule');
    expect(EventPattern).toEqual({
      'source': ['aws.ecr'],
      'detail-type': ['AWS API Call via CloudTrail'],
      'detail': {
        eventSource: ['ecr.amazonaws.com'], eventName: ['CreateRepository'], errorCode: [{ exists: false }], requestParameters: { repositoryName: [{ prefix: 'team-a/' }] },
      },
    });
    expect(Arn).toEqual({ 'Fn::GetAtt': [idOf(stack, 'AWS::Lambda::Function'), 'Arn'] });
    const [[variable, path]] = Object.entries(InputTransformer.InputPathsMap);
    expect(path).toBe('$.detail.requestParameters.repositoryName');
    const input = deployed(InputTransformer.InputTemplate).replace(`<${variable}>`, '"team-a/api"');
    const rule = idOf(stack, RULE);
    expect(DependsOn).toEqual([rule]);
    expect(JSON.parse(input)).toEqual({
      RegistryInput: 'new-repository', RepositoryName: 'team-a/api', Rule: { StackId: deployed({ Ref: 'AWS::StackId' }), LogicalResourceId: rule },
    });
  });

  test.each([
    ['team-a/api', 'team-a/api'],
    ['team-a/*', { prefix: 'team-a/' }],
    ['*-cache', { suffix: '-cache' }],
    ['**-cache', { suffix: '-cache' }],
    ['team-*/**-cache', { wildcard: 'team-*/*-cache' }],
    ['*api*', { wildcard: '*api*' }],
  ])('%s is %j in the pattern', (filter, matcher) => {
    expect(requestParameters(filter)).toEqual({ repositoryName: [matcher] });
  });

  test('are all told of where a filter matches every name, and where the pattern would be too long', () => {
    expect(requestParameters('team-a/*', '*')).toBeUndefined();
    expect(requestParameters(...Array.from({ length: 50 }, (_, index) => `team-a/${'x'.repeat(25)}-${index}/*`))).toBeUndefined();
  });

  test.each([
    ['includeNewRepositories is false', { includeNewRepositories: false }],
    ['the rule only reports', { reportOnly: true }],
  ])('wait for the sweep where %s', (_, props) => {
    const stack = newStack();
    declareRule(stack, props);
    expect(resources(stack, 'AWS::Events::Rule')).toEqual({});
    expect(only(stack, 'AWS::Scheduler::Schedule').Properties.Target.Input).toBeDefined();
  });
});

test.each([
  ['Drifted', (rule: RegistryImageTagMutability) => rule.metricDrifted()],
  ['Corrected', (rule: RegistryImageTagMutability) => rule.metricCorrected()],
  ['Failed', (rule: RegistryImageTagMutability) => rule.metricFailed()],
])('the metric %s', (metricName, metric) => {
  const stack = newStack();
  metric(declareRule(stack)).createAlarm(stack, 'Alarm', { threshold: 1, evaluationPeriods: 1 });
  expect(only(stack, 'AWS::CloudWatch::Alarm').Properties).toMatchObject({
    Namespace: 'cdk-ecr-tag-mutability',
    MetricName: metricName,
    Statistic: 'Sum',
    Period: 86_400,
    Dimensions: [{ Name: 'LogicalId', Value: idOf(stack, RULE) }, { Name: 'StackName', Value: 'Stack' }],
  });
});

test('metrics take other options', () => {
  const metric = declareRule(newStack()).metricFailed({ period: Duration.hours(1), label: 'failed' });
  expect([metric.period, metric.label]).toEqual([Duration.hours(1), 'failed']);
});

test('a rule in another stack than its provider\'s has its event rule there, and metadata that resolve there', () => {
  const app = new App();
  const provider = new ImageTagMutabilityProvider(new Stack(app, 'Host', { env: ENV }), 'Provider');
  const guest = new Stack(app, 'Guest', { env: ENV });
  declareRule(guest, { provider });
  expect(() => app.synth()).not.toThrow();
  const { Properties: { StateMachineArn }, Metadata } = only(guest, RULE);
  expect(StateMachineArn).toEqual({ 'Fn::ImportValue': expect.any(String) });
  expect(Metadata[RULE_METADATA_KEY].StateMachineArn).toEqual(StateMachineArn);
  expect(Object.keys(resources(guest)).sort()).toEqual(expect.arrayContaining([expect.stringMatching(/^Rule/)]));
  expect(guest.node.tryFindChild('Rule')!.node.findAll().filter((child) => child instanceof events.Rule)).toHaveLength(1);
});
