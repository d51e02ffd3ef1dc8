import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The project's root folder. */
export const ROOT = resolve(__dirname, '../..');

/** The text of a file of the project. */
export const readText = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');
