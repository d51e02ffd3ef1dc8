import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { App } from 'aws-cdk-lib';
import { TagMutabilityStack } from '../../examples/typescript/tag-mutability-stack';
import { virtualEnvironment } from '../support/emulators/virtual-environment';
import { ROOT } from '../support/project';

let outdir: string;
beforeAll(() => {
  outdir = mkdtempSync(join(tmpdir(), 'example-'));
});
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

test('cfn-lint finds nothing in the template of the example', async () => {
  const { context } = JSON.parse(readFileSync(join(ROOT, 'examples/typescript/cdk.json'), 'utf8')) as { context: Record<string, string> };
  const app = new App({ context, outdir });
  new TagMutabilityStack(app, 'TagMutability', { env: { account: '111122223333', region: 'eu-west-1' } });
  const { templateFullPath } = app.synth().getStackByName('TagMutability');
  const linted = promisify(execFile)(await virtualEnvironment(), ['-m', 'cfnlint', '--regions', 'eu-west-1', '--', templateFullPath]);
  await expect(linted.then(({ stdout }) => stdout, (error: { stdout: string }) => error.stdout)).resolves.toBe('');
}, 120_000);
