import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/project';

const RELEASED = join(ROOT, 'compat/released');

/** The parts of a jsii assembly that are read here. */
interface Assembly {
  readonly types: Record<string, { properties?: Array<{ name: string }> }>;
}

const scratch = join(ROOT, '.cache');
let folder: string;
beforeAll(() => {
  // Inside the project, whose node_modules hold what the assembly refers to.
  mkdirSync(scratch, { recursive: true });
  folder = mkdtempSync(join(scratch, 'released-'));
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What `npm run compat` finds, were this the last release's assembly. */
function compare(assembly: Assembly): { status: number | null; output: string } {
  writeFileSync(join(folder, '.jsii'), JSON.stringify(assembly));
  const { status, stdout, stderr } = spawnSync(join(ROOT, 'node_modules/.bin/jsii-diff'), [folder, ROOT, '--keys'], {
    encoding: 'utf8', env: { ...process.env, JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' },
  });
  return { status, output: stdout + stderr };
}

function currentAssembly(): Assembly {
  return JSON.parse(readFileSync(join(ROOT, '.jsii'), 'utf8')) as Assembly;
}

test('an unchanged API is compatible', () => {
  expect(compare(currentAssembly())).toMatchObject({ status: 0 });
}, 60_000);

test('a property that the last release had and that is gone is found', () => {
  const released = currentAssembly();
  const { properties = [] } = released.types['cdk-ecr-tag-mutability.ImageTagMutability'];
  properties.push({ ...properties[0], name: 'goneProperty' });

  const { status, output } = compare(released);
  expect(output).toContain('ImageTagMutability.goneProperty');
  expect(status).not.toBe(0);
}, 60_000);

test('the API that is compared with is that of the newest release in the changelog, and there is none before the first', () => {
  const [, newest] = /^## (\d+\.\d+\.\d+)/m.exec(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')) ?? [];
  const kept = existsSync(RELEASED) ? JSON.parse(readFileSync(join(RELEASED, 'package.json'), 'utf8')) as { version: string } : undefined;
  expect(kept?.version).toBe(newest);
  expect(existsSync(join(RELEASED, '.jsii'))).toBe(newest !== undefined);
});
