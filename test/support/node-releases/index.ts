import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packages } from './package-lock.json';

/** A Node.js that AWS Lambda runs. */
export interface NodeRelease {
  readonly name: string;
  readonly executable: string;
}

/** The newest of each, from npm: a user's aws-cdk-lib decides between the two. */
const MAJORS = [22, 24] as const;
type Major = typeof MAJORS[number];

export function nodeReleases(): NodeRelease[] {
  return MAJORS.map(nodeRelease);
}

/** Installs them first, where they are missing or other versions are there. */
export function nodeRelease(major: Major): NodeRelease {
  if (!isInstalled(major)) {
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: __dirname, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  if (!isInstalled(major)) {
    throw new Error(`npm installed no Node.js ${major} in ${__dirname}: the package's install script has to run (npm's ignore-scripts must be off), and try again.`);
  }
  return { name: `Node.js ${versionOf(major)}`, executable: executableOf(major) };
}

const executableOf = (major: Major) => join(__dirname, `node_modules/node${major}/bin/node`);
const versionOf = (major: Major) => packages[`node_modules/node${major}`].version;

function isInstalled(major: Major): boolean {
  const manifest = join(__dirname, `node_modules/node${major}/package.json`);
  return existsSync(executableOf(major)) && (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version === versionOf(major);
}
