import { mapConcurrently } from '../../../cli/concurrency';
import type { Answer } from '../../support/emulators/deliver';
import { startThrottlingProxy } from '../../support/emulators/throttling-proxy';
import { Account } from '../account';
import { Events } from '../events';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE } from '../settings';
import { shared } from '../shared';

const CALLS_PER_SECOND = 5;
/** As CloudFormation and Lambda let run. */
const AT_ONCE = 60;

const account = shared(() => Account.start({ ecrProxy: ({ moto }) => startThrottlingProxy(moto, CALLS_PER_SECOND) }));
const events = shared(() => Events.start(account().emulators.lambda));

// test/load simulates hundreds of them. This is the same with Lambda's processes, the SDK and time as they are.
test('120 creates, 60 at a time, at 5 calls a second of each action: all declare, and so do their deletes restore', async () => {
  const repositories = await Promise.all(Array.from({ length: 120 }, () => account().repository(FILTERED)));
  const stack = await account().stack({ alsoAllowed: repositories }).create({ repository: await account().repository(MUTABLE), settings: IMMUTABLE });
  const functionName = await stack.functionName();
  const now = () => Promise.all(repositories.map((repository) => account().now(repository)));
  const declared = repositories.map((repository) => ({ arn: account().arn(repository), settings: LOCKED }));

  const created = await mapConcurrently(declared, AT_ONCE, (one, index) => last(events().deliver(functionName,
    events().make(stack.id, `Tags${index}`, { type: 'Create', declared: one }))));
  expect(created.filter(({ Status }) => Status !== 'SUCCESS')).toEqual([]);
  expect(await now()).toEqual(repositories.map(() => [LOCKED, 3]));

  const removed = await mapConcurrently(declared, AT_ONCE, (one, index) => last(events().deliver(functionName,
    events().make(stack.id, `Tags${index}`, { type: 'Delete', physicalId: created[index]!.PhysicalResourceId, declared: one }))));
  expect(removed.filter(({ Status }) => Status !== 'SUCCESS')).toEqual([]);
  expect(await now()).toEqual(repositories.map(() => [FILTERED, 0]));
  await stack.remove();
}, 900_000);

const last = async (answers: Promise<readonly Answer[]>): Promise<Answer> => (await answers).at(-1)!;
