import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../../package.json';
import { artifacts, DIST, ROOT } from '../../projenrc/artifacts';

/** The classes whose documentation has a sample. */
export const SAMPLED = ['ImageTagMutability', 'ImageTagMutabilityProvider', 'RegistryImageTagMutability'] as const;

type Sampled = typeof SAMPLED[number];

/** The file of each language's package that has a class's documentation. */
const sources = {
  typescript: (type: Sampled) => JSON.stringify((JSON.parse(readFileSync(join(ROOT, '.jsii'), 'utf8')) as Assembly).types[`cdk-ecr-tag-mutability.${type}`].docs.example),
  python: () => extract('tar', '-xzOf', packed('.tar.gz'), `cdk_ecr_tag_mutability-${version}/src/cdk_ecr_tag_mutability/__init__.py`),
  go: (type: Sampled) => readFileSync(join(DIST, `go/cdkecrtagmutability/${type}.go`), 'utf8'),
  java: (type: Sampled) => extract('unzip', '-p', packed('-sources.jar'), `io/github/cdkecrtagmutability/${type}.java`),
  csharp: (type: Sampled) => readFileSync(join(DIST, `dotnet/CdkEcrTagMutability/CdkEcrTagMutability/${type}.cs`), 'utf8'),
};

interface Assembly {
  readonly types: Record<string, { readonly docs: { readonly example: string } }>;
}

/** The sample in a class's documentation, as the package of a language shows it. */
export function sampleOf(type: Sampled, language: keyof typeof sources): string {
  const source = sources[language](type);
  switch (language) {
    case 'typescript': return JSON.parse(source) as string;
    case 'python': return unindented(partOf(source, new RegExp(`^class ${type}\\(.*?Example::\\n\\n(.*?)\\n {4}\\S`, 'ms')), /^ {8}/gm);
    case 'go': return unindented(partOf(source, /^\/\/ Example:\n(.*?)\n\/\/\n\/\/ See:/ms), /^\/\/( {3})?/gm);
    case 'java': return unescaped(unindented(partOf(source, /<pre>\n(.*?)\n \* <\/pre>/s), /^ \* ?/gm));
    case 'csharp': return unescaped(unindented(partOf(source, /<code>(.*?)<\/code>/s), /^ *\/\/\/ ?/gm));
  }
}

function partOf(source: string, pattern: RegExp): string {
  const [, part] = pattern.exec(source) ?? [];
  if (part === undefined) throw new Error(`the package has no sample ${pattern}`);
  return part;
}

const unindented = (text: string, indentation: RegExp) => text.replace(indentation, '');

/** HTML's and XML's escapes. */
const unescaped = (text: string) => text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
  .replace(/&quot;/g, '"').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');

/** The path of the package whose name ends so. */
export function packed(end: string): string {
  const path = artifacts(version).find((name) => name.endsWith(end));
  if (path === undefined) throw new Error(`no package ends in ${end}`);
  return join(DIST, path);
}

export function extract(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}
