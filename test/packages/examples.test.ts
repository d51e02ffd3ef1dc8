import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../../package.json';
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

test('every example is of the same aws-cdk-lib', () => {
  const pins = [
    ['typescript/package.json', /"aws-cdk-lib": "([\d.]+)"/],
    ['python/requirements.txt', /aws-cdk-lib==([\d.]+)/],
    ['java/pom.xml', /<cdk\.version>([\d.]+)</],
    ['go/go.mod', /awscdk\/v2 v([\d.]+)/],
    ['csharp/src/Example.csproj', /"Amazon\.CDK\.Lib" Version="([\d.]+)"/],
  ] as const;
  const versions = pins.map(([manifest, pin]) => pin.exec(readFileSync(join(EXAMPLES, manifest), 'utf8'))?.[1]);
  expect(new Set(versions)).toEqual(new Set([expect.stringMatching(/^2\.\d+\.\d+$/)]));
});

test('the examples have the same context', () => {
  const contexts = ['typescript', 'python', 'java', 'go', 'csharp'].map((name) => (
    (JSON.parse(readFileSync(join(EXAMPLES, name, 'cdk.json'), 'utf8')) as { context: object }).context
  ));
  for (const context of contexts) expect(context).toEqual(contexts[0]);
});
