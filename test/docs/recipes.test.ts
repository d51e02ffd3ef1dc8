import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import {
  ModuleKind, ScriptTarget, createCompilerHost, createProgram, createSourceFile, flattenDiagnosticMessageText, parseJsonConfigFileContent,
  readConfigFile, sys, transpileModule,
} from 'typescript';
import { PAGES, README, blocksOf, linesOf } from './pages';
import * as library from '../../src';
import { ROOT, readText } from '../support/project';

const FIXTURE = readText('test/docs/recipe.ts-fixture');

/** A block `ts` stands in the constructor of a stack, after the fixture's imports; the README's quick start is a whole program. */
const PROGRAMS = [
  ...PAGES.flatMap((page) => blocksOf(page).filter(({ fence }) => fence === 'ts')
    .map(({ code }) => ({ page: page.path, first: linesOf(code)[0], stack: 'Recipe', source: FIXTURE.replace('/// here', () => code) }))),
  ...blocksOf(README).filter(({ fence }) => fence === 'tsx')
    .map(({ code }) => ({ page: README.path, first: linesOf(code)[0], stack: 'TagMutabilityStack', source: code })),
].map((program, index) => ({ ...program, file: join(ROOT, `test/docs/block-${index}.ts`) }));

function typeErrors(): string[] {
  const { options } = parseJsonConfigFileContent(readConfigFile(join(ROOT, 'test/tsconfig.json'), sys.readFile).config, sys, join(ROOT, 'test'));
  // The fixture imports more than a recipe needs.
  const compilerOptions = { ...options, types: ['node'], noUnusedLocals: false };
  const host = createCompilerHost(compilerOptions);
  const sourceOf = (file: string) => PROGRAMS.find((program) => program.file === file)?.source;
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (file, version, ...rest) => {
    const source = sourceOf(file);
    return source === undefined ? getSourceFile(file, version, ...rest) : createSourceFile(file, source, version);
  };
  host.fileExists = (file) => sourceOf(file) !== undefined || fileExists(file);
  host.readFile = (file) => sourceOf(file) ?? readFile(file);
  const compiled = createProgram(PROGRAMS.map(({ file }) => file), compilerOptions, host);
  return PROGRAMS.flatMap(({ file, page, first }) => {
    const source = compiled.getSourceFile(file);
    return [...compiled.getSyntacticDiagnostics(source), ...compiled.getSemanticDiagnostics(source)]
      .map(({ messageText }) => `${page}, the block that starts with '${first}': ${flattenDiagnosticMessageText(messageText, ' ')}`);
  });
}

test('the TypeScript of the docs compiles', () => {
  expect(PROGRAMS.length).toBeGreaterThan(10);
  expect(typeErrors()).toEqual([]);
}, 120_000);

/** Some mistakes show at synthesis only. */
function synthesize(source: string, stack: string) {
  const { outputText } = transpileModule(`${source}\nnew ${stack}(app, 'Stack', {});`, { compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 } });
  const app = new App();
  new Function('require', 'exports', 'app', outputText)((name: string) => name === 'cdk-ecr-tag-mutability' ? library : jest.requireActual(name), {}, app);
  return app.synth().getStackByName('Stack');
}

test.each(PROGRAMS)('$page: the block that starts with $first synthesizes without a warning', ({ source, stack }) => {
  expect(synthesize(source, stack).messages).toEqual([]);
});
