import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bin, description, files, license, peerDependencies } from '../../package.json';
import { ROOT } from '../support/project';

const KB = 1000;

interface Packed {
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: ReadonlyArray<{ readonly path: string; readonly size: number; readonly mode: number }>;
}

/** What npm would publish of the compiled checkout. */
const [packed] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
  cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'],
})) as Packed[];

const modules = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => file.replace(/\.ts$/, ''));

test('exactly these files are published', () => {
  expect(packed.files.map(({ path }) => path).sort()).toEqual([
    '.jsii', 'API.md', 'LICENSE', 'README.md', 'THIRD-PARTY-LICENSES', 'package.json',
    'lib/cli/index.js', 'lib/handler/index.js', 'lib/handler/guard/index.js', 'lib/handler/registry/index.js',
    ...modules.flatMap((module) => [`lib/${module}.d.ts`, `lib/${module}.js`]),
  ].sort());
});

test('the command can be executed as it is packed', () => {
  expect(packed.files.find(({ path }) => path === bin['cdk-ecr-tag-mutability'])?.mode).toBe(0o755);
});

test.each([
  ['.jsii', 250],
  ['lib/handler/index.js', 196],
  ['lib/handler/guard/index.js', 252],
  ['lib/handler/registry/index.js', 280],
  ['lib/cli/index.js', 600],
  ['THIRD-PARTY-LICENSES', 110],
  ['README.md', 80],
  ['API.md', 60],
])('%s is no larger than %i KB', (path, limit) => {
  expect(packed.files.find((file) => file.path === path)?.size).toBeLessThan(limit * KB);
});

test('the compiled modules are small, and the whole as well', () => {
  for (const { path, size } of packed.files.filter((file) => modules.some((module) => file.path === `lib/${module}.js`))) {
    expect([path, size < 20 * KB]).toEqual([path, true]);
  }
  expect(packed.size).toBeLessThan(600 * KB);
  expect(packed.unpackedSize).toBeLessThan(2000 * KB);
});

test('no file carries a source map, or refers to one', () => {
  for (const { path } of packed.files.filter((file) => file.path.endsWith('.js'))) {
    expect([path, readFileSync(join(ROOT, path), 'utf8').includes('//# sourceMappingURL=')]).toEqual([path, false]);
  }
});

test('the package asks for the peers that the design names, and bundles and depends on nothing', () => {
  expect(peerDependencies).toEqual({ 'aws-cdk-lib': '^2.221.0', 'constructs': '^10.0.5' });
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, unknown>;
  expect(manifest).not.toHaveProperty('dependencies');
  expect(manifest).not.toHaveProperty('bundledDependencies');
  expect({ license, files, described: description.length > 0 }).toEqual({
    license: 'Apache-2.0', files: ['lib', '.jsii', 'API.md', 'THIRD-PARTY-LICENSES'], described: true,
  });
});
