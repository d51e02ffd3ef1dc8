import { setTimeout as sleep } from 'node:timers/promises';
import type { DeployedStack } from './deployed-stack';
import type { Events } from './events';
import type { FaultyAccount } from './faulty-account';
import { FILTERED, LOCKED } from './settings';
import { tagsOf } from '../support/emulators/ecr';
import { killFunction } from '../support/emulators/lambda-process';
import type { ApiCall, Effect } from '../support/emulators/microburst';

type Write = Extract<ApiCall, 'TagResource' | 'PutImageTagMutability' | 'UntagResource'>;

/** When the function dies: before a write arrives at ECR, or after ECR has done it and before the function knows. */
export type Moment = readonly ['before' | 'after', Write];

export const moments = (...writes: readonly Write[]): Moment[] => writes.flatMap((write) => [['before', write], ['after', write]] as const);

/** The call is held back on its way to ECR, where it then never arrives, or the response is on its way back. */
const HELD: Readonly<Record<Moment[0], Effect>> = {
  before: { latency: 60_000, error: { code: 'ServerException' } },
  after: { response: { bandwidth_kbps: 0.000_01 } },
};

/** What each write changes, as a string. */
const SEEN: Readonly<Record<Write, (account: FaultyAccount, repository: string) => Promise<string>>> = {
  TagResource: async (account, repository) => JSON.stringify(await tagsOf(account.emulators.ecr(), repository)),
  PutImageTagMutability: async (account, repository) => JSON.stringify((await account.now(repository))[0]),
  UntagResource: async (account, repository) => `${(await account.now(repository))[1]} tags`,
};

/** What the emulated CloudFormation says of a function that did not respond; AWS says it in other words. */
export const TIMED_OUT = expect.stringMatching(/timed out/);

/** Lets the function die at this moment of an action, and waits for the action's end: what it answers or how it fails. */
export async function dieDuring(
  account: FaultyAccount, stack: DeployedStack, repository: string, [when, operation]: Moment, act: () => Promise<unknown>,
): Promise<unknown> {
  const before = await SEEN[operation](account, repository);
  const held = await account.inject({ operation, repository, times: 1, ...HELD[when] });
  const outcome = act().catch((error: unknown) => error);
  await held.met();
  while (when === 'after' && await SEEN[operation](account, repository) === before) await sleep(20);
  await killFunction(account.emulators, await stack.functionName());
  return outcome;
}

/**
 * The function dies in a create. AWS then sends a delete with a physical id of its own invention, which the emulated CloudFormation never
 * does: it restores the original.
 */
export async function dieInCreate(account: FaultyAccount, events: Events, moment: Moment): Promise<void> {
  const repository = await account.repository(FILTERED);
  const stack = account.stack({ serviceTimeout: 1, onFailure: 'DO_NOTHING' });
  expect(await dieDuring(account, stack, repository, moment, () => stack.create({ repository, settings: LOCKED })))
    .toMatchObject({ status: 'CREATE_FAILED', reasons: [TIMED_OUT, expect.anything()] });

  const [logicalId = ''] = stack.logicalIds;
  const physicalId = `stack-${logicalId}-1A2B3C4D5E6F`;
  const event = events.make(stack.id, logicalId, { type: 'Delete', physicalId, declared: { arn: account.arn(repository), settings: LOCKED } });
  expect(await events.deliver(await stack.functionName(), event)).toEqual([expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: physicalId })]);
  expect(await account.now(repository)).toEqual([FILTERED, 0]);
  await stack.remove();
  expect(await account.now(repository)).toEqual([FILTERED, 0]);
}
