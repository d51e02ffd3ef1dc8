import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ECRClient, PutImageTagMutabilityCommand, TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-ecr';
import { cdk } from '../../support/emulators/cdk';
import { createStack, updateStack } from '../../support/emulators/cloudformation';
import { recordOf, settingsOf, tagsOf, type Settings } from '../../support/emulators/ecr';
import { CREDENTIALS } from '../../support/emulators/environment';
import { Account } from '../account';
import { startEmulators } from '../emulators';
import { IMMUTABLE, MUTABLE } from '../settings';

let account: Account;
let ecr: ECRClient;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'owners-'));
  // The repositories that the emulated CloudFormation makes are in ministack's ECR. It has no exclusion filters.
  const emulators = await startEmulators({ ministackEnv: { AWS_ENDPOINT_URL_ECR: '' } });
  account = new Account(emulators);
  ecr = new ECRClient({ region: emulators.region, credentials: CREDENTIALS, endpoint: emulators.env.AWS_ENDPOINT_URL });
}, 300_000);

afterAll(() => {
  account?.emulators.stop();
  rmSync(folder, { recursive: true, force: true });
});

const now = async (repository: string) => [await settingsOf(ecr, repository), (await recordOf(ecr, repository)).length];

/**
 * What AWS does when a stack's update comes to an `AWS::ECR::Repository`: it puts the template's setting, leaves it where the template has
 * none, and removes each tag that is not in the template. The emulated CloudFormation puts MUTABLE where the template has none, and keeps tags.
 *
 * @see https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-ecr, UpdateHandler.java
 */
async function updateAsAws(repositoryName: string, tags: Readonly<Record<string, string>>, { imageTagMutability }: Settings): Promise<void> {
  await ecr.send(new PutImageTagMutabilityCommand({ repositoryName, imageTagMutability }));
  const resourceArn = account.arn(repositoryName);
  const others = Object.keys(await tagsOf(ecr, repositoryName)).filter((key) => !(key in tags));
  await ecr.send(new UntagResourceCommand({ resourceArn, tagKeys: others }));
  await ecr.send(new TagResourceCommand({ resourceArn, tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }));
}

test('cdk bootstrap with other tags erases the record: an update declares again, and a destroy restores', async () => {
  const { accountId, region, env } = account.emulators;
  const repository = `cdk-hnb659fds-container-assets-${accountId}-${region}`;
  const bootstrap = (team: string) => cdk(['bootstrap', `aws://${accountId}/${region}`, '--tags', `team=${team}`], { app: folder, env });
  await bootstrap('a');
  expect(await now(repository)).toEqual([IMMUTABLE, 0]);

  const stack = await account.stack().create({ repository, settings: MUTABLE });
  expect(await now(repository)).toEqual([MUTABLE, 3]);

  await bootstrap('b');
  await updateAsAws(repository, { team: 'b' }, IMMUTABLE);
  expect(await now(repository)).toEqual([IMMUTABLE, 0]);

  // CloudFormation sends an update to a declaration that has changed only.
  await stack.update({ repository, settings: MUTABLE, failIfSuperseded: true });
  expect(await now(repository)).toEqual([MUTABLE, 3]);

  await bootstrap('c');
  await updateAsAws(repository, { team: 'c' }, IMMUTABLE);
  await stack.update({ repository, settings: MUTABLE });
  await stack.remove();
  expect(await now(repository)).toEqual([IMMUTABLE, 0]);
  expect(await tagsOf(ecr, repository)).toEqual({ team: 'c' });
}, 180_000);

test('an owner\'s stack erases the record, and has no setting of its own: a destroy restores from the physical id', async () => {
  const repository = 'team-a/owned';
  const template = (team: string) => ({
    TemplateBody: JSON.stringify({
      Resources: { Owned: { Type: 'AWS::ECR::Repository', Properties: { RepositoryName: repository, Tags: [{ Key: 'team', Value: team }] } } },
    }),
  });
  const { cloudFormation } = account.emulators;
  const owner = await createStack(cloudFormation, 'owner', template('a'));
  const stack = await account.stack().create({ repository, settings: IMMUTABLE });
  expect(await now(repository)).toEqual([IMMUTABLE, 3]);

  await updateStack(cloudFormation, owner, template('b'));
  await updateAsAws(repository, { team: 'b' }, IMMUTABLE);
  expect(await now(repository)).toEqual([IMMUTABLE, 0]);
  await stack.remove();
  expect(await now(repository)).toEqual([MUTABLE, 0]);
});
