import { GetFunctionCommand } from '@aws-sdk/client-lambda';
import { runAwsCommands } from '../../support/emulators/aws-cli';
import { FaultyAccount } from '../faulty-account';
import { RETRIED, denied, failure, refuseCreate, refuseUpdate } from '../refusal';
import { FILTERED, LOCKED } from '../settings';

let account: FaultyAccount;

beforeAll(async () => {
  account = await FaultyAccount.start();
}, 300_000);

afterAll(() => account?.stop());

// What is retried takes the whole window of a create or update: test/e2e/long has it.
const DECLARING = (['DescribeRepositories', 'ListTagsForResource', 'TagResource', 'PutImageTagMutability'] as const).map(denied);

test.concurrent.each(DECLARING)('$operation is $name in a create: it fails with the reason, and leaves nothing', (refusal) => refuseCreate(account, refusal));

test.concurrent.each(DECLARING)('$operation is $name in an update: it fails with the reason, and the former settings stay', (refusal) => refuseUpdate(account, refusal));

const DELETING = [...RETRIED, ...(['DescribeRepositories', 'ListTagsForResource', 'PutImageTagMutability', 'UntagResource'] as const).map(denied)];

/** The commands in the reason of a stack's failure, with its quotes as they came. */
const commandsIn = (failed: unknown): string => /To restore it by hand[^:]*: (aws ecr .+?)(?:; |$)/.exec((failed as Error).message)?.[1] ?? '';

// Like AWS, the emulated CloudFormation goes on to delete the function when a declaration could not be deleted.
test.concurrent.each(DELETING)('$operation is $name in a delete: it fails, the function is gone, and the commands in the reason restore the repository', async (refusal) => {
  const { operation, effect } = refusal;
  const repository = await account.repository(FILTERED);
  // So short that a delete gives up after half a minute.
  const stack = await account.stack({ functionTimeout: 105 }).create({ repository, settings: LOCKED });
  const functionName = await stack.functionName();
  const refused = await account.inject({ operation, repository, ...effect });
  const failed = await stack.remove().catch((reason: unknown) => reason);
  expect(String(failed)).toMatch(failure('DELETE_FAILED', refusal));
  expect(await refused.fired()).toBeGreaterThan(0);
  // Before anything is restored, the declaration gives up its precedence, which is one tag less.
  expect(await account.now(repository)).toEqual([LOCKED, operation === 'PutImageTagMutability' ? 2 : 3]);
  await expect(account.emulators.lambda.send(new GetFunctionCommand({ FunctionName: functionName }))).rejects.toThrow(/not found/i);

  await refused.lift();
  await runAwsCommands(account.emulators, commandsIn(failed));
  expect(await account.now(repository)).toEqual([FILTERED, 0]);
});
