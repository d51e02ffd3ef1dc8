import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { SAMPLED, sampleOf } from './samples';
import { DIST, ROOT } from '../../projenrc/artifacts';

/**
 * Most machines have no .NET SDK. So the names in the example and in the samples of the API's documentation are compared with the generated
 * sources of the library and, for aws-cdk-lib and constructs, with the assemblies that theirs are generated from. Where there is a
 * `dotnet`, `new-build.test.ts` compiles and runs the example.
 */
const SOURCES = join(DIST, 'dotnet/CdkEcrTagMutability/CdkEcrTagMutability');
const EXAMPLE = join(ROOT, 'examples/csharp/src');

interface Type {
  readonly name: string;
  readonly fqn: string;
  readonly members?: ReadonlyArray<{ readonly name: string }>;
  readonly methods?: ReadonlyArray<{ readonly name: string }>;
  readonly properties?: ReadonlyArray<{ readonly name: string; readonly const?: boolean }>;
}

interface Assembly {
  readonly targets: { readonly dotnet: { readonly namespace: string } };
  readonly submodules?: Readonly<Record<string, { readonly targets?: { readonly dotnet?: { readonly namespace: string } } }>>;
  readonly types: Readonly<Record<string, Type>>;
}

const example = readdirSync(EXAMPLE).filter((file) => file.endsWith('.cs')).map((file) => readFileSync(join(EXAMPLE, file), 'utf8')).join('\n');
const code = [example, ...SAMPLED.map((type) => sampleOf(type, 'csharp'))].join('\n');
/** Without comments, and of strings only what they interpolate. */
const bare = code.replace(/\/\/.*$/gm, '').replace(/\$?"([^"]*)"/g, (_, text: string) => [...text.matchAll(/\{([^}]*)\}/g)].map(([, inner]) => inner).join(' '));
const namespaces = [...new Set([...bare.matchAll(/^using ([\w.]+);/gm)].map(([, namespace]) => namespace))].filter((namespace) => !/^(System|Example)\b/.test(namespace));

/** The members of each type of a namespace, spelled as in C#. */
function typesOf(namespace: string): Map<string, Set<string>> {
  const types = namespace === 'CdkEcrTagMutability' ? generatedTypes() : [...cdkLib, ...constructs].filter((each) => each.namespace === namespace);
  return new Map(types.map(({ name, members }) => [name, new Set(members)]));
}

function generatedTypes() {
  return readdirSync(SOURCES).filter((file) => file.endsWith('.cs')).map((file) => ({
    name: file.replace('.cs', ''),
    members: [...readFileSync(join(SOURCES, file), 'utf8').matchAll(/^ +public (?:static |virtual |override )*[\w.[\]?]+ (\w+)/gm)].map(([, name]) => name),
  }));
}

function typesIn(assembly: Assembly) {
  return Object.values(assembly.types).map(({ name, fqn, members = [], methods = [], properties = [] }) => ({
    name,
    namespace: assembly.submodules?.[fqn.slice(0, fqn.lastIndexOf('.'))]?.targets?.dotnet?.namespace ?? assembly.targets.dotnet.namespace,
    members: [
      ...members.map((member) => member.name),
      ...[...methods, ...properties].map((member) => /^[A-Z_]+$/.test(member.name) ? member.name : member.name[0].toUpperCase() + member.name.slice(1)),
    ],
  }));
}

const cdkLib = typesIn(JSON.parse(gunzipSync(readFileSync(join(ROOT, 'node_modules/aws-cdk-lib/.jsii.gz'))).toString()) as Assembly);
const constructs = typesIn(JSON.parse(readFileSync(join(ROOT, 'node_modules/constructs/.jsii'), 'utf8')) as Assembly);
const known = new Map(namespaces.flatMap((namespace) => [...typesOf(namespace)]));

test.each(namespaces)('the namespace %s has types', (namespace) => {
  expect(typesOf(namespace).size).toBeGreaterThan(0);
});

test('every class that is made exists', () => {
  const made = [...bare.matchAll(/new (\w+)/g)].map(([, name]) => name).filter((name) => name !== 'TagMutabilityStack');
  expect(made).toEqual(expect.arrayContaining(['ImageTagMutability', 'RegistryImageTagMutability']));
  expect(made.filter((name) => !known.has(name))).toEqual([]);
});

test('every property that is set exists', () => {
  const set = assignments(bare);
  expect(set).toEqual(expect.arrayContaining(['ImageTagMutabilityProps.ImageTagMutabilityExclusionFilters', 'RegistryImageTagMutabilityProps.RepositoryFilters']));
  expect(set.filter(isUnknown)).toEqual([]);
});

test('every member that is named exists', () => {
  const named = [...bare.matchAll(/(?<![\w.])([A-Z]\w*)\.([A-Z]\w*)/g)].map(([use]) => use)
    .filter((use) => !/^(System|Amazon)\./.test(use));
  expect(named).toEqual(expect.arrayContaining(['TagMutability.IMMUTABLE', 'Repository.FromRepositoryName']));
  expect(named.filter(isUnknown)).toEqual([]);
});

function isUnknown(use: string): boolean {
  const [type, member] = use.split('.');
  return !known.get(type)?.has(member);
}

/** What object initializers set, as `Type.Property`, the innermost first. */
function assignments(source: string): string[] {
  const innermost = /new ?([\w.]*)(?:\[\])?\s*\{([^{}]*)\}/.exec(source);
  if (innermost === null) return [];
  const [whole, type, body] = innermost;
  return [
    ...[...body.matchAll(/^\s*(\w+) =/gm)].map(([, property]) => `${type}.${property}`),
    ...assignments(source.replace(whole, 'made')),
  ];
}
