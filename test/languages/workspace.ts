import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DIST, ROOT } from '../../projenrc/artifacts';

/** What installing and synthesizing leave in an example's folder. */
export const LEFT_OVER = ['node_modules', '.venv', '__pycache__', 'target', 'bin', 'obj', 'cdk.out', 'package-lock.json'];

/** A clean place: outside of the checkout, with nothing in it but the built packages and copies of examples. */
export interface Workspace {
  /** Copies an example to where it finds `dist` as it does in the checkout. */
  copy(example: string): string;
  remove(): void;
}

export function newWorkspace(): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'examples-'));
  cpSync(DIST, join(folder, 'dist'), { recursive: true });
  return {
    copy: (example) => {
      const copy = join(folder, 'examples', example);
      cpSync(join(ROOT, 'examples', example), copy, { recursive: true, filter: (path) => !LEFT_OVER.includes(basename(path)) });
      return copy;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
