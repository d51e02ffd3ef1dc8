/**
 * Removes the copies of this library that package managers keep of an earlier build. They know a package by its version, which does not
 * change from build to build: without this, the old code would be installed again.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './artifacts';
import { version } from '../package.json';

const EXAMPLES = join(ROOT, 'examples');

const staleCopies: Record<string, () => string[]> = {
  // The demo leaves a link to the checkout there, which is never stale.
  js: () => [join(EXAMPLES, 'typescript/node_modules/cdk-ecr-tag-mutability')].filter((path) => !lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()),
  // pip removes the files that it has installed itself.
  python: () => {
    const python = join(EXAMPLES, 'python/.venv/bin/python');
    if (existsSync(python)) run(python, '-m', 'pip', 'uninstall', '--yes', '--quiet', '--disable-pip-version-check', 'cdk-ecr-tag-mutability');
    return [];
  },
  // An example refers to the folder that was just built, so that Go keeps no copy.
  go: () => [],
  java: () => [join(mavenRepository(), 'io/github/cdk-ecr-tag-mutability/cdk-ecr-tag-mutability', version)],
  dotnet: () => [join(nugetPackages(), 'cdkecrtagmutability', version)],
};

/** Maven's local repository, where the user may have moved it in many ways: only Maven knows them all. */
function mavenRepository(): string {
  const lines = run('mvn', '--batch-mode', '--quiet', 'help:evaluate', '-Dexpression=settings.localRepository', '-DforceStdout');
  return oneOf(/^\/.*$|^[A-Z]:\\.*$/m, lines, 'mvn help:evaluate names no local repository');
}

/** As `dotnet nuget locals` prints it: `global-packages: /home/user/.nuget/packages/`. */
function nugetPackages(): string {
  return oneOf(/(?<=global-packages: ).+$/m, run('dotnet', 'nuget', 'locals', 'global-packages', '--list'), 'dotnet nuget locals names no folder of packages');
}

function oneOf(pattern: RegExp, output: string, otherwise: string): string {
  const [found] = pattern.exec(output) ?? [];
  if (found === undefined) throw new Error(`${otherwise}: ${output}`);
  return found.trim();
}

/** Runs a command, and returns its output without colors. */
function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).replace(/\x1b\[[0-9;]*m/g, '');
}

for (const language of process.argv.slice(2)) {
  for (const path of staleCopies[language]!()) rmSync(path, { recursive: true, force: true });
}
