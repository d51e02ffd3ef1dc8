import type { ApiCall, Effect, Injected } from '../../support/emulators/microburst';
import { FaultyAccount } from '../faulty-account';
import { FILTERED, IMMUTABLE, LOCKED } from '../settings';

let account: FaultyAccount;

beforeAll(async () => {
  account = await FaultyAccount.start();
}, 300_000);

afterAll(() => account?.stop());

type Phase = 'create' | 'update' | 'delete';

/** The five calls, and the phases of a declaration's life that make them. */
const CALLS: Readonly<Record<ApiCall, readonly Phase[]>> = {
  DescribeRepositories: ['create', 'update', 'delete'],
  ListTagsForResource: ['create', 'update', 'delete'],
  TagResource: ['create', 'update'],
  PutImageTagMutability: ['create', 'update', 'delete'],
  UntagResource: ['delete'],
};

/** What passes by itself, and how often in a row it is met before it does. The slowest first. */
const FAULTS: ReadonlyArray<readonly [name: string, times: number, effect: Effect]> = [
  ['throttled in a burst', 3, { error: { code: 'ThrottlingException', message: 'Rate exceeded' } }],
  ['denied until the policy counts', 2, { error: { code: 'AccessDeniedException', message: 'is not authorized to perform this' } }],
  ['delayed', 1, { latency: 700 }],
  ['cut off before it reaches ECR', 2, { reset: true }],
  ['cut off before the answer arrives', 2, { response: { abort_bytes: 0 } }],
];

const CASES = FAULTS.flatMap(([name, times, effect]) => Object.entries(CALLS).map(([operation, phases]) => ({
  operation: operation as ApiCall, name, phases, times, effect,
})));

test.concurrent.each(CASES)('$operation is $name: create, update and delete do what they say', async ({ operation, phases, times, effect }) => {
  const repository = await account.repository(FILTERED);
  const injected: Injected[] = [];
  const before = async (phase: Phase) => {
    if (phases.includes(phase)) injected.push(await account.inject({ operation, repository, times, ...effect }));
  };

  await before('create');
  const stack = await account.stack().create({ repository, settings: LOCKED });
  expect(await account.now(repository)).toEqual([LOCKED, 3]);
  await before('update');
  await stack.update({ repository, settings: IMMUTABLE });
  expect(await account.now(repository)).toEqual([IMMUTABLE, 3]);
  await before('delete');
  await stack.remove();
  expect(await account.now(repository)).toEqual([FILTERED, 0]);

  expect(await Promise.all(injected.map((each) => each.fired()))).toEqual(phases.map(() => times));
});

// A write is not delayed for so long: microburst would still deliver it when its caller has given up.
test.concurrent('DescribeRepositories does not answer within 10 s: it is asked again', async () => {
  const repository = await account.repository(FILTERED);
  const slow = await account.inject({ operation: 'DescribeRepositories', repository, times: 1, latency: 15_000 });
  const stack = await account.stack().create({ repository, settings: LOCKED });
  expect(await account.now(repository)).toEqual([LOCKED, 3]);
  await stack.remove();
  expect(await account.now(repository)).toEqual([FILTERED, 0]);
  expect(await slow.fired()).toBe(1);
});
