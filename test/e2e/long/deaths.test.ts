import { dieInCreate, moments } from '../death';
import { Events } from '../events';
import { FaultyAccount } from '../faulty-account';

let account: FaultyAccount;
let events: Events;

beforeAll(async () => {
  account = await FaultyAccount.start();
  events = await Events.start(account.emulators.lambda);
}, 300_000);

afterAll(() => {
  events?.stop();
  account?.stop();
});

test.concurrent.each(moments('TagResource', 'PutImageTagMutability'))(
  'the function dies in a create, %s %s: the original', (...moment) => dieInCreate(account, events, moment),
);
