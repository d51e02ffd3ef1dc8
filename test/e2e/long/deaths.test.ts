import { dieInCreate, moments } from '../death';
import { Events } from '../events';
import { FaultyAccount } from '../faulty-account';
import { shared } from '../shared';

const account = shared(() => FaultyAccount.start());
const events = shared(() => Events.start(account().emulators.lambda));

test.concurrent.each(moments('TagResource', 'PutImageTagMutability'))(
  'the function dies in a create, %s %s: the original', (...moment) => dieInCreate(account(), events(), moment),
);
