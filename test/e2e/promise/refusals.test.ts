import { GetFunctionCommand } from '@aws-sdk/client-lambda';
import { runAwsCommands } from '../../support/emulators/aws-cli';
import type { ApiCall, Effect } from '../../support/emulators/microburst';
import { FaultyAccount } from '../faulty-account';
import { FILTERED, IMMUTABLE, LOCKED } from '../settings';

let account: FaultyAccount;

beforeAll(async () => {
  account = await FaultyAccount.start();
}, 300_000);

afterAll(() => account?.stop());

/** What does not pass by itself, and how the stack's events have to name it. */
interface Refusal {
  readonly operation: ApiCall;
  readonly name: string;
  readonly effect: Effect;
  readonly reason: string;
}

const error = (code: string, message: string) => ({ effect: { error: { code, message } }, reason: `${code}: ${message}` });

/** A denial is tried again for 90 s, the others for as long as there is time. */
const WITHOUT_END: readonly Refusal[] = [
  { operation: 'PutImageTagMutability', name: 'denied', ...error('AccessDeniedException', 'no policy allows it') },
  { operation: 'PutImageTagMutability', name: 'throttled', ...error('ThrottlingException', 'Rate exceeded') },
  { operation: 'PutImageTagMutability', name: 'cut off', effect: { reset: true }, reason: '.*socket hang up' },
];

/** Nobody waits for an explicit deny to pass. */
const denied = (operation: ApiCall): Refusal => ({
  operation, name: 'denied explicitly', ...error('AccessDeniedException', 'with an explicit deny in a service control policy'),
});

const DECLARING: readonly Refusal[] = [
  ...WITHOUT_END, ...(['DescribeRepositories', 'ListTagsForResource', 'TagResource', 'PutImageTagMutability'] as const).map(denied),
];

const failure = (status: string, { operation, reason }: Refusal) => new RegExp(`is ${status}: .*${operation} failed: ${reason}`);

test.concurrent.each(DECLARING)('$operation is $name in a create: it fails with the reason, and leaves nothing', async (refusal) => {
  const { operation, effect } = refusal;
  const repository = await account.repository(FILTERED);
  const refused = await account.inject({ operation, repository, ...effect });
  await expect(account.stack().create({ repository, settings: LOCKED })).rejects.toThrow(failure('ROLLBACK_COMPLETE', refusal));
  expect(await refused.fired()).toBeGreaterThan(0);
  expect(await account.now(repository)).toEqual([FILTERED, 0]);
});

test.concurrent.each(DECLARING)('$operation is $name in an update: it fails with the reason, and the former settings stay', async (refusal) => {
  const { operation, effect } = refusal;
  const repository = await account.repository(FILTERED);
  const stack = await account.stack().create({ repository, settings: LOCKED });
  const refused = await account.inject({ operation, repository, ...effect });
  // While reading is refused, the rollback is refused as well.
  await expect(stack.update({ repository, settings: IMMUTABLE })).rejects.toThrow(failure('UPDATE_ROLLBACK_(COMPLETE|FAILED)', refusal));
  expect(await refused.fired()).toBeGreaterThan(0);
  expect(await account.now(repository)).toEqual([LOCKED, 3]);

  await refused.lift();
  await stack.remove();
  expect(await account.now(repository)).toEqual([FILTERED, 0]);
});

/** A delete tags nothing. */
const DELETING = [...DECLARING.filter(({ operation }) => operation !== 'TagResource'), denied('UntagResource')];

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
