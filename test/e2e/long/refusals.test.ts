import { FaultyAccount } from '../faulty-account';
import { RETRIED, refuseCreate, refuseDelete, refuseUpdate } from '../refusal';
import { shared } from '../shared';

const account = shared(() => FaultyAccount.start());

test.concurrent.each(RETRIED)('$operation is $name in a create: it fails with the reason, and leaves nothing', (refusal) => refuseCreate(account(), refusal));

test.concurrent.each(RETRIED)('$operation is $name in an update: it fails with the reason, and the former settings stay', (refusal) => refuseUpdate(account(), refusal));

test.concurrent.each(RETRIED)('$operation is $name in a delete: it fails, the function is gone, and the commands in the reason restore the repository', (refusal) => refuseDelete(account(), refusal));
