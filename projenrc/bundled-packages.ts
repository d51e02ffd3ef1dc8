import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The part of esbuild's metafile that is read here: the files that are in each output. */
export interface Metafile {
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, unknown>> }>>;
}

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly licenseText: string;
}

/** Licences that ask for no more than to be passed on with the code. */
const PERMISSIVE = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** The folder of the package that a file of the bundle comes from; the innermost where packages are nested. */
const PACKAGE_FOLDER = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;

/** The npm packages that any part of the bundles comes from, by name. The project's own files are in none. */
export function bundledPackages(root: string, ...metafiles: readonly Metafile[]): BundledPackage[] {
  const files = metafiles.flatMap(({ outputs }) => Object.values(outputs)).flatMap(({ inputs }) => Object.keys(inputs));
  const folders = new Set(files.map((file) => PACKAGE_FOLDER.exec(file)?.[0]).filter((folder) => folder !== undefined));
  return [...folders].map((folder) => read(root, join(root, folder))).sort((a, b) => a.name < b.name ? -1 : 1);
}

function read(root: string, folder: string): BundledPackage {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string>;
  if (!PERMISSIVE.includes(license)) {
    throw new Error(`A bundle has ${name} ${version} under the licence ${license ?? 'of nobody knows what'}, but takes ${PERMISSIVE.join(', ')} only. Do without it.`);
  }
  return { name, version, license, licenseText: textOf(folder) ?? standardText(root, license) ?? missing(name, version, license) };
}

function textOf(folder: string): string | undefined {
  const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)([.-]|$)/i.test(file)).sort();
  return texts.length > 0 ? texts.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n') : undefined;
}

/** Apache-2.0 names no holder in its text, so that the project's own copy serves for a package that came without one. */
function standardText(root: string, license: string): string | undefined {
  const own = join(root, 'LICENSE');
  return license === 'Apache-2.0' && existsSync(own) ? readFileSync(own, 'utf8').trim() : undefined;
}

function missing(name: string, version: string, license: string): never {
  throw new Error(`A bundle has ${name} ${version}, which came without the text of its licence (${license}), so that the text cannot be passed on. Do without it.`);
}

/** Each text once, under the packages that it is for. */
export function thirdPartyLicenses(packages: readonly BundledPackage[]): string {
  const byText = new Map<string, BundledPackage[]>();
  for (const bundled of packages) byText.set(bundled.licenseText, [...byText.get(bundled.licenseText) ?? [], bundled]);
  const sections = [...byText].map(([text, users]) =>
    `${users.map(({ name, version, license }) => `${name} ${version} (${license})`).join('\n')}\n\n${text}\n`);
  return [
    'The Lambda function (lib/handler) and the command line (lib/cli) in this package contain the following packages, each under the licence\nthat stands below it.\n',
    ...sections,
  ].join(`\n${'-'.repeat(80)}\n\n`);
}
