import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import type { Emulators } from '../../support/emulators';
import { cdk } from '../../support/emulators/cdk';
import { startProcessGroup } from '../../support/emulators/process-group';
import { ROOT } from '../../support/project';
import { startEmulators } from '../emulators';

let emulators: Emulators;
let project: string;

beforeAll(async () => {
  // integ-runner's own assertions need AWS's SDK, which Lambda's runtime has.
  emulators = await startEmulators({ ministackEnv: { NODE_PATH: join(ROOT, 'node_modules') } });
  project = projectWithItsOwnSnapshots(join(emulators.env.TMPDIR, 'project'));
}, 300_000);
afterAll(() => emulators?.stop());

/** A run that passes writes the snapshot anew, and one that fails leaves its output: neither may be in the checkout. */
function projectWithItsOwnSnapshots(folder: string): string {
  mkdirSync(join(folder, 'test'), { recursive: true });
  cpSync(join(ROOT, 'test/integ'), join(folder, 'test/integ'), { recursive: true, filter: (path) => !path.includes('cdk-integ.out') });
  for (const shared of ['integ.config.json', 'lib', 'node_modules', 'package.json', 'src', 'test/tsconfig.json']) {
    symlinkSync(join(ROOT, shared), join(folder, shared));
  }
  return folder;
}

test('the integration tests that a maintainer runs on AWS pass here, too', async () => {
  await cdk(['bootstrap', `aws://${emulators.accountId}/${emulators.region}`], { app: emulators.env.HOME, env: emulators.env });
  const integ = startProcessGroup(join(ROOT, 'node_modules/.bin/integ-runner'), ['--force', '--parallel-regions', emulators.region], {
    cwd: project,
    env: { ...emulators.env, PATH: [join(ROOT, 'node_modules/.bin'), emulators.env.PATH].join(delimiter) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [integ.process.stdout, integ.process.stderr]) stream?.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  await new Promise((done) => integ.process.once('close', done));

  expect(output).toMatch(/^Tests: +1 passed, 1 total/m);
  expect(output).not.toContain('FAILED');
  const { repositories } = await emulators.ecr().send(new DescribeRepositoriesCommand({}));
  expect(repositories).toEqual([]);
}, 300_000);
