import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { measureApp } from './app/app';
import { capacities } from './app/capacity';
import { OUT, PROJECT } from './compile';
import { measureDeployments } from './deployment/deployment';
import { countApiCalls, measureColdStarts } from './lambda/lambda';
import { subjects } from './lambda/subjects';
import { profileColdStarts } from './profile/cold-start';
import { profileSynth } from './profile/synth';
import { registryOf } from './report/registry-section';
import { Results, charts, report } from './report/report';
import { nodeReleases } from '../test/support/node-releases';

const started = Date.now();

async function step<T>(name: string, action: () => T | Promise<T>): Promise<T> {
  const start = Date.now();
  const result = await action();
  console.log(`${name}: ${((Date.now() - start) / 1_000).toFixed(0)} s`);
  return result;
}

function versions(): Record<string, string> {
  const of = (name: string) => (JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')) as { version: string }).version;
  return {
    'this library': execFileSync('git', ['describe', '--always', '--dirty'], { cwd: PROJECT, encoding: 'utf8' }).trim(),
    'aws-cdk-lib': of('aws-cdk-lib'),
    '@aws-sdk/client-ecr': of('@aws-sdk/client-ecr'),
    'esbuild': of('esbuild'),
    'Node.js, of the app': process.version.slice(1),
    'Node.js, of the Lambda': nodeReleases().map(({ name }) => name.replace('Node.js ', '')).join(', '),
    'machine': `${cpus().length} × ${cpus()[0]?.model.trim() || process.arch}`,
  };
}

async function bench(): Promise<void> {
  const newest = nodeReleases().at(-1)!;
  const measured: Omit<Results, 'minutes'> = {
    versions: versions(),
    synthProfiles: await step('profiles of the app', profileSynth),
    app: await step('app', measureApp),
    capacities: await step('repositories in one stack', capacities),
    lambda: await step('cold starts', measureColdStarts),
    apiCalls: await step('API calls', () => Promise.all(subjects().map(async (subject) => ({ subject, calls: await countApiCalls(subject) })))),
    deployments: await step('deployments', measureDeployments),
    coldStartProfiles: { node: newest.name, profiles: await step('profiles of the cold start', () => profileColdStarts(newest)) },
  };
  const results = { ...measured, minutes: (Date.now() - started) / 60_000 };
  mkdirSync(join(__dirname, 'charts'), { recursive: true });
  for (const [name, svg] of Object.entries(charts(results))) {
    writeFileSync(join(__dirname, 'charts', name), svg);
  }
  const path = join(__dirname, 'RESULTS.md');
  writeFileSync(path, report(results) + registryOf(readFileSync(path, 'utf8')));
  rmSync(OUT, { recursive: true });
}

bench().then(
  () => console.log('bench/RESULTS.md is written'),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
