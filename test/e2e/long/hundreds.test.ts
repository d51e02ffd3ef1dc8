import { Account } from '../account';
import { startEmulators } from '../emulators';
import { declareMany } from '../many';

let account: Account;

beforeAll(async () => {
  account = new Account(await startEmulators());
}, 300_000);

afterAll(() => account?.emulators.stop());

test('480 repositories in one stack: created, all changed, and deleted', () => declareMany(account, 480), 1_500_000);
