import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledPackages, thirdPartyLicenses } from '../../projenrc/bundled-packages';
import { ROOT } from '../support/project';


let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bundled-'));
  writeFileSync(join(root, 'LICENSE'), 'Apache License\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function install(name: string, license: string | undefined, files: Record<string, string> = {}, below = '.'): void {
  const folder = join(root, below, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.2.3', license }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
}

function bundleOf(...inputs: string[]) {
  return bundledPackages(root, { outputs: { 'lib/handler/index.js': { inputs: Object.fromEntries(inputs.map((input) => [input, {}])) } } });
}

test('every package is there once, by name, and the project\'s own files are not', () => {
  install('plain', 'MIT', { LICENSE: 'MIT of plain' });
  install('@scope/part', 'ISC', { 'LICENSE.md': 'ISC of part' });
  expect(bundleOf('lambda/index.ts', 'node_modules/plain/a.js', 'node_modules/plain/b.js', 'node_modules/@scope/part/dist/index.js')).toEqual([
    { name: '@scope/part', version: '1.2.3', license: 'ISC', licenseText: 'ISC of part' },
    { name: 'plain', version: '1.2.3', license: 'MIT', licenseText: 'MIT of plain' },
  ]);
});

test('a nested package is told from the one around it', () => {
  install('outer', 'MIT', { LICENSE: 'MIT of outer' });
  install('inner', 'MIT', { LICENSE: 'MIT of inner' }, 'node_modules/outer');
  expect(bundleOf('node_modules/outer/node_modules/inner/index.js').map(({ name }) => name)).toEqual(['inner']);
});

test('a notice goes with the licence', () => {
  install('noticed', 'Apache-2.0', { LICENSE: 'the licence', NOTICE: 'the notice' });
  expect(bundleOf('node_modules/noticed/index.js')[0].licenseText).toBe('the licence\n\nthe notice');
});

test('a licence in a file that names it is found', () => {
  install('named', 'MIT', { 'LICENSE-MIT.txt': 'MIT of named' });
  expect(bundleOf('node_modules/named/index.js')[0].licenseText).toBe('MIT of named');
});

test('the standard text serves for a package under Apache-2.0 that has none of its own', () => {
  install('bare', 'Apache-2.0');
  expect(bundleOf('node_modules/bare/index.js')[0].licenseText).toBe('Apache License');
});

test.each(['AGPL-3.0-only', 'GPL-3.0', 'LGPL-2.1', 'MPL-2.0', 'MIT OR GPL-2.0', 'SEE LICENSE IN x', undefined])('the licence %s is refused', (license) => {
  install('foreign', license, { LICENSE: 'text' });
  expect(() => bundleOf('node_modules/foreign/index.js')).toThrow('A bundle has foreign 1.2.3 under the licence');
});

test('a package whose licence has to be passed on, but came without its text, is refused', () => {
  install('silent', 'MIT');
  expect(() => bundleOf('node_modules/silent/index.js')).toThrow('silent 1.2.3, which came without the text of its licence (MIT)');
});

test('a text stands once, under all packages that it is for', () => {
  install('one', 'MIT', { LICENSE: 'same text' });
  install('two', 'MIT', { LICENSE: 'same text' });
  const text = thirdPartyLicenses(bundleOf('node_modules/one/index.js', 'node_modules/two/index.js'));
  expect(text).toContain('one 1.2.3 (MIT)\ntwo 1.2.3 (MIT)\n\nsame text\n');
  expect(text.split('same text')).toHaveLength(2);
});

test('the compiled package has the licences of what its Lambda and its command line contain', () => {
  const text = readFileSync(join(ROOT, 'THIRD-PARTY-LICENSES'), 'utf8');
  expect(text).toMatch(/^@aws-sdk\/client-ecr \d+\.\d+\.\d+ \(Apache-2\.0\)$/m);
  expect(text).toMatch(/^commander \d+\.\d+\.\d+ \(MIT\)$/m);
  expect(text).toContain('TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION');
});
