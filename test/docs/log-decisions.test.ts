import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';

test('the README\'s table has each decision that the Lambda takes, and no other', () => {
  const root = path.join(__dirname, '..', '..');
  const sources = readdirSync(path.join(root, 'lambda'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => readFileSync(path.join(root, 'lambda', file), 'utf8'));
  const taken = sources.flatMap((source) => [...source.matchAll(/'(?:INFO|WARN|ERROR)', '([a-z-]+)'/g)].map(([, decision]) => decision));
  const section = /### Reading the log\n(.*?)\n##/s.exec(readFileSync(path.join(root, 'README.md'), 'utf8'))![1]!;
  const listed = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, decision]) => decision).filter((decision) => decision !== 'decision');
  expect([...listed].sort()).toEqual([...new Set(taken)].sort());
});
