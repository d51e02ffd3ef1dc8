import { Account } from '../account';
import type { DeployedStack } from '../deployed-stack';
import { startEmulators } from '../emulators';
import { Events, type Answer, type HandmadeEvent } from '../events';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE } from '../settings';

let account: Account;
let events: Events;
let stack: DeployedStack;
let functionName: string;

beforeAll(async () => {
  account = new Account(await startEmulators());
  events = await Events.start(account.emulators.lambda);
  // The stack's own declaration is only there for the sake of its function; the events are about further resources of it.
  stack = await account.stack().create({ repository: await account.repository(MUTABLE), settings: IMMUTABLE });
  functionName = await stack.functionName();
}, 300_000);

afterAll(() => {
  events?.stop();
  account?.emulators.stop();
});

const deliver = (event: HandmadeEvent) => events.deliver(functionName, event);
const success = (arn: string) => expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: arn });

/** A repository, and the events in the life of a resource that declares it. */
async function resource(logicalId: string) {
  const repository = await account.repository(FILTERED);
  const arn = account.arn(repository);
  const locked = { arn, settings: LOCKED };
  const immutable = { arn, settings: IMMUTABLE };
  return {
    repository,
    arn,
    create: events.make(stack.id, logicalId, { type: 'Create', declared: locked }),
    update: events.make(stack.id, logicalId, { type: 'Update', physicalId: arn, declared: immutable, before: locked }),
    remove: events.make(stack.id, logicalId, { type: 'Delete', physicalId: arn, declared: immutable }),
  };
}

describe('each event is delivered twice', () => {
  const WAYS: ReadonlyArray<readonly [string, (event: HandmadeEvent) => Promise<readonly Answer[]>]> = [
    ['one after the other', async (event) => {
      await deliver(event);
      return deliver(event);
    }],
    ['both at the same time', async (event) => {
      const [answers] = await Promise.all([deliver(event), deliver(event)]);
      return answers!;
    }],
  ];

  test.each(WAYS)('%s: the outcome is that of one delivery', async (way, deliverTwice) => {
    const { repository, arn, create, update, remove } = await resource(way);
    expect(await deliverTwice(create)).toEqual([success(arn), success(arn)]);
    expect(await account.now(repository)).toEqual([LOCKED, 3]);
    expect(await deliverTwice(update)).toEqual([success(arn), success(arn)]);
    expect(await account.now(repository)).toEqual([IMMUTABLE, 3]);
    expect(await deliverTwice(remove)).toEqual([success(arn), success(arn)]);
    expect(await account.now(repository)).toEqual([FILTERED, 0]);
  });
});

test('a replacement is rolled back as AWS does it, by an update back and then the delete of the new id', async () => {
  const [old, other] = [await account.repository(FILTERED), await account.repository(MUTABLE)];
  const [before, after] = [{ arn: account.arn(old), settings: LOCKED }, { arn: account.arn(other), settings: IMMUTABLE }];
  const make = (text: Parameters<Events['make']>[2]) => events.make(stack.id, 'Replaced', text);

  await deliver(make({ type: 'Create', declared: before }));
  expect(await deliver(make({ type: 'Update', physicalId: before.arn, declared: after, before }))).toEqual([success(after.arn)]);
  expect([await account.now(old), await account.now(other)]).toEqual([[LOCKED, 3], [IMMUTABLE, 3]]);
  expect(await deliver(make({ type: 'Update', physicalId: after.arn, declared: before, before: after }))).toEqual([success(before.arn)]);
  expect(await deliver(make({ type: 'Delete', physicalId: after.arn, declared: after }))).toEqual([success(after.arn)]);
  expect([await account.now(old), await account.now(other)]).toEqual([[LOCKED, 3], [MUTABLE, 0]]);
  await deliver(make({ type: 'Delete', physicalId: before.arn, declared: before }));
  expect(await account.now(old)).toEqual([FILTERED, 0]);
});
