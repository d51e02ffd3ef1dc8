import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import { startEmulators } from './emulators';
import type { Emulators } from '../support/emulators';
import { cdk } from '../support/emulators/cdk';
import { recordOf, settingsOf } from '../support/emulators/ecr';
import { ROOT } from '../support/project';

/** Plain JavaScript that requires the compiled package as any app does. */
const APP = `
const { App, Stack } = require('aws-cdk-lib');
const ecr = require('aws-cdk-lib/aws-ecr');
const { ImageTagMutability } = require('cdk-ecr-tag-mutability');

const app = new App();
const stack = new Stack(app, 'Plain', { env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION } });
new ImageTagMutability(stack, 'Tags', {
  repository: ecr.Repository.fromRepositoryName(stack, 'Repository', 'team-a/api'),
  imageTagMutability: ecr.TagMutability.IMMUTABLE_WITH_EXCLUSION,
  imageTagMutabilityExclusionFilters: [ecr.ImageTagMutabilityExclusionFilter.wildcard(app.node.tryGetContext('excluded'))],
});
`;

let emulators: Emulators;
let app: string;

beforeAll(async () => {
  emulators = await startEmulators();
  app = mkdtempSync(join(tmpdir(), 'plain-app-'));
  mkdirSync(join(app, 'node_modules'));
  symlinkSync(ROOT, join(app, 'node_modules/cdk-ecr-tag-mutability'));
  for (const peer of ['aws-cdk-lib', 'constructs']) {
    symlinkSync(join(ROOT, 'node_modules', peer), join(app, 'node_modules', peer));
  }
  writeFileSync(join(app, 'app.js'), APP);
  writeFileSync(join(app, 'cdk.json'), JSON.stringify({ app: 'node app.js' }));
}, 300_000);

afterAll(() => {
  emulators?.stop();
  rmSync(app, { recursive: true, force: true });
});

test('a plain JavaScript app is deployed, changed and destroyed by the CDK CLI', async () => {
  const ecr = emulators.ecr();
  await ecr.send(new CreateRepositoryCommand({ repositoryName: 'team-a/api' }));
  const run = (...args: string[]) => cdk(args, { app, env: emulators.env });
  const settings = () => settingsOf(ecr, 'team-a/api');

  await run('bootstrap', `aws://${emulators.accountId}/${emulators.region}`, '-c', 'excluded=latest');
  await run('deploy', '--require-approval', 'never', '-c', 'excluded=latest');
  expect(await settings()).toEqual({ imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['latest'] });

  await run('deploy', '--require-approval', 'never', '-c', 'excluded=dev-*');
  expect(await settings()).toEqual({ imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['dev-*'] });

  await run('destroy', '--force', '-c', 'excluded=dev-*');
  expect(await settings()).toEqual({ imageTagMutability: 'MUTABLE', filters: [] });
  expect(await recordOf(ecr, 'team-a/api')).toEqual([]);
});
