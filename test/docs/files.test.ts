import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { filesBelow } from '../support/files';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'files-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(...paths: string[]) {
  for (const path of paths.map((each) => join(root, each))) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
  }
}

test('files of all depths are found, by the end of their names', () => {
  write('a.ts', 'b.js', 'c/d.ts', 'c/e/f.ts');
  expect(filesBelow(root, '.ts')).toEqual(['a.ts', 'c/d.ts', 'c/e/f.ts'].map((path) => join(root, path)));
});

test.each(['node_modules', '.venv', 'target', 'bin', 'obj', 'cdk.out'])('what is in %s was not written by hand', (folder) => {
  write('app.ts', `${folder}/app.ts`, `example/${folder}/deep/app.ts`);
  expect(filesBelow(root, '.ts')).toEqual([join(root, 'app.ts')]);
});

test('a link to the root, as the demo leaves it in the example, is not followed', () => {
  write('app.ts', 'example/app.ts', 'example/node_modules/other/index.ts');
  symlinkSync('../..', join(root, 'example/node_modules/library'));
  symlinkSync('..', join(root, 'example/parent'));
  expect(filesBelow(root, '.ts')).toEqual(['app.ts', 'example/app.ts'].map((path) => join(root, path)));
});
