import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const EXAMPLE = resolve(__dirname, '../../examples/typescript');

/** Installs this checkout in the example, which finds its other dependencies in the project's own node_modules. */
export function installInExample(): void {
  const modules = join(EXAMPLE, 'node_modules');
  const link = join(modules, 'cdk-ecr-tag-mutability');
  mkdirSync(modules, { recursive: true });
  rmSync(link, { recursive: true, force: true });
  symlinkSync('../../..', link, 'dir');
}
