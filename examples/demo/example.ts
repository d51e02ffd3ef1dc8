import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const EXAMPLE = resolve(__dirname, '../../examples/typescript');

/**
 * Installs this checkout in the example, which finds its other dependencies in the project's own node_modules. What `npm install` has put
 * there goes: two copies of aws-cdk-lib do not work in one app.
 */
export function installInExample(): void {
  const modules = join(EXAMPLE, 'node_modules');
  const link = join(modules, 'cdk-ecr-tag-mutability');
  rmSync(modules, { recursive: true, force: true });
  mkdirSync(modules);
  symlinkSync('../../..', link, 'dir');
}
