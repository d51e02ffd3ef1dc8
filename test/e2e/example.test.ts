import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { App, Aspects } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { TagMutabilityStack } from '../../examples/typescript/tag-mutability-stack';
import { virtualEnvironment } from '../support/emulators/virtual-environment';
import { ROOT } from '../support/project';

const { context } = JSON.parse(readFileSync(join(ROOT, 'examples/typescript/cdk.json'), 'utf8')) as { context: Record<string, string> };

/** What AwsSolutions finds and why it is right as it is. */
const ACCEPTED: Record<string, string> = {
  // A repository that has left the template must still be read to be restored: in all regions, by describe and list only, or with the
  // stack's own mark on it.
  'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ecr:*:111122223333:repository/*]': 'reading, and writing to marked repositories',
};

function example(outdir: string): TagMutabilityStack {
  return new TagMutabilityStack(new App({ context, outdir }), 'TagMutability', { env: { account: '111122223333', region: 'eu-west-1' } });
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'example-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('cdk-nag\'s AwsSolutions finds only what is accepted here, with a reason', () => {
  const stack = example(folder);
  Aspects.of(stack).add(new AwsSolutionsChecks());
  const found = ['*'].flatMap((path) => [
    ...Annotations.fromStack(stack).findError(path, Match.anyValue()), ...Annotations.fromStack(stack).findWarning(path, Match.anyValue()),
  ]).map(({ entry }) => /AwsSolutions-\w+(\[[^\]]*\])?/.exec(String(entry.data))?.[0] ?? String(entry.data));
  expect([...new Set(found)].sort()).toEqual(Object.keys(ACCEPTED).sort());
});

test('cfn-lint finds nothing in the template', async () => {
  const assembly = (example(folder).node.root as App).synth();
  const python = await virtualEnvironment();
  const linted = promisify(execFile)(python, ['-m', 'cfnlint', '--regions', 'eu-west-1', '--', join(assembly.directory, 'TagMutability.template.json')]);
  await expect(linted.then(({ stdout }) => stdout, (error: { stdout: string }) => error.stdout)).resolves.toBe('');
}, 120_000);
