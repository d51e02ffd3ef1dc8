import { execFileSync } from 'node:child_process';
import { README, blocksOf, page, sectionOf } from './pages';
import { findPython } from '../support/emulators/python';

test('the README has at most 200 lines', () => {
  expect(README.text.split('\n').length - 1).toBeLessThanOrEqual(200);
});

/** What a block of Python uses, but neither defines nor imports. */
const UNDEFINED_NAMES = `
import ast, builtins, sys
nodes = list(ast.walk(ast.parse(sys.stdin.read())))
names = [node for node in nodes if isinstance(node, ast.Name)]
known = {name.id for name in names if isinstance(name.ctx, ast.Store)} | {node.arg for node in nodes if isinstance(node, ast.arg)}
known |= {node.name for node in nodes if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
known |= {alias.asname or alias.name for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names}
print(*{name.id for name in names if name.id not in known and not hasattr(builtins, name.id)})
`;

// That the TypeScript is complete, the compiler finds.
test('the README\'s quick start in Python is a whole program', () => {
  const blocks = blocksOf(README).filter(({ fence }) => fence === 'python');
  expect(blocks).toHaveLength(1);
  expect(execFileSync(findPython(), ['-c', UNDEFINED_NAMES], { input: blocks[0].code, encoding: 'utf8' }).trim()).toBe('');
});

// jsii-rosetta would translate them, below a heading that names another language.
test('no block of the README is one that jsii translates', () => {
  expect(blocksOf(README).filter(({ fence }) => /^(ts|typescript)\b/.test(fence))).toEqual([]);
});

test('the README\'s frequent errors are among those of docs/troubleshooting.md', () => {
  const quotes = [...sectionOf(README, 'Frequent errors').matchAll(/^\| (`.*?) \|/gm)].map(([, quote]) => quote);
  const troubleshooting = page('docs/troubleshooting.md').text;
  expect(quotes).toHaveLength(5);
  expect(quotes.filter((quote) => !troubleshooting.includes(`\n### ${quote}`) && !troubleshooting.includes(`\n| ${quote} |`))).toEqual([]);
});
