import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { Library, OUT, PROJECT } from '../compile';

/** The last commit before a profile made the constructs cheaper. */
export const FORMER_COMMIT = '5b953d0';

/** This library as it was then, compiled from the repository's history; nothing in a clone without it. */
export function formerLibrary(): Library | undefined {
  if (spawnSync('git', ['cat-file', '-e', `${FORMER_COMMIT}^{commit}`], { cwd: PROJECT }).status !== 0) {
    return undefined;
  }
  const programs = join(OUT, 'before');
  const folder = join(programs, 'lib');
  mkdirSync(folder, { recursive: true });
  const sources = execFileSync('git', ['archive', FORMER_COMMIT, 'src'], { cwd: PROJECT });
  execFileSync('tar', ['-x', '-C', programs], { input: sources });
  buildSync({ entryPoints: [join(programs, 'src/*.ts')], outdir: folder, platform: 'node', format: 'cjs', tsconfigRaw: {} });
  // It is an asset of the template only, and does not run.
  cpSync(join(PROJECT, 'lib/handler'), join(folder, 'handler'), { recursive: true });
  return { folder, programs };
}
