import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App, CfnParameter, CfnResource, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import { readAssembly } from '../../../cli/plan/assembly';
import { declarationsOf } from '../../../cli/plan/declarations';
import { ImageTagMutability, RegistryImageTagMutability } from '../../../src';
import { RULE_RESOURCE_TYPE } from '../../../src/shared/registry';
import { ACCOUNT, REGION, arnOf } from '../../support/cloudtrail-events';
import { IMMUTABLE } from '../../support/settings';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assembly-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, content: unknown) {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content));
}

/** Makes the declaration of a repository of another team. */
function declares(stack: Stack, name: string) {
  new ImageTagMutability(stack, name, { repository: Repository.fromRepositoryName(stack, `${name}Repository`, name), imageTagMutability: TagMutability.IMMUTABLE });
}

const planned = () => declarationsOf(readAssembly(folder), REGION, ACCOUNT, 'aws');

test('what the constructs synthesize is found: in stacks, stages and nested stacks', () => {
  // As the CDK CLI has it, unless it is told otherwise: then nothing in a template says which file is a nested stack's.
  const app = new App({ outdir: folder, context: { 'aws:cdk:enable-asset-metadata': true } });
  declares(new Stack(app, 'Plain'), 'plain');
  declares(new Stack(app, 'Here', { env: { account: ACCOUNT, region: REGION } }), 'here');
  declares(new Stack(new Stage(app, 'Prod'), 'Staged'), 'staged');
  declares(new NestedStack(new Stack(app, 'Outer'), 'Inner'), 'nested');
  app.synth();
  const { declarations, unresolved, elsewhere } = planned();
  expect(declarations.map(({ target, settings }) => [target, settings]).toSorted()).toEqual(
    ['here', 'nested', 'plain', 'staged'].map((name) => [arnOf(name), IMMUTABLE]));
  expect(declarations.map(({ declaredBy }) => declaredBy?.split('/')[0]).toSorted()).toEqual(['Here', 'Outer', 'Plain', 'Prod-Staged']);
  expect([unresolved, [...elsewhere]]).toEqual([[], []]);
});

test('declarations for other regions and accounts are counted, and those that only a deployment resolves are named', () => {
  const app = new App({ outdir: folder });
  declares(new Stack(app, 'There', { env: { account: ACCOUNT, region: 'us-east-1' } }), 'there');
  declares(new Stack(app, 'Theirs', { env: { account: '444455556666', region: REGION } }), 'theirs');
  const own = new Stack(app, 'Own');
  new ImageTagMutability(own, 'Tags', { repository: new Repository(own, 'Repository'), imageTagMutability: TagMutability.IMMUTABLE });
  app.synth();
  const { declarations, unresolved, elsewhere } = planned();
  expect(declarations).toEqual([]);
  expect(unresolved).toEqual([expect.stringMatching(/^Own\/Tags/)]);
  expect(Object.fromEntries(elsewhere)).toEqual({ [`us-east-1 of ${ACCOUNT}`]: 1, [`${REGION} of 444455556666`]: 1 });
});

test('rules for the registry have their filters; one that only reports is marked', () => {
  const app = new App({ outdir: folder });
  const stack = new Stack(app, 'Rules');
  const imageTagMutability = TagMutability.IMMUTABLE;
  new RegistryImageTagMutability(stack, 'All', { repositoryFilters: ['team-a/*'], excludeRepositoryFilters: ['*-cache'], imageTagMutability });
  new RegistryImageTagMutability(stack, 'Trial', { repositoryFilters: ['team-b/*'], imageTagMutability, reportOnly: true });
  const filters = new CfnParameter(stack, 'Filters', { type: 'CommaDelimitedList' });
  new CfnResource(stack, 'Unknown', { type: RULE_RESOURCE_TYPE, properties: { RepositoryFilters: filters.valueAsList, ImageTagMutability: 'IMMUTABLE' } });
  app.synth();
  expect(planned()).toMatchObject({
    declarations: [
      {
        declaredBy: expect.stringMatching(/^Rules\/All\w+$/),
        settings: IMMUTABLE,
        target: { repositoryFilter: ['team-a/*'], excludeRepositoryFilter: ['*-cache'] },
      },
      { declaredBy: expect.stringMatching(/^Rules\/Trial\w+ \(reportOnly\)$/), target: { repositoryFilter: ['team-b/*'], excludeRepositoryFilter: [] } },
    ],
    unresolved: ['Rules/Unknown'],
  });
});

test.each([
  ['no manifest', () => {}, 'ENOENT'],
  ['a manifest that is no JSON', () => write('manifest.json', '{'), 'JSON'],
  ['a template that is missing', () => write('manifest.json', { artifacts: { A: { type: 'aws:cloudformation:stack', properties: { templateFile: 'A.json' } } } }), 'A.json'],
])('%s: one line that says what to give', (_, prepare, expected) => {
  prepare();
  expect(() => readAssembly(folder)).toThrow(expected);
  expect(() => readAssembly(folder)).toThrow('Give the folder that cdk synth writes');
});

test.each(['{}', 'null', '{"artifacts":{}}'])('a manifest %s has no resources', (manifest) => {
  write('manifest.json', manifest);
  expect(readAssembly(folder)).toEqual([]);
});
