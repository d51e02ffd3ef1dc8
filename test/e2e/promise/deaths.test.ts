import { setTimeout as sleep } from 'node:timers/promises';
import { tagsOf } from '../../support/emulators/ecr';
import { killFunction } from '../../support/emulators/lambda-process';
import type { ApiCall, Effect } from '../../support/emulators/microburst';
import type { DeployedStack } from '../deployed-stack';
import { Events } from '../events';
import { FaultyAccount } from '../faulty-account';
import { FILTERED, IMMUTABLE, LOCKED } from '../settings';

let account: FaultyAccount;
let events: Events;

beforeAll(async () => {
  account = await FaultyAccount.start();
  events = await Events.start(account.emulators.lambda);
}, 300_000);

afterAll(() => {
  events?.stop();
  account?.stop();
});

type Write = Extract<ApiCall, 'TagResource' | 'PutImageTagMutability' | 'UntagResource'>;
type Moment = 'before' | 'after';

/** When the function dies: the call is held back on its way to ECR, where it then never arrives, or the answer is on its way back. */
const HELD: Readonly<Record<Moment, Effect>> = {
  before: { latency: 60_000, error: { code: 'ServerException' } },
  after: { response: { bandwidth_kbps: 0.000_01 } },
};

/** What each write changes, as text. */
const SEEN: Readonly<Record<Write, (repository: string) => Promise<string>>> = {
  TagResource: async (repository) => JSON.stringify(await tagsOf(account.emulators.ecr(), repository)),
  PutImageTagMutability: async (repository) => JSON.stringify((await account.now(repository))[0]),
  UntagResource: async (repository) => `${(await account.now(repository))[1]} tags`,
};

const moments = (...writes: readonly Write[]) => writes.flatMap((write) => [['before', write], ['after', write]] as const);

/** What the emulated CloudFormation says of a function that did not answer; AWS says it in other words. */
const TIMED_OUT = expect.stringMatching(/timed out/);

/** Lets the function die at this moment of what is done, and waits for the end of that: what it answers or how it fails. */
async function dying(
  stack: DeployedStack, repository: string, [moment, operation]: readonly [Moment, Write], act: () => Promise<unknown>,
): Promise<unknown> {
  const before = await SEEN[operation](repository);
  const held = await account.inject({ operation, repository, times: 1, ...HELD[moment] });
  const outcome = act().catch((error: unknown) => error);
  await held.met();
  while (moment === 'after' && await SEEN[operation](repository) === before) await sleep(20);
  await killFunction(account.emulators, await stack.functionName());
  return outcome;
}

// AWS then sends a delete with a physical id of its own invention, which the emulated CloudFormation never does. The function
// that it meets may take its time: it waits for the end of a create that may still run.
test.concurrent.each(moments('TagResource', 'PutImageTagMutability'))('the function dies in a create, %s %s: the original', async (...moment) => {
  const repository = await account.repository(FILTERED);
  const stack = account.stack({ serviceTimeout: 1, onFailure: 'DO_NOTHING' });
  expect(await dying(stack, repository, moment, () => stack.create({ repository, settings: LOCKED })))
    .toMatchObject({ status: 'CREATE_FAILED', reasons: [TIMED_OUT, expect.anything()] });

  const [logicalId = ''] = stack.logicalIds;
  const physicalId = `stack-${logicalId}-1A2B3C4D5E6F`;
  const event = events.make(stack.id, logicalId, { type: 'Delete', physicalId, declared: { arn: account.arn(repository), settings: LOCKED } });
  expect(await events.deliver(await stack.functionName(), event)).toEqual([expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: physicalId })]);
  expect(await account.now(repository)).toEqual([FILTERED, 0]);
  await stack.remove();
  expect(await account.now(repository)).toEqual([FILTERED, 0]);
});

// Lambda may deliver an asynchronous event twice.
test.concurrent.each(moments('TagResource', 'PutImageTagMutability'))('the function dies in a create, %s %s, and gets the event again: declared', async (...moment) => {
  const [repository, other] = [await account.repository(FILTERED), await account.repository(FILTERED)];
  const arn = account.arn(repository);
  const declared = { arn, settings: LOCKED };
  const stack = await account.stack({ alsoAllowed: [repository] }).create({ repository: other, settings: IMMUTABLE });
  const functionName = await stack.functionName();
  const create = events.make(stack.id, 'ByHand', { type: 'Create', declared });

  expect(await dying(stack, repository, moment, () => events.deliver(functionName, create))).toEqual([]);
  const [created] = await events.deliver(functionName, create);
  expect(created).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: expect.stringContaining(arn) });
  expect(await account.now(repository)).toEqual([LOCKED, 3]);
  await events.deliver(functionName, events.make(stack.id, 'ByHand', { type: 'Delete', physicalId: created!.PhysicalResourceId, declared }));
  await stack.remove();
  expect([await account.now(repository), await account.now(other)]).toEqual([[FILTERED, 0], [FILTERED, 0]]);
});

test.concurrent.each(moments('TagResource', 'PutImageTagMutability'))('the function dies in an update, %s %s: rolled back', async (...moment) => {
  const repository = await account.repository(FILTERED);
  const stack = await account.stack({ serviceTimeout: 1 }).create({ repository, settings: LOCKED });
  expect(await dying(stack, repository, moment, () => stack.update({ repository, settings: IMMUTABLE })))
    .toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE', reasons: [TIMED_OUT] });
  expect(await account.now(repository)).toEqual([LOCKED, 3]);
  await stack.remove();
  expect(await account.now(repository)).toEqual([FILTERED, 0]);
});

// The cleanup of an update tries a delete more than once. The delete of a stack does not: CloudFormation deletes the function next.
test.concurrent.each(moments('PutImageTagMutability', 'UntagResource'))('the function dies in a delete, %s %s, and gets another one: restored', async (...moment) => {
  const [repository, other] = [await account.repository(FILTERED), await account.repository(FILTERED)];
  const declared = { arn: account.arn(repository), settings: LOCKED };
  const stack = await account.stack({ alsoAllowed: [repository] }).create({ repository: other, settings: IMMUTABLE });
  const functionName = await stack.functionName();
  const [created] = await events.deliver(functionName, events.make(stack.id, 'ByHand', { type: 'Create', declared }));
  const { PhysicalResourceId: physicalId } = created!;
  const remove = () => events.deliver(functionName, events.make(stack.id, 'ByHand', { type: 'Delete', physicalId, declared }));

  expect(await dying(stack, repository, moment, remove)).toEqual([]);
  expect(await remove()).toEqual([expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: physicalId })]);
  expect(await account.now(repository)).toEqual([FILTERED, 0]);
  await stack.remove();
  expect(await account.now(other)).toEqual([FILTERED, 0]);
});
