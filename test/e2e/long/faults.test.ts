import { FaultyAccount } from '../faulty-account';
import { casesOf, passFault } from '../passing-fault';

let account: FaultyAccount;

beforeAll(async () => {
  account = await FaultyAccount.start();
}, 300_000);

afterAll(() => account?.stop());

const FAULTS = [
  { name: 'denied until the policy counts', times: 2, effect: { error: { code: 'AccessDeniedException', message: 'is not authorized to perform this' } } },
  { name: 'delayed', times: 1, effect: { latency: 700 } },
  { name: 'cut off before it reaches ECR', times: 2, effect: { reset: true } },
];

test.concurrent.each(casesOf(FAULTS))('$operation is $name: create, update and delete do what they say', (fault) => passFault(account, fault));
