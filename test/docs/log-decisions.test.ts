import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { page, sectionOf } from './pages';
import { filesBelow } from '../support/files';
import { ROOT } from '../support/project';

test('docs/troubleshooting.md has each decision that the Lambda logs, and no other', () => {
  const sources = filesBelow(join(ROOT, 'lambda'), '.ts').map((path) => readFileSync(path, 'utf8'));
  // The level is the first argument, the decision the second; either may be one of two: `kind === 'denied' ? 'access-denied' : 'call-repeated'`.
  const logged = sources
    .flatMap((source) => [...source.matchAll(/'(?:INFO|WARN|ERROR)', (?:[\w ]+=== '[a-z-]+' \? '([a-z-]+)' : )?'([a-z-]+)'/g)])
    .flatMap(([, ...decisions]) => decisions.filter((decision) => decision !== undefined));
  const listed = [...sectionOf(page('docs/troubleshooting.md'), 'Decisions').matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, decision]) => decision);
  expect(listed.sort()).toEqual([...new Set(logged)].sort());
});
