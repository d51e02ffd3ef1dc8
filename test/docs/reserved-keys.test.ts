import { runSimulation } from '@cloud-copilot/iam-simulate';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { blocksOf, page } from './pages';
import { ImageTagMutabilityProvider } from '../../src';
import { ENV } from '../support/constructs';
import { Call, isAllowed, policyOf } from '../support/iam';

/** The statements that docs/permissions.md gives to owners, as they stand there. */
const statements = blocksOf(page('docs/permissions.md')).filter(({ fence }) => fence === 'json').map(({ code }) => JSON.parse(code));
const statement = statements.find(({ Sid }) => Sid === 'ReserveTagMutabilityRecord');
const ofFunction = statements.find(({ Sid }) => Sid === 'ReserveTagMutabilityFunction');

const stack = new Stack(new App(), 'TagMutability', { env: ENV });
new ImageTagMutabilityProvider(stack, 'Mine');
ImageTagMutabilityProvider.getOrCreate(stack);
const roles = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'));
/** The logical id is part of the name that CloudFormation gives to a function without one. */
const functionNames = Object.keys(Template.fromStack(stack).findResources('AWS::Lambda::Function')).map((id) => `TagMutability-${id}-AbCdEf123456`);

const { account: ACCOUNT } = ENV;
const PROVIDER = `arn:aws:iam::${ACCOUNT}:role${roles[0].Properties.Path}TagMutability-MineRole-AbCdEf`;
const REPOSITORY = `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/team/app`;
const OWNER = `arn:aws:iam::${ACCOUNT}:role/owner`;
const OWN_KEY = 'cdk-ecr-tag-mutability:6d8f6690310a:c36cc6908611-20aa989f3286:declared';
const OWNERSHIP_TAG = 'cdk-ecr-tag-mutability:stack:6d8f6690310a';

const EVERYTHING = { Effect: 'Allow', Action: '*', Resource: '*' };

const ways: [string, (call: Call) => Promise<boolean>][] = [
  ['in the owner\'s own policies', (call) => isAllowed([policyOf(EVERYTHING), policyOf(statement)], call)],
  ['as a service control policy', (call) => isAllowed([policyOf(EVERYTHING)], call, [policyOf(EVERYTHING, statement)])],
];

describe.each(ways)('the docs\' deny statement, %s', (_, allowed) => {
  const verdicts = (calls: Call[]) => Promise.all(calls.map(allowed));
  const tagging = (tagKeys: string[], principal: string) => ['ecr:TagResource', 'ecr:UntagResource', 'ecr:CreateRepository']
    .map((action) => ({ action, resource: REPOSITORY, tagKeys, principal }));

  test.each([
    ['a role', OWNER],
    ['a user', `arn:aws:iam::${ACCOUNT}:user/person`],
    ['the root user', `arn:aws:iam::${ACCOUNT}:root`],
    ['a role whose name is the path', `arn:aws:iam::${ACCOUNT}:role/cdk-ecr-tag-mutability`],
    ['a role with a longer path', `arn:aws:iam::${ACCOUNT}:role/team${roles[0].Properties.Path}owner`],
    ['a role with another path', PROVIDER.replace('mutability/', 'mutability-2/')],
    ['a user named as the provider\'s role', PROVIDER.replace(':role/', ':user/')],
  ])('keeps %s from the library\'s keys, also among others', async (__, principal) => {
    for (const keys of [[OWN_KEY], [OWNERSHIP_TAG], [OWN_KEY, OWNERSHIP_TAG], ['owner', OWN_KEY], [OWNERSHIP_TAG, 'owner', 'team']]) {
      expect(await verdicts(tagging(keys, principal))).toEqual([false, false, false]);
    }
  });

  test.each([
    ['other keys', ['owner', 'team']],
    ['keys that only look alike', ['cdk-ecr-tag-mutability', 'my-cdk-ecr-tag-mutability:x']],
  ])('leaves the owner %s', async (__, keys) => {
    expect(await verdicts(tagging(keys, OWNER))).toEqual([true, true, true]);
  });

  test('leaves the owner everything that names no tags', async () => {
    const actions = ['CreateRepository', 'DeleteRepository', 'PutImageTagMutability', 'PutImage', 'DescribeRepositories', 'ListTagsForResource'];
    expect(await verdicts(actions.map((action) => ({ action: `ecr:${action}`, resource: REPOSITORY, principal: OWNER }))))
      .toEqual(actions.map(() => true));
  });

  test('leaves the provider\'s role all keys', async () => {
    expect(await verdicts([...tagging([OWN_KEY, OWNERSHIP_TAG], PROVIDER), ...tagging(['owner'], PROVIDER)])).toEqual(Array(6).fill(true));
  });
});

test('one standing statement spares the role of every provider', () => {
  expect(roles.map(({ Properties }) => Properties.Path)).toEqual(Array(2).fill('/cdk-ecr-tag-mutability/'));
});

describe('the docs\' deny statement for the function', () => {
  const invoke = async (principal: string, calledVia: string[] = [], functionName = functionNames.find((each) => each.includes('-ImageTagMutabilityProvider'))) => {
    const result = await runSimulation({
      request: {
        principal,
        action: 'lambda:InvokeFunction',
        resource: { resource: `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:${functionName}`, accountId: ACCOUNT },
        contextVariables: { 'aws:PrincipalArn': principal, ...calledVia.length > 0 && { 'aws:CalledVia': calledVia } },
      },
      identityPolicies: [{ name: 'identity', policy: policyOf(EVERYTHING) }],
      serviceControlPolicies: [{ orgIdentifier: 'r-1', policies: [{ name: 'control', policy: policyOf(EVERYTHING, ofFunction) }] }],
      resourceControlPolicies: [],
    }, {});
    expect(result.resultType).not.toBe('error');
    return result.resultType !== 'error' && result.overallResult === 'Allowed';
  };

  test('keeps everybody from invoking it directly, or through another service', async () => {
    expect(await invoke(OWNER)).toBe(false);
    expect(await invoke(OWNER, ['athena.amazonaws.com'])).toBe(false);
  });

  test('knows the function also by a name that CloudFormation has shortened', async () => {
    expect(await invoke(OWNER, [], 'a-stack-with-a-long-name-ImageTagMutabilityProvid-AbCdEf123456')).toBe(false);
  });

  test('spares what comes through CloudFormation, by either kind of credentials', async () => {
    expect(await invoke(OWNER, ['cloudformation.amazonaws.com'])).toBe(true);
    expect(await invoke(OWNER, ['servicecatalog.amazonaws.com', 'cloudformation.amazonaws.com'])).toBe(true);
    expect(await invoke(`arn:aws:iam::${ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-eu-west-1`)).toBe(true);
  });

  test('spares the roles of schedules and of the state machine', async () => {
    expect(await invoke(PROVIDER)).toBe(true);
  });

  test('spares other functions', async () => {
    expect(await invoke(OWNER, [], 'billing')).toBe(true);
  });
});
