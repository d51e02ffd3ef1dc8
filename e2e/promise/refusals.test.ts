import type { ApiCall, Effect } from '../emulators/microburst';
import { FaultyAccount } from '../faulty-account';
import { FILTERED, IMMUTABLE, LOCKED } from '../settings';

let account: FaultyAccount;

beforeAll(async () => {
  account = await FaultyAccount.start();
}, 300_000);

afterAll(() => account?.stop());

/** What does not pass by itself, for one of the calls or for each. The slow ones first. */
interface Refusal {
  readonly operation: ApiCall;
  readonly name: string;
  readonly effect: Effect;
  readonly reason: RegExp;
}

const WITHOUT_END: readonly Refusal[] = [
  { operation: 'PutImageTagMutability', name: 'denied', effect: { error: { code: 'AccessDeniedException', message: 'no policy allows it' } }, reason: /PutImageTagMutability failed: AccessDeniedException: no policy allows it/ },
  { operation: 'PutImageTagMutability', name: 'throttled', effect: { error: { code: 'ThrottlingException', message: 'Rate exceeded' } }, reason: /PutImageTagMutability failed: / },
  { operation: 'PutImageTagMutability', name: 'cut off', effect: { reset: true }, reason: /PutImageTagMutability failed: .*ECONNRESET/ },
];

/** An explicit deny is not waited for. */
const denied = (operation: ApiCall): Refusal => ({
  operation,
  name: 'denied explicitly',
  effect: { error: { code: 'AccessDeniedException', message: 'with an explicit deny in a service control policy' } },
  reason: new RegExp(`${operation} failed: AccessDeniedException: with an explicit deny`),
});

const DECLARING: readonly Refusal[] = [
  ...WITHOUT_END, ...(['DescribeRepositories', 'ListTagsForResource', 'TagResource', 'PutImageTagMutability'] as const).map(denied),
];

test.concurrent.each(DECLARING)('$operation is $name in a create: it fails with the reason, and leaves nothing', async ({ operation, effect, reason }) => {
  const repository = await account.repository(FILTERED);
  const refused = await account.inject({ operation, repository, ...effect });
  await expect(account.stack().create({ repository, settings: LOCKED })).rejects.toMatchObject({
    status: 'ROLLBACK_COMPLETE', message: expect.stringMatching(reason),
  });
  expect(await refused.fired()).toBeGreaterThan(0);
  expect(await account.now(repository)).toEqual([FILTERED, 0]);
});

test.concurrent.each(DECLARING)('$operation is $name in an update: it fails with the reason, and the former settings stay', async ({ operation, effect, reason }) => {
  const repository = await account.repository(FILTERED);
  const stack = await account.stack().create({ repository, settings: LOCKED });
  const refused = await account.inject({ operation, repository, ...effect });
  // While reading is refused, the rollback is refused as well.
  const status = expect.stringMatching(/^UPDATE_ROLLBACK_(COMPLETE|FAILED)$/);
  await expect(stack.update({ repository, settings: IMMUTABLE })).rejects.toMatchObject({ status, message: expect.stringMatching(reason) });
  expect(await refused.fired()).toBeGreaterThan(0);
  expect(await account.now(repository)).toEqual([LOCKED, 3]);

  await refused.lift();
  await stack.remove();
  expect(await account.now(repository)).toEqual([FILTERED, 0]);
});

test.concurrent.each([...DECLARING, denied('UntagResource')])('$operation is $name in a delete: it fails with the reason, and the next one ends it', async ({ operation, effect, reason }) => {
  const repository = await account.repository(FILTERED);
  const stack = await account.stack({ keepFunction: true }).create({ repository, settings: LOCKED });
  const refused = await account.inject({ operation, repository, ...effect });
  await expect(stack.remove()).rejects.toMatchObject({ status: 'DELETE_FAILED', message: expect.stringMatching(reason) });
  expect(await refused.fired()).toBeGreaterThan(0);
  // Untagging is the last call: only it can be refused when the settings are put back already.
  expect(await account.now(repository)).toEqual([operation === 'UntagResource' ? FILTERED : LOCKED, 3]);

  await refused.lift();
  await stack.remove();
  expect(await account.now(repository)).toEqual([FILTERED, 0]);
});
