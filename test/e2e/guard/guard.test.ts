import { DeleteRepositoryCommand, PutImageTagMutabilityCommand, UntagResourceCommand } from '@aws-sdk/client-ecr';
import { GuardedStack, Reports } from './guarded-stack';
import { GuardMode } from '../../../src';
import { recordOf, tagsOf } from '../../support/emulators/ecr';
import { Account } from '../account';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE } from '../settings';
import { shared } from '../shared';

const account = shared(() => Account.start());

const { REPORT, CORRECT } = GuardMode;
let count = 0;

async function guarded(mode: GuardMode): Promise<{ stack: GuardedStack; reports: Reports }> {
  const name = `guarded-${++count}`;
  const reports = await Reports.start(account().emulators, name);
  return { reports, stack: new GuardedStack(account().emulators, name, reports, mode) };
}

/** Somebody's own tool, which knows nothing of the declaration. */
const setByHand = (repositoryName: string) => account().emulators.ecr().send(new PutImageTagMutabilityCommand({ repositoryName, imageTagMutability: 'MUTABLE' }));

async function erase(repository: string): Promise<void> {
  const ecr = account().emulators.ecr();
  await ecr.send(new UntagResourceCommand({ resourceArn: account().arn(repository), tagKeys: await recordOf(ecr, repository) }));
}

test.concurrent('REPORT tells of drift of the setting, of the record, and of both, and changes nothing', async () => {
  const { stack, reports } = await guarded(REPORT);
  const [setting, record, both, fine] = await Promise.all([FILTERED, FILTERED, FILTERED, FILTERED].map((original) => account().repository(original)));
  await stack.create(...[setting, record, both, fine].map((repository, index) => ({ id: `Tags${index}`, repository, settings: LOCKED })));
  await stack.run();
  expect(await reports.received()).toEqual([]);

  await setByHand(setting);
  await erase(record);
  await erase(both);
  await setByHand(both);
  await stack.run();
  const now = await Promise.all([setting, record, both, fine].map((repository) => account().now(repository)));
  expect(now).toEqual([[MUTABLE, 3], [LOCKED, 0], [MUTABLE, 0], [LOCKED, 3]]);
  const [[subject, message], ...more] = await reports.received();
  expect([subject, more]).toEqual([expect.stringMatching(/^ECR tag mutability: 3 drifted, 0 corrected, 0 failed in guarded-/), []]);
  expect(message).toContain(`${setting} (region eu-west-1, account 111122223333), declared by Tags0`);
  expect(message).toMatch(/Should have: IMMUTABLE_WITH_EXCLUSION dev-\* latest\n  Has: MUTABLE\n  Done: nothing, since the guard only reports/);
  expect(message).not.toContain(fine);
});

test.concurrent('CORRECT restores the setting and the record, so that a destroy restores the original', async () => {
  const { stack, reports } = await guarded(CORRECT);
  const repositories = await Promise.all([FILTERED, FILTERED, FILTERED].map((original) => account().repository(original)));
  const [setting, record, both] = repositories;
  const now = () => Promise.all(repositories.map((repository) => account().now(repository)));
  await stack.create(...repositories.map((repository, index) => ({ id: `Tags${index}`, repository, settings: LOCKED })));
  await setByHand(setting);
  await erase(record);
  await erase(both);
  await setByHand(both);

  await stack.run();
  expect(await now()).toEqual([[LOCKED, 3], [LOCKED, 3], [LOCKED, 3]]);
  expect((await reports.received()).map(([subject]) => subject)).toEqual([expect.stringContaining('3 drifted, 3 corrected, 0 failed')]);
  await stack.run();
  expect(await reports.received()).toEqual([]);

  await stack.remove();
  expect(await now()).toEqual([[FILTERED, 0], [FILTERED, 0], [FILTERED, 0]]);
});

test.concurrent('a repository that is gone is reported, and the others are corrected', async () => {
  const { stack, reports } = await guarded(CORRECT);
  const [gone, other] = [await account().repository(MUTABLE), await account().repository(FILTERED)];
  await stack.create({ id: 'Gone', repository: gone, settings: LOCKED }, { id: 'Other', repository: other, settings: LOCKED });
  await account().emulators.ecr().send(new DeleteRepositoryCommand({ repositoryName: gone, force: true }));
  await setByHand(other);
  await stack.run();
  expect(await account().now(other)).toEqual([LOCKED, 3]);
  expect(await reports.received()).toEqual([[
    expect.stringContaining('2 drifted, 1 corrected, 0 failed'), expect.stringMatching(new RegExp(`${gone} .*\\n  The repository no longer exists`)),
  ]]);
});

test.concurrent('an input from before an update changes nothing, not even where the record is gone, and the new one corrects', async () => {
  const { stack, reports } = await guarded(CORRECT);
  const [kept, removed] = [await account().repository(FILTERED), await account().repository(FILTERED)];
  await stack.create({ id: 'Kept', repository: kept, settings: LOCKED }, { id: 'Removed', repository: removed, settings: LOCKED });
  const before = await stack.inputs();
  await stack.update({ id: 'Kept', repository: kept, settings: IMMUTABLE });
  await erase(kept);
  await setByHand(kept);

  await stack.run(before);
  expect([await account().now(kept), await account().now(removed)]).toEqual([[MUTABLE, 0], [FILTERED, 0]]);
  expect(await reports.received()).toEqual([]);

  await stack.run();
  expect([await account().now(kept), await account().now(removed)]).toEqual([[IMMUTABLE, 3], [FILTERED, 0]]);
});

test.concurrent('a stack in the middle of an operation is left alone', async () => {
  const { stack, reports } = await guarded(CORRECT);
  const repository = await account().repository(FILTERED);
  await stack.create({ repository, settings: LOCKED });
  await setByHand(repository);
  const [input] = await stack.inputs();
  // The emulated CloudFormation knows no such stack as this one, and says so as it does of one that is gone.
  await stack.run([JSON.stringify({ ...JSON.parse(input), StackId: `arn:aws:cloudformation:eu-west-1:111122223333:stack/gone/${'0'.repeat(36)}` })]);
  expect([await account().now(repository), await reports.received()]).toEqual([[MUTABLE, 3], []]);

  const updating = stack.update({ repository, settings: IMMUTABLE });
  await stack.operationBegins();
  await stack.run([input]);
  await updating;
  expect([(await account().now(repository))[0], await reports.received()]).toEqual([IMMUTABLE, []]);
  expect(Object.keys(await tagsOf(account().emulators.ecr(), repository)).filter((key) => key.includes(':guard.'))).toEqual([]);
});
