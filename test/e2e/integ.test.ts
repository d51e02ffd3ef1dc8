import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import { startEmulators, type Emulators } from '../support/emulators';
import { cdk } from '../support/emulators/cdk';
import { startProcessGroup } from '../support/emulators/process-group';
import { ROOT } from '../support/project';

const SNAPSHOT = join(ROOT, 'test/integ/integ.image-tag-mutability.ts.snapshot');
const OUTPUT = join(ROOT, 'test/integ/cdk-integ.out.integ.image-tag-mutability.ts.snapshot');

let emulators: Emulators;

beforeAll(async () => {
  // integ-runner's own assertions need AWS's SDK, which Lambda's runtime has.
  emulators = await startEmulators({ ministackEnv: { NODE_PATH: join(ROOT, 'node_modules') } });
  cpSync(SNAPSHOT, join(emulators.env.TMPDIR, 'snapshot'), { recursive: true });
}, 300_000);
afterAll(() => {
  // A run that passes renews the snapshot, and one that fails leaves its output: neither is for this test to decide.
  for (const folder of [SNAPSHOT, OUTPUT]) rmSync(folder, { recursive: true, force: true });
  cpSync(join(emulators.env.TMPDIR, 'snapshot'), SNAPSHOT, { recursive: true });
  emulators.stop();
});

test('the integration tests that a maintainer runs on AWS pass here, too', async () => {
  await cdk(['bootstrap', `aws://${emulators.accountId}/${emulators.region}`], { app: emulators.env.HOME, env: emulators.env });
  const integ = startProcessGroup(join(ROOT, 'node_modules/.bin/integ-runner'), ['--force', '--parallel-regions', emulators.region], {
    cwd: ROOT, env: emulators.env, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [integ.process.stdout, integ.process.stderr]) stream?.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  await new Promise((done) => integ.process.once('close', done));

  expect(output).toMatch(/^Tests: +1 passed, 1 total/m);
  expect(output).not.toContain('FAILED');
  const { repositories } = await emulators.ecr().send(new DescribeRepositoriesCommand({}));
  expect(repositories).toEqual([]);
}, 300_000);
