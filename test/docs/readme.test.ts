import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import {
  ModuleKind, Node, ScriptTarget, createSourceFile, forEachChild, isNoSubstitutionTemplateLiteral, isStringLiteral, isTemplateExpression,
  transpileModule,
} from 'typescript';
import * as library from '../../src';

const ROOT = resolve(__dirname, '../..');
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

/** jsii-rosetta compiles them; here they run, as some mistakes show only then. */
function synthesize(block: string) {
  const source = readFileSync(join(ROOT, 'rosetta/default.ts-fixture'), 'utf8').replace('/// here', block);
  const { outputText } = transpileModule(`${source}\nnew Fixture(app, 'Stack');`, { compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 } });
  const app = new App();
  new Function('require', 'exports', 'app', outputText)((name: string) => name === 'cdk-ecr-tag-mutability' ? library : jest.requireActual(name), {}, app);
  return app.synth().getStackByName('Stack');
}

test.each(blocks('ts').map((block) => [lines(block)[0], block]))('the recipe that starts with %p synthesizes without a warning', (_, block) => {
  expect(synthesize(block).messages).toEqual([]);
});

/** Less the blocks of code, whose comments would read as headings. */
const proseOf = (path: string) => readFileSync(join(ROOT, path), 'utf8').replace(/^ *```.*?^ *```$/gms, '');

/** As GitHub makes them of headings. */
function anchorsOf(path: string): string[] {
  return [...proseOf(path).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'));
}

test('no two headings have one anchor', () => {
  const anchors = anchorsOf('README.md');
  expect(anchors.filter((anchor, index) => anchors.indexOf(anchor) !== index)).toEqual([]);
});

test('every link inside of the page and of the repository leads somewhere', () => {
  const leads = (target: string) => {
    const [path, anchor] = target.split('#');
    const file = path === '' ? 'README.md' : path;
    return existsSync(join(ROOT, file)) && (anchor === undefined || anchorsOf(file).includes(anchor));
  };
  const targets = [...proseOf('README.md').matchAll(/\]\(([^)]*)\)/g)].map(([, target]) => target).filter((target) => !target.startsWith('https://'));
  expect(targets.length).toBeGreaterThan(50);
  expect(targets.filter((target) => !leads(target))).toEqual([]);
});

/** Texts in the sources, with an ellipsis for each part that is put in. */
function textsOf(folder: string): string[] {
  const texts: string[] = [];
  const visit = (node: Node): void => {
    if (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node)) texts.push(node.text);
    if (isTemplateExpression(node)) texts.push([node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('…'));
    forEachChild(node, visit);
  };
  for (const file of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))) {
    visit(createSourceFile(file, readFileSync(join(ROOT, folder, file), 'utf8'), ScriptTarget.Latest));
  }
  return texts;
}

describe('the FAQ', () => {
  const [own, amazons] = /^## FAQ\n(.*?)^## /ms.exec(README)![1].split('### Said by AWS').map((part) =>
    [...part.matchAll(/^(?:#### |\| )`([^`]+)`/gm)].map(([, quote]) => quote.replace(/<[^>]*>/g, '…')));
  const texts = [...textsOf('src'), ...textsOf('lambda')];
  const isInCode = (quote: string) => texts.some((text) => text.includes(quote));

  test('quotes texts that the code has', () => {
    expect(own.length).toBeGreaterThan(20);
    expect(own.filter((quote) => !isInCode(quote))).toEqual([]);
  });

  test('does not call a text of the code one of AWS', () => {
    expect(amazons.length).toBeGreaterThan(2);
    expect(amazons.filter(isInCode)).toEqual([]);
  });
});

test('the figures of what it costs are those of the benchmark', () => {
  const numbers = (text: string) => (text.match(/\d[\d,]*\d(?:\.\d+)?|\d(?:\.\d+)?/g) ?? []).map((number) => number.replaceAll(',', ''));
  const measured = numbers(readFileSync(join(ROOT, 'bench/RESULTS.md'), 'utf8'));
  const section = /^## What it costs\n(.*?)^## /ms.exec(README)![1];
  const cells = lines(section).filter((line) => line.startsWith('| ')).flatMap((row) => row.split('|').slice(2));
  const ratios = section.match(/(?<!\d)\d\.\d+/g) ?? [];

  expect(cells.length).toBeGreaterThan(10);
  expect(ratios.length).toBeGreaterThan(3);
  for (const number of [...numbers(cells.join('|')), ...ratios]) {
    expect(measured).toContain(number);
  }
});
