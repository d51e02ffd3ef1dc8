import type { FaultyAccount } from './faulty-account';
import { FILTERED, IMMUTABLE, LOCKED } from './settings';
import type { ApiCall, Effect, Injected } from '../support/emulators/microburst';

type Phase = 'create' | 'update' | 'delete';

/** The five calls, and the phases of a declaration's life that make them. */
const CALLS: Readonly<Record<ApiCall, readonly Phase[]>> = {
  DescribeRepositories: ['create', 'update', 'delete'],
  ListTagsForResource: ['create', 'update', 'delete'],
  TagResource: ['create', 'update'],
  PutImageTagMutability: ['create', 'update', 'delete'],
  UntagResource: ['delete'],
};

/** What passes by itself, and how often in a row it is met before it does. */
export interface PassingFault {
  readonly name: string;
  readonly times: number;
  readonly effect: Effect;
}

/** The fault in one call. */
interface PassingFaultCase extends PassingFault {
  readonly operation: ApiCall;
  readonly phases: readonly Phase[];
}

/** Each fault in each call. */
export const casesOf = (faults: readonly PassingFault[]): PassingFaultCase[] => faults.flatMap((fault) =>
  Object.entries(CALLS).map(([operation, phases]) => ({ ...fault, operation: operation as ApiCall, phases })));

/** Create, update and delete do what they say, though each of them meets the fault. */
export async function passFault(account: FaultyAccount, { operation, phases, times, effect }: PassingFaultCase): Promise<void> {
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
}
