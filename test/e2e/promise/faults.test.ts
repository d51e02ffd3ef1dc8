import { FaultyAccount } from '../faulty-account';
import { casesOf, passFault } from '../passing-fault';
import { FILTERED, LOCKED } from '../settings';
import { shared } from '../shared';

const account = shared(() => FaultyAccount.start());

const FAULTS = [
  { name: 'throttled in a burst', times: 3, effect: { error: { code: 'ThrottlingException', message: 'Rate exceeded' } } },
  { name: 'cut off before the answer arrives', times: 2, effect: { response: { abort_bytes: 0 } } },
];

test.concurrent.each(casesOf(FAULTS))('$operation is $name: create, update and delete do what they say', (fault) => passFault(account(), fault));

// A write is not delayed for so long: microburst would still deliver it when its caller has given up.
test.concurrent('DescribeRepositories does not answer within 10 s: it is asked again', async () => {
  const repository = await account().repository(FILTERED);
  const slow = await account().inject({ operation: 'DescribeRepositories', repository, times: 1, latency: 15_000 });
  const stack = await account().stack().create({ repository, settings: LOCKED });
  expect(await account().now(repository)).toEqual([LOCKED, 3]);
  await stack.remove();
  expect(await account().now(repository)).toEqual([FILTERED, 0]);
  expect(await slow.fired()).toBe(1);
});
