import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { page, sectionOf } from './pages';
import { filesBelow } from '../support/files';
import { ROOT } from '../support/project';

test('docs/troubleshooting.md has each decision that the Lambda logs, and no other', () => {
  const sources = filesBelow(join(ROOT, 'lambda'), '.ts').map((path) => readFileSync(path, 'utf8'));
  const logged = sources.flatMap((source) => [...source.matchAll(/'(?:INFO|WARN|ERROR)', '([a-z-]+)'/g)].map(([, decision]) => decision));
  const listed = [...sectionOf(page('docs/troubleshooting.md'), 'Decisions').matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, decision]) => decision);
  expect(listed.sort()).toEqual([...new Set(logged)].sort());
});
