import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { PAGES } from './pages';
import { filesBelow } from '../support/files';
import { ROOT, readText } from '../support/project';

const SCRIPTS = Object.keys(JSON.parse(readText('package.json')).scripts);
const TASKS = Object.keys(JSON.parse(readText('.projen/tasks.json')).tasks);
const TESTS = filesBelow(join(ROOT, 'test'), '.test.ts').map((path) => relative(ROOT, path));

describe.each(PAGES)('$path', ({ text }) => {
  const all = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name);

  test('names npm scripts and projen tasks that there are', () => {
    expect(all(/npm run ([a-z][a-z0-9:-]*[a-z0-9])/g).filter((name) => !SCRIPTS.includes(name))).toEqual([]);
    expect(all(/npx projen ([a-z][a-z0-9:-]*[a-z0-9])/g).filter((name) => !TASKS.includes(name))).toEqual([]);
  });

  test('names tests to run that there are', () => {
    const named = all(/jest(?: --\S+)*(?: \S+\.json)?(?: --\S+)* (test\/[\w/.-]+)/g);
    expect(named.filter((name) => !TESTS.some((path) => path.startsWith(name)))).toEqual([]);
  });

  test('names files that there are', () => {
    const named = all(/(?<![\w./-])((?:src|lambda|test|docs|bench|projenrc|examples)\/[\w/.-]*\.(?:ts-fixture|ts|json|md|svg))\b/g);
    expect(named.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });

  test('names folders that there are', () => {
    const named = all(/`((?:src|lambda|test|docs|bench|projenrc|examples)(?:\/[\w-]+)*)`/g);
    expect(named.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });
});
