import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');

export const EXAMPLE = join(ROOT, 'examples/typescript');
export const APP = join(__dirname, 'app');

/**
 * Installs this checkout in an app, which finds its other dependencies in the project's own node_modules. What `npm install` has put
 * there goes: two copies of aws-cdk-lib do not work in one app.
 */
export function installInApp(app: string): void {
  const modules = join(app, 'node_modules');
  rmSync(modules, { recursive: true, force: true });
  mkdirSync(modules);
  symlinkSync(relative(modules, ROOT), join(modules, 'cdk-ecr-tag-mutability'), 'dir');
}
