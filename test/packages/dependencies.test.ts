import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { buildSync } from 'esbuild';
import { BUNDLE, CLI_BUNDLE } from '../../projenrc/bundle';
import { bundledPackages } from '../../projenrc/bundled-packages';
import { ROOT } from '../support/project';

const json = (...parts: string[]) => JSON.parse(readFileSync(path.join(ROOT, ...parts), 'utf8'));

test('the package depends on nothing but aws-cdk-lib and constructs, which its users have', () => {
  const { dependencies = {}, bundledDependencies = [], bundleDependencies = [], optionalDependencies = {}, peerDependencies } = json('package.json');
  expect([dependencies, bundledDependencies, bundleDependencies, optionalDependencies]).toEqual([{}, [], [], {}]);
  expect(Object.keys(peerDependencies).sort()).toEqual(['aws-cdk-lib', 'constructs']);
});

/** A sample in a comment imports the library, as its users do. */
const withoutSamples = (source: string) => source.replace(/^ *\* .*$/gm, '');

test('the constructs import nothing else either', () => {
  const imported = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...withoutSamples(readFileSync(path.join(ROOT, 'src', file), 'utf8')).matchAll(/(?:from|import|require)\s*\(?\s*'([^'./][^']*)'/g)])
    .map(([, name]) => name.split('/')[0]);
  expect([...new Set(imported)].sort()).toEqual(['aws-cdk-lib', 'constructs', 'node:crypto', 'node:path']);
});

test.each([['Lambda', BUNDLE], ['command line', CLI_BUNDLE]])('the bundle of the %s holds packages with permissive licences only', (_, options) => {
  const { metafile } = buildSync({ ...options, absWorkingDir: ROOT, metafile: true, write: false });
  expect(bundledPackages(ROOT, metafile).map(({ name }) => name)).toContain('@aws-sdk/client-ecr');
});
