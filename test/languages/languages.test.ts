import { join } from 'node:path';
import { DeleteRepositoryCommand } from '@aws-sdk/client-ecr';
import { install, type App } from './app';
import { go } from './go';
import { java } from './java';
import { replaceIn } from './language';
import { python } from './python';
import { SAMPLED, sampleOf } from './samples';
import { typescript } from './typescript';
import { FLOOR, PINNED } from './versions';
import { newWorkspace, type Workspace } from './workspace';
import { createRepositories, demoRepositories, OWNERS_TAGS, type DemoRepository } from '../../examples/demo/acts/repositories-of-teams';
import { startEmulators, type Emulators } from '../support/emulators';
import { settingsOf, tagsOf, type Settings } from '../support/emulators/ecr';

let emulators: Emulators;
beforeAll(async () => {
  emulators = await startEmulators();
});
afterAll(() => emulators?.stop());

describe.each([FLOOR, PINNED])('with aws-cdk-lib %s', (cdkVersion) => {
  let workspace: Workspace;
  let reference: App;
  beforeAll(async () => {
    workspace = newWorkspace();
    reference = await install(typescript, cdkVersion, workspace, emulators);
  });
  afterAll(() => workspace?.remove());

  test('typescript synthesizes the example', () => declaresAll(reference));

  test('typescript refuses a wrong filter', () => refusesWrongFilter(reference));

  test('typescript refuses a property that does not exist, when the app runs', async () => {
    replaceIn(join(reference.folder, 'tag-mutability-stack.ts'), 'imageTagMutability: TagMutability.IMMUTABLE,', '$& removalPolcy: undefined,');
    await expect(reference.cdk('synth', '--quiet')).rejects.toThrow('removalPolcy');
    replaceIn(join(reference.folder, 'tag-mutability-stack.ts'), ' removalPolcy: undefined,', '');
  });

  describe.each([python, go, java])('$name', (language) => {
    let app: App;
    beforeAll(async () => {
      app = await install(language, cdkVersion, workspace, emulators);
    });

    test('synthesizes the template that TypeScript does', async () => {
      expect(await app.template()).toBe(await reference.template());
    });

    test('refuses a wrong filter', () => refusesWrongFilter(app));

    if (cdkVersion === PINNED) {
      test.each(SAMPLED)('compiles the sample of %s', (type) => language.compileSample(app.folder, sampleOf(type, language.name as 'python' | 'go' | 'java')));

      test('is deployed, and destroyed with everything restored', () => deploysAndRestores(app));
    }
  });
});

describe('with the newest aws-cdk-lib', () => {
  let workspace: Workspace;
  let app: App;
  beforeAll(async () => {
    workspace = newWorkspace();
    app = await install(typescript, 'latest', workspace, emulators);
  });
  afterAll(() => workspace?.remove());

  test('typescript synthesizes the example', () => declaresAll(app));

  test('typescript refuses a wrong filter', () => refusesWrongFilter(app));
});

async function declaresAll(app: App): Promise<void> {
  const { Resources } = JSON.parse(await app.template()) as { Resources: Record<string, { Type: string; Properties: object }> };
  const propertiesOf = (type: string) => Object.values(Resources).filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
  expect(propertiesOf('Custom::ECRImageTagMutability')).toEqual([
    { ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', ImageTagMutabilityExclusionFilters: wildcards('latest', 'buildcache') },
    { ImageTagMutability: 'MUTABLE_WITH_EXCLUSION', ImageTagMutabilityExclusionFilters: wildcards('release-*') },
    { ImageTagMutability: 'IMMUTABLE' },
    { ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', ImageTagMutabilityExclusionFilters: wildcards('buildcache') },
  ].map((declared) => expect.objectContaining(declared)));
  expect(propertiesOf('Custom::ECRRegistryImageTagMutability')).toEqual([
    expect.objectContaining({ RepositoryFilters: ['team-d/*'], ExcludeRepositoryFilters: ['*-cache'], ImageTagMutability: 'IMMUTABLE' }),
  ]);
}

function wildcards(...filters: string[]): object[] {
  return filters.map((filter) => ({ ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: filter }));
}

async function refusesWrongFilter(app: App): Promise<void> {
  await expect(app.cdk('synth', '--quiet', '--context', 'movingTags=latest,a*b*c*d')).rejects.toThrow(
    'TagMutability/Api: imageTagMutabilityExclusionFilters has the filter \'a*b*c*d\' with 3 wildcards, but ECR takes at most 2 \'*\' in a filter. '
    + 'Split it into several filters, or use fewer \'*\'.');
}

const MUTABLE: Settings = { imageTagMutability: 'MUTABLE', filters: [] };
const IMMUTABLE: Settings = { imageTagMutability: 'IMMUTABLE', filters: [] };

/** What the example's rule declares, and what it leaves out. */
const TEAM_D: DemoRepository[] = [
  { name: 'team-d/jobs', before: MUTABLE, declared: IMMUTABLE, changed: IMMUTABLE },
  { name: 'team-d/jobs-cache', before: MUTABLE, declared: MUTABLE, changed: MUTABLE },
];

async function deploysAndRestores(app: App): Promise<void> {
  const ecr = emulators.ecr();
  const repositories = [...demoRepositories(emulators.accountId, emulators.region), ...TEAM_D];
  const settings = async () => Promise.all(repositories.map(({ name }) => settingsOf(ecr, name)));

  await createRepositories(ecr, repositories);
  await app.cdk('bootstrap', `aws://${emulators.accountId}/${emulators.region}`);
  await app.cdk('deploy', '--require-approval', 'never');
  expect(await settings()).toEqual(repositories.map(({ declared }) => declared));

  await app.cdk('destroy', '--force');
  expect(await settings()).toEqual(repositories.map(({ before }) => before));
  for (const { name } of repositories) {
    expect(await tagsOf(ecr, name)).toEqual(OWNERS_TAGS);
    await ecr.send(new DeleteRepositoryCommand({ repositoryName: name }));
  }
}
