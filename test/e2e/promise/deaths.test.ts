import { TIMED_OUT, dieDuring, dieInCreate, moments } from '../death';
import { Events } from '../events';
import { FaultyAccount } from '../faulty-account';
import { FILTERED, IMMUTABLE, LOCKED } from '../settings';
import { shared } from '../shared';

const account = shared(() => FaultyAccount.start());
const events = shared(() => Events.start(account().emulators.lambda));

// After the other deaths in a create, the delete waits for the end of the create's window: test/e2e/long has them.
test.concurrent('the function dies in a create, after PutImageTagMutability: the original', () => dieInCreate(account(), events(), ['after', 'PutImageTagMutability']));

// Lambda may deliver an asynchronous event twice.
test.concurrent.each(moments('TagResource', 'PutImageTagMutability'))('the function dies in a create, %s %s, and gets the event again: declared', async (...moment) => {
  const [repository, other] = [await account().repository(FILTERED), await account().repository(FILTERED)];
  const arn = account().arn(repository);
  const declared = { arn, settings: LOCKED };
  const stack = await account().stack({ alsoAllowed: [repository] }).create({ repository: other, settings: IMMUTABLE });
  const functionName = await stack.functionName();
  const create = events().make(stack.id, 'ByHand', { type: 'Create', declared });

  expect(await dieDuring(account(), stack, repository, moment, () => events().deliver(functionName, create))).toEqual([]);
  const [created] = await events().deliver(functionName, create);
  expect(created).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: expect.stringContaining(arn) });
  expect(await account().now(repository)).toEqual([LOCKED, 3]);
  await events().deliver(functionName, events().make(stack.id, 'ByHand', { type: 'Delete', physicalId: created!.PhysicalResourceId, declared }));
  await stack.remove();
  expect([await account().now(repository), await account().now(other)]).toEqual([[FILTERED, 0], [FILTERED, 0]]);
});

test.concurrent.each(moments('TagResource', 'PutImageTagMutability'))('the function dies in an update, %s %s: rolled back', async (...moment) => {
  const repository = await account().repository(FILTERED);
  const stack = await account().stack({ serviceTimeout: 1 }).create({ repository, settings: LOCKED });
  expect(await dieDuring(account(), stack, repository, moment, () => stack.update({ repository, settings: IMMUTABLE })))
    .toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE', reasons: [TIMED_OUT] });
  expect(await account().now(repository)).toEqual([LOCKED, 3]);
  await stack.remove();
  expect(await account().now(repository)).toEqual([FILTERED, 0]);
});

// The cleanup of an update tries a delete more than once. The delete of a stack does not: CloudFormation deletes the function next.
test.concurrent.each(moments('PutImageTagMutability', 'UntagResource'))('the function dies in a delete, %s %s, and gets another one: restored', async (...moment) => {
  const [repository, other] = [await account().repository(FILTERED), await account().repository(FILTERED)];
  const declared = { arn: account().arn(repository), settings: LOCKED };
  const stack = await account().stack({ alsoAllowed: [repository] }).create({ repository: other, settings: IMMUTABLE });
  const functionName = await stack.functionName();
  const [created] = await events().deliver(functionName, events().make(stack.id, 'ByHand', { type: 'Create', declared }));
  const { PhysicalResourceId: physicalId } = created!;
  const remove = () => events().deliver(functionName, events().make(stack.id, 'ByHand', { type: 'Delete', physicalId, declared }));

  expect(await dieDuring(account(), stack, repository, moment, remove)).toEqual([]);
  expect(await remove()).toEqual([expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: physicalId })]);
  expect(await account().now(repository)).toEqual([FILTERED, 0]);
  await stack.remove();
  expect(await account().now(other)).toEqual([FILTERED, 0]);
});
