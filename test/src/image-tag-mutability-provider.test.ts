import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ImageTagMutabilityProvider, ImageTagMutabilityProviderProps } from '../../src';
import { ACCOUNT, DECLARATION, ENV, arnOf, byArn, byName, declare, deployed, newStack, only, resources, statementsOf } from '../support/constructs';

const FUNCTION = 'AWS::Lambda::Function';
const POLICY = 'AWS::IAM::Policy';

/** A stack whose one declaration uses a provider with these properties. */
function stackWith(props: (stack: Stack) => ImageTagMutabilityProviderProps): Stack {
  const stack = newStack({ env: ENV });
  declare(stack, { provider: new ImageTagMutabilityProvider(stack, 'Provider', props(stack)) });
  return stack;
}

/** What the role may do, in any of the stack's policies. */
function allActions(stack: Stack): string[] {
  return Object.values(resources(stack, POLICY)).flatMap(statementsOf).flatMap(({ Action }) => Action);
}

function importedRole(scope: Construct, options?: iam.FromRoleArnOptions, account = ACCOUNT): iam.IRole {
  return iam.Role.fromRoleArn(scope, 'Imported', `arn:aws:iam::${account}:role/path/deployer`, options);
}

function warnings(stack: Stack): string[] {
  return Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ entry }) => String(entry.data));
}

describe('default provider', () => {
  test('is one for each stack, at the stack, however deep the declaration', () => {
    const app = new App();
    const stack = new Stack(app, 'One');
    const deep = new Construct(new Construct(stack, 'Outer'), 'Inner');
    const provider = ImageTagMutabilityProvider.getOrCreate(deep);
    expect(ImageTagMutabilityProvider.getOrCreate(stack)).toBe(provider);
    expect(provider.node.path).toBe('One/ImageTagMutabilityProvider');
    expect(ImageTagMutabilityProvider.getOrCreate(new Stack(app, 'Two'))).not.toBe(provider);
  });

  test('says so where its id is taken by another construct', () => {
    const stack = newStack();
    new Construct(stack, 'ImageTagMutabilityProvider');
    expect(() => declare(stack)).toThrow(/^Stack\/ImageTagMutabilityProvider: the id .* is taken.*pass a provider/);
  });

  // CloudFormation refuses a changed ServiceToken: whoever changes this id breaks every deployed stack.
  test('its function has a frozen logical id', () => {
    const stack = newStack();
    declare(stack);
    expect(Object.keys(resources(stack, FUNCTION))).toEqual(['ImageTagMutabilityProviderFunctionCDAC8A68']);
  });

  test('adds five resources to a stack, however many declarations it has', () => {
    const stack = newStack();
    ['app1', 'app2', 'app3'].forEach((name) => declare(stack, { repository: byArn(name) }, name));
    const types = Object.values(resources(stack)).map(({ Type }) => Type).filter((type) => type !== DECLARATION);
    expect(types.sort()).toEqual(['AWS::IAM::Policy', 'AWS::IAM::Role', 'AWS::Lambda::EventInvokeConfig', FUNCTION, 'AWS::Logs::LogGroup']);
  });

  test('is the same with every feature flag of a new app', () => {
    const old = newStack();
    const current = newStack({}, 'Stack', {
      '@aws-cdk/aws-iam:minimizePolicies': true,
      '@aws-cdk/aws-lambda:useCdkManagedLogGroup': true,
      '@aws-cdk/aws-iam:importedRoleStackSafeDefaultPolicyName': true,
    });
    [old, current].forEach((stack) => declare(stack));
    expect(Object.keys(resources(current)).sort()).toEqual(Object.keys(resources(old)).sort());
    expect(statementsOf(only(current, POLICY))).toHaveLength(statementsOf(only(old, POLICY)).length);
  });
});

describe('function', () => {
  test('has the promised numbers and no name', () => {
    const stack = stackWith(() => ({}));
    const { Properties } = only(stack, FUNCTION);
    expect(Properties).toMatchObject({ MemorySize: 256, Timeout: 300, Handler: 'index.handler' });
    expect(Properties).not.toHaveProperty('FunctionName');
    expect(only(stack, 'AWS::Lambda::EventInvokeConfig').Properties).toEqual({
      FunctionName: expect.anything(), Qualifier: '$LATEST', MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 300,
    });
    expect(only(stack, DECLARATION).Properties.ServiceTimeout).toBe('900');
  });

  test('runs on the runtime that aws-cdk-lib takes for the newest', () => {
    const stack = stackWith(() => ({}));
    expect(only(stack, FUNCTION).Properties.Runtime).toBe(lambda.determineLatestNodeRuntime(stack).name);
  });

  test('knows the mark of its stack, as its policy does', () => {
    const stack = stackWith(() => ({}));
    const { OWNERSHIP_TAG_KEY, OWNERSHIP_TAG_VALUE } = only(stack, FUNCTION).Properties.Environment.Variables;
    expect(OWNERSHIP_TAG_KEY).toMatch(/^cdk-ecr-tag-mutability:stack:[0-9a-f]{12}$/);
    expect(OWNERSHIP_TAG_VALUE).toEqual({ Ref: 'AWS::StackId' });
    expect(JSON.stringify(only(stack, POLICY))).toContain(`{"aws:ResourceTag/${OWNERSHIP_TAG_KEY}":{"Ref":"AWS::StackId"}}`);
  });

  test('logs to a group of one month that is deleted with the stack', () => {
    const stack = stackWith(() => ({}));
    expect(only(stack, 'AWS::Logs::LogGroup')).toMatchObject({ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete', Properties: { RetentionInDays: 30 } });
    const [id] = Object.keys(resources(stack, 'AWS::Logs::LogGroup'));
    expect(only(stack, FUNCTION).Properties.LoggingConfig).toEqual({ LogGroup: { Ref: id } });
  });
});

describe('permissions', () => {
  const everyRepository = `arn:aws:ecr:*:${ACCOUNT}:repository/*`;
  const ownTags = { 'ForAllValues:StringLike': { 'aws:TagKeys': 'cdk-ecr-tag-mutability:*' } };

  test('are exactly these', () => {
    const stack = newStack({ env: ENV });
    declare(stack);
    const { OWNERSHIP_TAG_KEY } = only(stack, FUNCTION).Properties.Environment.Variables;
    expect(statementsOf(only(stack, POLICY))).toEqual([
      {
        Sid: 'ReadRepositories',
        Effect: 'Allow',
        Action: ['ecr:DescribeRepositories', 'ecr:ListTagsForResource'],
        Resource: everyRepository,
      },
      {
        Sid: 'ChangeTaggedRepositories',
        Effect: 'Allow',
        Action: ['ecr:PutImageTagMutability', 'ecr:TagResource', 'ecr:UntagResource'],
        Resource: everyRepository,
        Condition: { StringEquals: { [`aws:ResourceTag/${OWNERSHIP_TAG_KEY}`]: deployed({ Ref: 'AWS::StackId' }) }, ...ownTags },
      },
      {
        Sid: 'WriteLog',
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: expect.stringContaining('ImageTagMutabilityProviderLogGroup'),
      },
      {
        Sid: 'ChangeDeclaredRepositories',
        Effect: 'Allow',
        Action: ['ecr:DescribeRepositories', 'ecr:ListTagsForResource', 'ecr:PutImageTagMutability', 'ecr:TagResource', 'ecr:UntagResource'],
        Resource: arnOf('team/app'),
        Condition: ownTags,
      },
    ]);
  });

  test('hold no wildcard action, no write on every repository without a condition, and no AWS managed policy', () => {
    const stack = stackWith((scope) => ({ vpc: new ec2.Vpc(scope, 'Vpc', { restrictDefaultSecurityGroup: false }), tracing: lambda.Tracing.ACTIVE, deadLetterQueue: new sqs.Queue(scope, 'Queue') }));
    const actions = allActions(stack);
    expect(actions.filter((action) => action.includes('*') || action === 'logs:CreateLogGroup')).toEqual([]);
    for (const statement of Object.values(resources(stack, POLICY)).flatMap(statementsOf)) {
      const writes = [statement.Action].flat().filter((action: string) => /^ecr:(Put|Tag|Untag)/.test(action));
      if (writes.length > 0) {
        const conditions = JSON.stringify(statement.Condition);
        expect(conditions).toContain('aws:TagKeys');
        expect(statement.Resource === arnOf('team/app') || conditions.includes('aws:ResourceTag/')).toBe(true);
      }
      if (statement.Resource === '*') {
        expect([statement.Action].flat().filter((action: string) => !/^(ec2|xray):/.test(action))).toEqual([]);
      }
    }
    expect(only(stack, 'AWS::IAM::Role').Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  test('allow an ARN once, however many stacks declare it with a provider', () => {
    const app = new App();
    const provider = new ImageTagMutabilityProvider(new Stack(app, 'Shared'), 'Provider');
    ['A', 'B'].forEach((id) => declare(new Stack(app, id), { provider }));
    expect(statementsOf(only(Stack.of(provider), POLICY)).at(-1).Resource).toBe(arnOf('team/app'));
  });

  test('a provider without declarations has a policy that is valid', () => {
    const stack = newStack();
    new ImageTagMutabilityProvider(stack, 'Provider');
    expect(statementsOf(only(stack, POLICY)).map(({ Sid }) => Sid)).toEqual(['ReadRepositories', 'ChangeTaggedRepositories', 'WriteLog']);
  });
});

describe('order of deployment', () => {
  test('a declaration waits for the settings of invocation, and names nothing else', () => {
    const stack = newStack();
    declare(stack);
    expect(only(stack, DECLARATION).DependsOn).toEqual(Object.keys(resources(stack, 'AWS::Lambda::EventInvokeConfig')));
  });

  test('every declaration waits for all policies in that way, also for those that came after it', () => {
    const stack = newStack();
    for (let index = 0; index < 200; index++) {
      declare(stack, { repository: byName(stack, `repository-${index}`) }, `D${index}`);
    }
    const policies = [...Object.keys(resources(stack, POLICY)), ...Object.keys(resources(stack, 'AWS::IAM::ManagedPolicy'))];
    expect(policies).toHaveLength(3);
    const all = resources(stack);
    for (const { DependsOn = [] } of Object.values(resources(stack, DECLARATION))) {
      expect(DependsOn.flatMap((id) => all[id]!.DependsOn)).toEqual(expect.arrayContaining(policies));
    }
  });

  test('the function waits for its permissions', () => {
    const stack = newStack();
    declare(stack);
    expect(only(stack, FUNCTION).DependsOn).toEqual(expect.arrayContaining(Object.keys(resources(stack, POLICY))));
  });
});

describe('properties', () => {
  test('vpc, subnets and security groups are the function\'s, and its role may use network interfaces', () => {
    const stack = stackWith((scope) => {
      const vpc = new ec2.Vpc(scope, 'Vpc', { restrictDefaultSecurityGroup: false });
      return {
        vpc,
        vpcSubnets: { subnets: [vpc.privateSubnets[0]] },
        securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(scope, 'Group', 'sg-12345678')],
      };
    });
    const { VpcConfig } = only(stack, FUNCTION).Properties;
    expect(VpcConfig.SecurityGroupIds).toEqual(['sg-12345678']);
    expect(VpcConfig.SubnetIds).toEqual([{ Ref: expect.stringContaining('PrivateSubnet1') }]);
    expect(allActions(stack)).toEqual(expect.arrayContaining(['ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DeleteNetworkInterface']));
  });

  test('without a vpc the role may not use network interfaces', () => {
    expect(allActions(stackWith(() => ({}))).filter((action) => action.startsWith('ec2:'))).toEqual([]);
  });

  test('a log group that was given is used, and no other is made', () => {
    const stack = stackWith((scope) => ({ logGroup: logs.LogGroup.fromLogGroupName(scope, 'Logs', '/company/logs') }));
    expect(resources(stack, 'AWS::Logs::LogGroup')).toEqual({});
    expect(only(stack, FUNCTION).Properties.LoggingConfig).toEqual({ LogGroup: '/company/logs' });
    expect(statementsOf(only(stack, POLICY)).find(({ Sid }) => Sid === 'WriteLog').Resource).toBe(`arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/company/logs:*`);
  });

  test('memory, concurrency and tracing are the function\'s', () => {
    const stack = stackWith(() => ({ memorySize: 512, reservedConcurrentExecutions: 3, tracing: lambda.Tracing.ACTIVE }));
    expect(only(stack, FUNCTION).Properties).toMatchObject({ MemorySize: 512, ReservedConcurrentExecutions: 3, TracingConfig: { Mode: 'Active' } });
    expect(allActions(stack)).toContain('xray:PutTraceSegments');
  });

  test('a key encrypts the environment, and the role may decrypt with it', () => {
    const stack = stackWith((scope) => ({ environmentEncryption: kms.Key.fromKeyArn(scope, 'Key', `arn:aws:kms:eu-west-1:${ACCOUNT}:key/k`) }));
    expect(only(stack, FUNCTION).Properties.KmsKeyArn).toBe(`arn:aws:kms:eu-west-1:${ACCOUNT}:key/k`);
    expect(statementsOf(only(stack, POLICY))).toContainEqual({
      Sid: 'ReadEnvironment', Effect: 'Allow', Action: 'kms:Decrypt', Resource: `arn:aws:kms:eu-west-1:${ACCOUNT}:key/k`,
    });
  });

  test('a dead letter queue gets failed events, and the role may send to it', () => {
    const stack = stackWith((scope) => ({ deadLetterQueue: new sqs.Queue(scope, 'Queue') }));
    expect(only(stack, FUNCTION).Properties.DeadLetterConfig).toEqual({ TargetArn: { 'Fn::GetAtt': [expect.stringMatching(/^Queue/), 'Arn'] } });
    expect(allActions(stack)).toContain('sqs:SendMessage');
  });
});

describe('role', () => {
  test('a role of the app gets the permissions, and no other role is made', () => {
    const stack = stackWith((scope) => ({ role: new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }) }));
    const [id] = Object.keys(resources(stack, 'AWS::IAM::Role'));
    expect(only(stack, POLICY).Properties.Roles).toEqual([{ Ref: id }]);
    expect(only(stack, FUNCTION).Properties.Role).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
    expect(warnings(stack)).toEqual([]);
  });

  test('an imported role gets the permissions', () => {
    const stack = stackWith((scope) => ({ role: importedRole(scope) }));
    expect(resources(stack, 'AWS::IAM::Role')).toEqual({});
    expect(only(stack, POLICY).Properties.Roles).toEqual(['deployer']);
    expect(warnings(stack)).toEqual([]);
  });

  test('stacks and regions that share an imported role do not overwrite each other\'s policies', () => {
    const names = ['One', 'Two'].map((id) => {
      const stack = newStack({}, id);
      declare(stack, { provider: new ImageTagMutabilityProvider(stack, 'Provider', { role: importedRole(stack) }) });
      return only(stack, POLICY).Properties.PolicyName;
    });
    expect(names[0]).not.toEqual(names[1]);
    expect(JSON.stringify(names[0])).toContain('{"Ref":"AWS::Region"}');
  });

  test.each([
    ['imported as immutable', (scope: Stack) => importedRole(scope, { mutable: false })],
    ['of another account', (scope: Stack) => importedRole(scope, {}, '210987654321')],
    ['without policy updates', (scope: Stack) => new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }).withoutPolicyUpdates()],
  ])('a role %s gets no policies but one warning with the statements that it needs', (_, role) => {
    const stack = newStack({ env: ENV });
    const provider = new ImageTagMutabilityProvider(stack, 'Provider', {
      role: role(stack), tracing: lambda.Tracing.ACTIVE, deadLetterQueue: new sqs.Queue(stack, 'Queue'),
    });
    ['app1', 'app2'].forEach((name) => declare(stack, { provider, repository: byName(stack, name) }, name));
    expect({ ...resources(stack, POLICY), ...resources(stack, 'AWS::IAM::ManagedPolicy') }).toEqual({});
    const said = warnings(stack);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('[ack: cdk-ecr-tag-mutability:importedRole]');
    const statements = JSON.parse(/(\[\{.*\}\])/.exec(said[0])![1]);
    expect(statements.map(({ Sid }: any) => Sid)).toEqual([
      'ReadRepositories', 'ChangeTaggedRepositories', 'WriteLog', 'WriteTraces', 'SendDeadLetters', 'ChangeDeclaredRepositories',
    ]);
    expect(statements.at(-1).Resource).toEqual(['app1', 'app2'].map((name) => arnOf(name, '${AWS::Partition}')));
    expect(statements[2].Resource).toMatch(/^\$\{ProviderLogGroup\w+\.Arn\}$/);
    expect(said[0]).not.toContain('Token[');
  });

  test('a role that cannot be changed may serve any number of repositories', () => {
    const stack = newStack();
    const provider = new ImageTagMutabilityProvider(stack, 'Provider', { role: importedRole(stack, { mutable: false }) });
    for (let index = 0; index < 450; index++) {
      declare(stack, { provider, repository: byName(stack, `${'x'.repeat(100)}-${index}`) }, `D${index}`);
    }
    expect(Object.keys(Template.fromStack(stack).findResources(DECLARATION))).toHaveLength(450);
  });
});
