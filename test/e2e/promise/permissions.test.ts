import { UntagResourceCommand } from '@aws-sdk/client-ecr';
import { TAG_PREFIX } from '../../../src/shared/contract';
import { recordOf } from '../../support/emulators/ecr';
import type { JudgedCall } from '../../support/emulators/iam-proxy';
import { isAllowed, type Policy } from '../../support/iam';
import { Account } from '../account';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE } from '../settings';
import { shared } from '../shared';

// In all deployments of these tests, IAM judges what the function asks of ECR. Here it has reason to refuse.

const account = shared(() => Account.start({ onJudged: (call) => judged.push(call) }));
const judged: JudgedCall[] = [];

/** So short that a delete gives up after half a minute. */
const functionTimeout = 105;

/** A stack with two declarations, of which one is to leave the template. */
async function two(withoutStatement?: string) {
  const [leaving, staying] = [await account().repository(FILTERED), await account().repository(MUTABLE)];
  const stack = await account().stack({ functionTimeout, withoutStatement }).create(
    { id: 'Leaving', repository: leaving, settings: LOCKED }, { id: 'Staying', repository: staying, settings: LOCKED });
  const now = async () => [await account().now(leaving), await account().now(staying)];
  expect(await now()).toEqual([[LOCKED, 3], [LOCKED, 3]]);
  return { leaving, staying, stack, now };
}

async function eraseOwnershipTag(repository: string): Promise<void> {
  const ecr = account().emulators.ecr();
  const tagKeys = (await recordOf(ecr, repository)).filter((key) => key.startsWith(`${TAG_PREFIX}stack:`));
  await ecr.send(new UntagResourceCommand({ resourceArn: account().arn(repository), tagKeys }));
}

const refused = (repository: string) => expect.stringMatching(new RegExp(
  `${repository} .*UntagResource failed: AccessDeniedException: User: arn:aws:sts::\\d+:assumed-role/\\S+ is not authorized to perform: `
  + `ecr:UntagResource on resource: arn:aws:ecr:\\S+/${repository} because no identity-based policy allows the ecr:UntagResource action`));

test.concurrent('without the statement about the ownership tag, a repository that has left the template is not released; all else works', async () => {
  const { leaving, staying, stack, now } = await two('ChangeTaggedRepositories');
  // CloudFormation goes on without the delete.
  await stack.update({ id: 'Staying', repository: staying, settings: IMMUTABLE });
  expect(await stack.failures()).toEqual([refused(leaving)]);
  expect(await now()).toEqual([[LOCKED, 3], [IMMUTABLE, 3]]);

  // The emulated CloudFormation tries it again in the next operation.
  stack.options = {};
  await stack.update({ id: 'Staying', repository: staying, settings: LOCKED });
  expect(await now()).toEqual([[FILTERED, 0], [LOCKED, 3]]);
  await stack.remove();
  expect(await now()).toEqual([[FILTERED, 0], [MUTABLE, 0]]);
});

test.concurrent('without the ownership tag, a repository that has left the template is not released; with it, it is', async () => {
  const { leaving, staying, stack, now } = await two();
  await eraseOwnershipTag(leaving);
  await stack.update({ id: 'Staying', repository: staying, settings: IMMUTABLE });
  expect(await stack.failures()).toEqual([refused(leaving)]);
  expect(await now()).toEqual([[LOCKED, 2], [IMMUTABLE, 3]]);

  // An update of the declaration writes the tag again.
  await stack.update({ id: 'Leaving', repository: leaving, settings: IMMUTABLE }, { id: 'Staying', repository: staying, settings: IMMUTABLE });
  expect(await now()).toEqual([[IMMUTABLE, 3], [IMMUTABLE, 3]]);
  await stack.update({ id: 'Staying', repository: staying, settings: IMMUTABLE });
  expect(await now()).toEqual([[FILTERED, 0], [IMMUTABLE, 3]]);
  await stack.remove();
});

test('each action of each statement is needed, but for three', async () => {
  const [first, second] = [await account().repository(FILTERED), await account().repository(MUTABLE)];
  const stack = await account().stack().create({ id: 'First', repository: first, settings: LOCKED }, { id: 'Second', repository: second, settings: LOCKED });
  await stack.update({ id: 'Second', repository: second, settings: IMMUTABLE });
  await eraseOwnershipTag(second);
  await stack.remove();
  expect([await account().now(first), await account().now(second)]).toEqual([[FILTERED, 0], [MUTABLE, 0]]);

  const allowed = judged.filter(({ verdict }) => verdict === 'Allowed');
  const permissions = [...new Set(allowed.flatMap(({ policies }) => policies.flatMap(permissionsIn)))].sort();
  const isNeeded = async (permission: string) => {
    for (const call of allowed) {
      if (!await isAllowed(call.policies.map((policy) => without(policy, permission)), call)) return true;
    }
    return false;
  };
  const unneeded: string[] = [];
  for (const permission of permissions) if (!await isNeeded(permission)) unneeded.push(permission);

  expect(permissions).toHaveLength(10);
  expect(unneeded).toEqual([
    // For repositories of other accounts, which `ReadRepositories` leaves out.
    'ChangeDeclaredRepositories ecr:DescribeRepositories',
    'ChangeDeclaredRepositories ecr:ListTagsForResource',
    // A release writes no tag but a lost ownership tag, without which the statement allows nothing, unless IAM still sees it.
    'ChangeTaggedRepositories ecr:TagResource',
  ]);
});

interface Statement {
  readonly Sid: string;
  readonly Action: string | readonly string[];
}

const statementsOf = ({ Statement }: Policy) =>
  (Statement as readonly Statement[]).map((statement) => ({ ...statement, Action: [statement.Action].flat() }));

/** A statement's Sid and one of its actions, of those that are about ECR. */
const permissionsIn = (policy: Policy): string[] =>
  statementsOf(policy).flatMap(({ Sid, Action }) => Action.filter((action) => action.startsWith('ecr:')).map((action) => `${Sid} ${action}`));

const without = (policy: Policy, permission: string): Policy => ({
  ...policy,
  Statement: statementsOf(policy)
    .map((statement) => ({ ...statement, Action: statement.Action.filter((action) => `${statement.Sid} ${action}` !== permission) }))
    .filter(({ Action }) => Action.length > 0),
});
