import type { Answer } from '../../support/emulators/deliver';
import { Account } from '../account';
import { Events, type EventText, type HandmadeEvent } from '../events';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE } from '../settings';
import { shared } from '../shared';

const account = shared(() => Account.start());
const events = shared(() => Events.start(account().emulators.lambda));

/** A stack whose own declaration is only there for the sake of its function: the events are about further resources of it. */
async function stackFor(...repositories: readonly string[]) {
  const stack = await account().stack({ alsoAllowed: repositories }).create({ repository: await account().repository(MUTABLE), settings: IMMUTABLE });
  const functionName = await stack.functionName();
  return {
    make: (logicalId: string, text: EventText) => events().make(stack.id, logicalId, text),
    deliver: (event: HandmadeEvent) => events().deliver(functionName, event),
  };
}

type Deliver = (event: HandmadeEvent) => Promise<readonly Answer[]>;

const success = (physicalId: unknown) => expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: physicalId });

/** The id of a declaration of a repository that was `FILTERED`, or `MUTABLE`. */
const idOf = (arn: string, original = 'MUTABLE_WITH_EXCLUSION prod-* release-v*') => ({
  asymmetricMatch: (id: string) => id.startsWith(`${arn}|${original}|`) && /\|[0-9a-f]{12}$/.test(id),
});

/** A repository, and the events in the life of a resource that declares it. */
async function resource(logicalId: string) {
  const repository = await account().repository(FILTERED);
  const { make, deliver } = await stackFor(repository);
  const arn = account().arn(repository);
  const locked = { arn, settings: LOCKED };
  const immutable = { arn, settings: IMMUTABLE };
  return {
    repository,
    arn,
    deliver,
    create: make(logicalId, { type: 'Create', declared: locked }),
    update: (physicalId: string) => make(logicalId, { type: 'Update', physicalId, declared: immutable, before: locked }),
    remove: (physicalId: string) => make(logicalId, { type: 'Delete', physicalId, declared: immutable }),
  };
}

describe('each event is delivered twice', () => {
  const WAYS: ReadonlyArray<readonly [string, (deliver: Deliver, event: HandmadeEvent) => Promise<readonly Answer[]>]> = [
    ['one after the other', async (deliver, event) => {
      await deliver(event);
      return deliver(event);
    }],
    ['both at the same time', async (deliver, event) => {
      const [answers] = await Promise.all([deliver(event), deliver(event)]);
      return answers!;
    }],
  ];

  test.each(WAYS)('%s: the outcome is that of one delivery', async (way, inThatWay) => {
    const { repository, arn, deliver, create, update, remove } = await resource(way);
    const deliverTwice = (event: HandmadeEvent) => inThatWay(deliver, event);
    const created = await deliverTwice(create);
    expect(created).toEqual([success(idOf(arn)), success(created[0]!.PhysicalResourceId)]);
    expect(await account().now(repository)).toEqual([LOCKED, 3]);
    const id = created[0]!.PhysicalResourceId;
    expect(await deliverTwice(update(id))).toEqual([success(id), success(id)]);
    expect(await account().now(repository)).toEqual([IMMUTABLE, 3]);
    expect(await deliverTwice(remove(id))).toEqual([success(id), success(id)]);
    expect(await account().now(repository)).toEqual([FILTERED, 0]);
  });
});

test('a replacement is rolled back as AWS does it, by an update back and then the delete of the new id', async () => {
  const [old, other] = [await account().repository(FILTERED), await account().repository(MUTABLE)];
  const [before, after] = [{ arn: account().arn(old), settings: LOCKED }, { arn: account().arn(other), settings: IMMUTABLE }];
  const { make: makeOf, deliver } = await stackFor(old, other);
  const make = (text: EventText) => makeOf('Replaced', text);

  const [created] = await deliver(make({ type: 'Create', declared: before }));
  const id = created!.PhysicalResourceId;
  const [replaced] = await deliver(make({ type: 'Update', physicalId: id, declared: after, before }));
  expect(replaced).toEqual(success(idOf(after.arn, 'MUTABLE')));
  expect([await account().now(old), await account().now(other)]).toEqual([[LOCKED, 3], [IMMUTABLE, 3]]);
  const newId = replaced!.PhysicalResourceId;
  expect(await deliver(make({ type: 'Update', physicalId: newId, declared: before, before: after }))).toEqual([success(id)]);
  expect(await deliver(make({ type: 'Delete', physicalId: newId, declared: after }))).toEqual([success(newId)]);
  expect([await account().now(old), await account().now(other)]).toEqual([[LOCKED, 3], [MUTABLE, 0]]);
  await deliver(make({ type: 'Delete', physicalId: id, declared: before }));
  expect(await account().now(old)).toEqual([FILTERED, 0]);
});
