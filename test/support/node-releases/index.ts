import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A Node.js that AWS Lambda runs. */
export interface NodeRelease {
  readonly name: string;
  readonly executable: string;
}

/** The newest of each, from npm, as the user's aws-cdk-lib decides between the two. */
export function nodeReleases(): NodeRelease[] {
  const folder = join(__dirname, 'node');
  const executable = (name: string) => join(folder, 'node_modules', name, 'bin/node');
  const names = ['node22', 'node24'];
  if (!names.every((name) => existsSync(executable(name)))) {
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return names.map((name) => {
    const version = execFileSync(executable(name), ['--version'], { encoding: 'utf8' }).trim();
    return { name: `Node.js ${version.slice(1)}`, executable: executable(name) };
  });
}
