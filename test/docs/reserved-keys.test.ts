import { blocksOf, page } from './pages';
import { Call, isAllowed, policyOf } from '../support/iam';

/** The statement that docs/permissions.md gives to owners, as it stands there. */
const statement = blocksOf(page('docs/permissions.md')).filter(({ fence }) => fence === 'json')
  .map(({ code }) => JSON.parse(code))
  .find(({ Sid }) => Sid === 'ReserveTagMutabilityRecord');

const PROVIDER: string = statement.Condition.ArnNotEquals['aws:PrincipalArn'][0];
const ACCOUNT = PROVIDER.split(':')[4];
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
    ['a role whose name goes on', `${PROVIDER}-2`],
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
