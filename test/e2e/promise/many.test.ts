import { Account } from '../account';
import { startEmulators } from '../emulators';
import { declareMany } from '../many';

let account: Account;

beforeAll(async () => {
  account = new Account(await startEmulators());
}, 300_000);

afterAll(() => account?.emulators.stop());

test('60 repositories in one stack, as many as AwsCustomResource could take', () => declareMany(account, 60));
