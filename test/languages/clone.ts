import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MAVEN_REPOSITORY } from './caches';
import { replaceIn } from './language';
import { run } from './run';
import { ROOT } from '../../projenrc/artifacts';

/** A text of the library that is in every template. */
const SOURCE = 'src/image-tag-mutability-provider.ts';
const DESCRIPTION = /(?<=description: ')[^']*(?= \(cdk-ecr-tag-mutability\)')/;

/** A clone of the checkout, installed, in a folder of its own with room for apps beside it. */
export interface Clone {
  readonly folder: string;
  /** The folder that has the clone in it. */
  readonly parent: string;
  /** Changes the library, so that templates have another text. */
  changeLibrary(text: string): void;
  /** What `git status` shows: the files that were changed or added, and that git does not ignore. */
  changedFiles(): Promise<string[]>;
  remove(): void;
}

export async function newClone(): Promise<Clone> {
  const parent = mkdtempSync(join(realpathSync(tmpdir()), 'languages-'));
  const folder = join(parent, 'cdk-ecr-tag-mutability');
  for (const path of (await git(ROOT, 'ls-files', '--cached', '--others', '--exclude-standard')).filter((file) => !file.startsWith('test/'))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(ROOT, path), join(folder, path));
  }
  await git(folder, 'init', '--quiet');
  await git(folder, 'add', '--all');
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(MAVEN_REPOSITORY, { recursive: true });
  mkdirSync(join(folder, '.cache'));
  symlinkSync(MAVEN_REPOSITORY, join(folder, '.cache/maven'));
  return {
    folder,
    parent,
    changeLibrary: (text) => replaceIn(join(folder, SOURCE), DESCRIPTION, text),
    // The link to node_modules is no folder, which is what git would ignore.
    changedFiles: async () => [...await git(folder, 'diff', '--name-only'), ...await git(folder, 'ls-files', '--others', '--exclude-standard')]
      .filter((path) => path !== 'node_modules'),
    remove: () => rmSync(parent, { recursive: true, force: true }),
  };
}

async function git(cwd: string, ...args: string[]): Promise<string[]> {
  return (await run('git', args, { cwd })).split('\n').filter((line) => line !== '');
}

/** Removes a part of a file; a part that is not there is an error. */
export function cut(path: string, part: string | RegExp): void {
  replaceIn(path, part, '');
}

/** Puts text before a line that a file has once. */
export function insertBefore(path: string, line: string, text: string): void {
  const before = readFileSync(path, 'utf8');
  if (before.split(line).length !== 2) throw new Error(`${path} does not have '${line}' once`);
  writeFileSync(path, before.replace(line, () => text + line));
}
