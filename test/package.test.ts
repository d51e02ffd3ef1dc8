import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = path.join(__dirname, '..');
const json = (...parts: string[]) => JSON.parse(readFileSync(path.join(ROOT, ...parts), 'utf8'));

/** Licences that ask for no more than to be named. */
const PERMISSIVE = ['0BSD', 'Apache-2.0', 'BSD-3-Clause', 'ISC', 'MIT'];

test('the package depends on nothing but aws-cdk-lib and constructs, which its users have', () => {
  const { dependencies = {}, bundledDependencies = [], bundleDependencies = [], optionalDependencies = {}, peerDependencies } = json('package.json');
  expect([dependencies, bundledDependencies, bundleDependencies, optionalDependencies]).toEqual([{}, [], [], {}]);
  expect(Object.keys(peerDependencies).sort()).toEqual(['aws-cdk-lib', 'constructs']);
});

test('the constructs import nothing else either', () => {
  const imported = readdirSync(path.join(ROOT, 'src'))
    .flatMap((file) => [...readFileSync(path.join(ROOT, 'src', file), 'utf8').matchAll(/(?:from|import|require)\s*\(?\s*'([^'./][^']*)'/g)])
    .map(([, name]) => name.split('/')[0]);
  expect([...new Set(imported)].sort()).toEqual(['aws-cdk-lib', 'constructs', 'node:crypto', 'node:path']);
});

test('the Lambda\'s bundle holds packages with permissive licences only', () => {
  const { inputs } = buildSync({
    entryPoints: [path.join(ROOT, 'lambda', 'index.ts')],
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    mainFields: ['module', 'main'],
    metafile: true,
    write: false,
  }).metafile;
  const packages = new Set(Object.keys(inputs).flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []));
  expect(packages).toContain('node_modules/@aws-sdk/client-ecr');
  const others = [...packages].filter((folder) => !PERMISSIVE.includes(json(folder, 'package.json').license));
  expect(others).toEqual([]);
});
