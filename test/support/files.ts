import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folders that installations and builds leave in the tree, the examples' among them. */
const GENERATED = new Set(['node_modules', '.venv', '__pycache__', 'target', 'bin', 'obj', 'cdk.out']);

/**
 * The paths of all files below a folder whose names end so, without what was installed or built there.
 * No symbolic link is followed: `npm run demo` links the project's root into the example's node_modules, which never ends.
 */
export function filesBelow(folder: string, end: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return GENERATED.has(entry.name) ? [] : filesBelow(path, end);
    return entry.isFile() && entry.name.endsWith(end) ? [path] : [];
  });
}
