import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The blocks of a language, which are part of the example in that language: so they run, and at the versions that the example pins. */
const QUICK_STARTS = [
  { fence: 'tsx', example: 'examples/typescript', extension: '.ts' },
  { fence: 'python', example: 'examples/python', extension: '.py' },
  { fence: 'java', example: 'examples/java/src', extension: '.java' },
  { fence: 'go', example: 'examples/go', extension: '.go' },
  { fence: 'csharp', example: 'examples/csharp/src', extension: '.cs' },
] as const;

/** Less indentation, and less what an example has in between. */
function lines(text: string): string[] {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
}

function blocks(fence: string): string[] {
  return [...README.matchAll(new RegExp(`^\`\`\`${fence}\\n(.*?)^\`\`\``, 'gms'))].map(([, block]) => block);
}

/** The first line that does not follow in the source; none where all do, in their order. */
function firstMissing(block: string, source: string): string | undefined {
  const rest = lines(source)[Symbol.iterator]();
  return lines(block).find((line) => {
    for (const candidate of rest) if (candidate === line) return false;
    return true;
  });
}

test.each(QUICK_STARTS)('the quick start in $fence is part of $example', ({ fence, example, extension }) => {
  const folder = join(ROOT, example);
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(extension) && !/node_modules|\.venv/.test(path))
    .map((path) => readFileSync(join(folder, path), 'utf8'));

  expect(blocks(fence)).not.toHaveLength(0);
  for (const block of blocks(fence)) {
    expect(lines(block).length).toBeGreaterThan(4);
    expect(sources.map((source) => firstMissing(block, source))).toContain(undefined);
  }
});

/** `ts` is compiled by jsii-rosetta, in `rosetta/default.ts-fixture` or, where it is a whole program, without one. */
const OTHERS = ['ts', 'ts nofixture', 'sh', 'json', 'hcl', 'text'];

test('every other block is compiled, a command, or no program', () => {
  const fences = [...README.matchAll(/^ *```(\S.*)$/gm)].map(([, fence]) => fence);
  expect(fences.filter((fence) => ![...QUICK_STARTS.map((quickStart) => quickStart.fence as string), ...OTHERS].includes(fence))).toEqual([]);
});

test('the figures of what it costs are those of the benchmark', () => {
  const numbers = (text: string) => (text.match(/\d[\d,]*\d(?:\.\d+)?|\d(?:\.\d+)?/g) ?? []).map((number) => number.replaceAll(',', ''));
  const measured = numbers(readFileSync(join(ROOT, 'bench/RESULTS.md'), 'utf8'));
  const section = /^## What it costs\n(.*?)^## /ms.exec(README)![1];
  const cells = lines(section).filter((line) => line.startsWith('| ')).flatMap((row) => row.split('|').slice(2));
  const ratios = section.match(/\d\.\d+/g) ?? [];

  expect(cells.length).toBeGreaterThan(10);
  expect(ratios.length).toBeGreaterThan(3);
  for (const number of [...numbers(cells.join('|')), ...ratios]) {
    expect(measured).toContain(number);
  }
});
