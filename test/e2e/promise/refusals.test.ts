import { FaultyAccount } from '../faulty-account';
import { denied, refuseCreate, refuseDelete, refuseUpdate } from '../refusal';
import { shared } from '../shared';

const account = shared(() => FaultyAccount.start());

// What is retried takes the whole window: test/e2e/long has it.
const DECLARING = (['DescribeRepositories', 'ListTagsForResource', 'TagResource', 'PutImageTagMutability'] as const).map(denied);

test.concurrent.each(DECLARING)('$operation is $name in a create: it fails with the reason, and leaves nothing', (refusal) => refuseCreate(account(), refusal));

test.concurrent.each(DECLARING)('$operation is $name in an update: it fails with the reason, and the former settings stay', (refusal) => refuseUpdate(account(), refusal));

const DELETING = (['DescribeRepositories', 'ListTagsForResource', 'PutImageTagMutability', 'UntagResource'] as const).map(denied);

test.concurrent.each(DELETING)('$operation is $name in a delete: it fails, the function is gone, and the commands in the reason restore the repository', (refusal) => refuseDelete(account(), refusal));
