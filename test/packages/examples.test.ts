import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../../package.json';
import { EXAMPLE_VERSIONS, JSII_RUNTIME_GO } from '../../projenrc/versions';
import { ROOT } from '../support/project';

const EXAMPLES = join(ROOT, 'examples');

/** Where an example names the version of the library that it uses, and that is built here. */
test.each([
  ['typescript/package.json', `"cdk-ecr-tag-mutability": "file:../../dist/js/cdk-ecr-tag-mutability@${version}.jsii.tgz"`],
  ['python/requirements.txt', `cdk-ecr-tag-mutability==${version}`],
  ['java/pom.xml', `<artifactId>cdk-ecr-tag-mutability</artifactId>\n      <version>${version}</version>`],
  ['go/go.mod', `cdkecrtagmutability v${version}`],
  ['csharp/src/Example.csproj', `<PackageReference Include="CdkEcrTagMutability" Version="${version}" />`],
])('%s pins the version of this checkout', (manifest, pin) => {
  expect(readFileSync(join(EXAMPLES, manifest), 'utf8')).toContain(pin);
});

/** Where an example names the versions that `projenrc/versions.ts` gives it. */
const { typescript, python, java, go, csharp } = EXAMPLE_VERSIONS;
test.each([
  ['typescript/package.json', [`"aws-cdk-lib": "${typescript.cdk}"`, `"constructs": "${typescript.constructs}"`]],
  ['python/requirements.txt', [`aws-cdk-lib==${python.cdk}\n`, `constructs==${python.constructs}\n`]],
  ['java/pom.xml', [`<cdk.version>${java.cdk}<`, `<constructs.version>${java.constructs}<`]],
  ['go/go.mod', [`/awscdk/v2 v${go.cdk}\n`, `/constructs/v10 v${go.constructs}\n`, `/jsii-runtime-go v${JSII_RUNTIME_GO}\n`]],
  ['csharp/src/Example.csproj', [`"Amazon.CDK.Lib" Version="${csharp.cdk}"`, `"Constructs" Version="${csharp.constructs}"`]],
])('%s names the versions of projenrc/versions.ts', (manifest, pins) => {
  const text = readFileSync(join(EXAMPLES, manifest), 'utf8');
  expect(pins.filter((pin) => !text.includes(pin))).toEqual([]);
});

test('the examples have the same context', () => {
  const contexts = ['typescript', 'python', 'java', 'go', 'csharp'].map((name) => (
    (JSON.parse(readFileSync(join(EXAMPLES, name, 'cdk.json'), 'utf8')) as { context: object }).context
  ));
  for (const context of contexts) expect(context).toEqual(contexts[0]);
});
