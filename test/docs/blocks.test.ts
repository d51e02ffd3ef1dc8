import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAGES, blocksOf, linesOf } from './pages';
import { filesBelow } from '../support/files';
import { ROOT } from '../support/project';

/** The blocks of a language are parts of the example in that language: so they run, and at the versions that the example pins. */
const LANGUAGES = [
  { fence: 'tsx', example: 'examples/typescript', extension: '.ts' },
  { fence: 'python', example: 'examples/python', extension: '.py' },
  { fence: 'java', example: 'examples/java/src', extension: '.java' },
  { fence: 'go', example: 'examples/go', extension: '.go' },
  { fence: 'csharp', example: 'examples/csharp/src', extension: '.cs' },
] as const;

/** `ts` is a recipe, which is compiled and synthesized; the others are commands, or no programs. */
const OTHERS = ['ts', 'js', 'sh', 'json', 'hcl', 'text', 'xml'];

const blocks = PAGES.flatMap((page) => blocksOf(page).map((block) => ({ ...block, page: page.path })));

test('every block says what it is', () => {
  const known: string[] = [...LANGUAGES.map(({ fence }) => fence), ...OTHERS];
  expect(blocks.filter(({ fence }) => !known.includes(fence))).toEqual([]);
});

const words = (line: string) => line.split(/[\s,{}]+/).filter((word) => word !== '');

function isPartOf<T>(part: T[], whole: T[], same: (a: T, b: T) => boolean = Object.is): boolean {
  const rest = whole[Symbol.iterator]();
  return part.every((wanted) => {
    for (const candidate of rest) if (same(wanted, candidate)) return true;
    return false;
  });
}

/** The same line, or an import of fewer names. */
const isLineOf = (line: string, exampleLine: string) =>
  line === exampleLine || (/^(import|from|using) /.test(line) && isPartOf(words(line), words(exampleLine)));

describe.each(LANGUAGES)('the blocks in $fence', ({ fence, example, extension }) => {
  const sources = filesBelow(join(ROOT, example), extension).map((path) => linesOf(readFileSync(path, 'utf8')));
  const ofLanguage = blocks.filter((block) => block.fence === fence).map(({ page, code }) => ({ page, first: linesOf(code)[0], code }));

  test('have an example to be parts of', () => {
    expect(sources.length).toBeGreaterThan(1);
  });

  // Jest refuses a table without rows.
  if (ofLanguage.length === 0) return;
  test.each(ofLanguage)('$page: the block that starts with $first is part of the example', ({ code }) => {
    const lines = linesOf(code);
    expect(lines.length).toBeGreaterThan(4);
    if (sources.some((source) => isPartOf(lines, source, isLineOf))) return;
    const missing = (source: string[]) => lines.filter((_, index) => !isPartOf(lines.slice(0, index + 1), source, isLineOf))[0];
    throw new Error(`No file of ${example} has these lines in this order. The first ones that they lack: ${sources.map(missing).join(' | ')}`);
  });
});

test('each language has a quick start', () => {
  const languages = new Set(blocks.map(({ fence }) => fence));
  expect(LANGUAGES.map(({ fence }) => fence).filter((fence) => !languages.has(fence))).toEqual([]);
});

test.each(blocks.filter(({ fence }) => fence === 'json').map(({ page, code }) => ({ page, code })))('a block of JSON in $page can be read', ({ code }) => {
  expect(() => JSON.parse(code)).not.toThrow();
});
