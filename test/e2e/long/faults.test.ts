import { FaultyAccount } from '../faulty-account';
import { casesOf, passFault } from '../passing-fault';
import { shared } from '../shared';

const account = shared(() => FaultyAccount.start());

const FAULTS = [
  { name: 'denied until the policy counts', times: 2, effect: { error: { code: 'AccessDeniedException', message: 'is not authorized to perform this' } } },
  { name: 'delayed', times: 1, effect: { latency: 700 } },
  { name: 'cut off before it reaches ECR', times: 2, effect: { reset: true } },
];

test.concurrent.each(casesOf(FAULTS))('$operation is $name: create, update and delete do what they say', (fault) => passFault(account(), fault));
