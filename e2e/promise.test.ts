import { CreateRepositoryCommand, DeleteRepositoryCommand, ImageTagMutability as Mutability, TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-ecr';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ImageTagMutabilityExclusionFilter, Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import { Emulators, startEmulators } from './emulators';
import { ImageTagMutability } from '../src';
import { createStack, deleteStack, updateStack } from './emulators/cloudformation';
import { Settings, recordOf, settingsOf, tagsOf } from './emulators/ecr';
import { publishedTemplate } from './emulators/template';

/** What a template declares for one repository: its name, then the setting with its filters. */
interface Declaration {
  readonly id?: string;
  readonly repository: string;
  readonly region?: string;
  readonly mutability: TagMutability;
  readonly filters?: readonly string[];
  readonly removalPolicy?: RemovalPolicy;
}

let emulators: Emulators;
let count = 0;

beforeAll(async () => {
  emulators = await startEmulators();
}, 300_000);

afterAll(() => emulators?.stop());

const MUTABLE: Settings = { imageTagMutability: 'MUTABLE', filters: [] };
const IMMUTABLE: Settings = { imageTagMutability: 'IMMUTABLE', filters: [] };
const FILTERED: Settings = { imageTagMutability: 'MUTABLE_WITH_EXCLUSION', filters: ['prod-*', 'release-v*'] };
const LOCKED = { mutability: TagMutability.IMMUTABLE_WITH_EXCLUSION, filters: ['dev-*', 'latest'] };
const LOCKED_SETTINGS: Settings = { imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['dev-*', 'latest'] };

/** A new repository with these settings, and tags of its owner. */
async function repository({ imageTagMutability, filters }: Settings, region?: string): Promise<string> {
  const repositoryName = `team-${++count}/api`;
  await emulators.ecr(region).send(new CreateRepositoryCommand({
    repositoryName,
    imageTagMutability: imageTagMutability as Mutability,
    ...filters.length > 0 && { imageTagMutabilityExclusionFilters: filters.map((filter) => ({ filterType: 'WILDCARD', filter })) },
    tags: [{ Key: 'owner', Value: 'team' }],
  }));
  return repositoryName;
}

function template(stackName: string, ...declarations: readonly Declaration[]) {
  return publishedTemplate(emulators, stackName, (stack) => {
    for (const { id = 'Tags', repository: name, region, mutability, filters, removalPolicy } of declarations) {
      new ImageTagMutability(stack, id, {
        repository: imported(stack, id, name, region),
        imageTagMutability: mutability,
        imageTagMutabilityExclusionFilters: filters?.map((filter) => ImageTagMutabilityExclusionFilter.wildcard(filter)),
        removalPolicy,
      });
    }
  });
}

function imported(stack: Stack, id: string, name: string, region?: string) {
  return region
    ? Repository.fromRepositoryArn(stack, `${id}Repository`, `arn:aws:ecr:${region}:${emulators.accountId}:repository/${name}`)
    : Repository.fromRepositoryName(stack, `${id}Repository`, name);
}

const stackName = () => `stack-${++count}`;

async function create(name: string, ...declarations: readonly Declaration[]): Promise<string> {
  return createStack(emulators.cloudFormation, name, await template(name, ...declarations));
}

async function update(id: string, name: string, ...declarations: readonly Declaration[]): Promise<void> {
  return updateStack(emulators.cloudFormation, id, await template(name, ...declarations));
}

const remove = (id: string) => deleteStack(emulators.cloudFormation, id);

/** What ECR answers now: the settings, and how many tags of the library there are. */
async function now(name: string, region?: string): Promise<[Settings, number]> {
  return [await settingsOf(emulators.ecr(region), name), (await recordOf(emulators.ecr(region), name)).length];
}

test('create, update and delete: the settings are the declared ones, then the original with its filters again', async () => {
  const name = await repository(FILTERED);
  const stack = stackName();
  const id = await create(stack, { repository: name, ...LOCKED });
  expect(await now(name)).toEqual([LOCKED_SETTINGS, 3]);
  await update(id, stack, { repository: name, mutability: TagMutability.IMMUTABLE });
  expect(await now(name)).toEqual([IMMUTABLE, 3]);
  await remove(id);
  expect(await now(name)).toEqual([FILTERED, 0]);
  expect(await tagsOf(emulators.ecr(), name)).toEqual({ owner: 'team' });
});

test('a renamed construct keeps its settings, and the original', async () => {
  const name = await repository(FILTERED);
  const stack = stackName();
  const id = await create(stack, { repository: name, ...LOCKED });
  await update(id, stack, { id: 'Renamed', repository: name, ...LOCKED });
  expect(await now(name)).toEqual([LOCKED_SETTINGS, 3]);
  await remove(id);
  expect(await now(name)).toEqual([FILTERED, 0]);
});

test('a repository changed for another: the old one is put back, the new one set', async () => {
  const [old, other] = [await repository(FILTERED), await repository(MUTABLE)];
  const stack = stackName();
  const id = await create(stack, { repository: old, ...LOCKED });
  await update(id, stack, { repository: other, ...LOCKED });
  expect([await now(old), await now(other)]).toEqual([[FILTERED, 0], [LOCKED_SETTINGS, 3]]);
  await remove(id);
  expect(await now(other)).toEqual([MUTABLE, 0]);
});

test('a failed update is rolled back, on every repository', async () => {
  const name = await repository(MUTABLE);
  const stack = stackName();
  const id = await create(stack, { repository: name, ...LOCKED });
  await expect(update(id, stack,
    { repository: name, mutability: TagMutability.IMMUTABLE },
    { id: 'Missing', repository: 'team-x/missing', mutability: TagMutability.IMMUTABLE },
  )).rejects.toThrow(/UPDATE_ROLLBACK_COMPLETE.*team-x\/missing/);
  expect(await now(name)).toEqual([LOCKED_SETTINGS, 3]);
  await remove(id);
  expect(await now(name)).toEqual([MUTABLE, 0]);
});

test('a repository that does not exist: the stack\'s reason names it', async () => {
  await expect(create(stackName(), { repository: 'team-y/missing', ...LOCKED })).rejects.toThrow(/team-y\/missing.*eu-west-1.*RepositoryNotFoundException/);
});

test('a repository deleted before its stack: the stack is deleted all the same', async () => {
  const name = await repository(MUTABLE);
  const id = await create(stackName(), { repository: name, ...LOCKED });
  await emulators.ecr().send(new DeleteRepositoryCommand({ repositoryName: name }));
  await expect(remove(id)).resolves.toBeUndefined();
});

test('a repository in another region', async () => {
  const region = 'us-west-2';
  const name = await repository(IMMUTABLE, region);
  const id = await create(stackName(), { repository: name, region, ...LOCKED });
  expect(await now(name, region)).toEqual([LOCKED_SETTINGS, 3]);
  await remove(id);
  expect(await now(name, region)).toEqual([IMMUTABLE, 0]);
});

test('two stacks on one repository: the newer wins, and its removal gives the older one its say', async () => {
  const name = await repository(FILTERED);
  const older = await create(stackName(), { repository: name, mutability: TagMutability.IMMUTABLE });
  const newer = await create(stackName(), { repository: name, ...LOCKED });
  expect(await now(name)).toEqual([LOCKED_SETTINGS, 6]);
  await remove(newer);
  expect(await now(name)).toEqual([IMMUTABLE, 3]);
  await remove(older);
  expect(await now(name)).toEqual([FILTERED, 0]);
});

test('RETAIN leaves the setting when the stack goes', async () => {
  const name = await repository(MUTABLE);
  const id = await create(stackName(), { repository: name, ...LOCKED, removalPolicy: RemovalPolicy.RETAIN });
  await remove(id);
  expect(await now(name)).toEqual([LOCKED_SETTINGS, 3]);
});

describe('the record is erased by others', () => {
  const erase = async (name: string) => emulators.ecr().send(new UntagResourceCommand({
    resourceArn: `arn:aws:ecr:${emulators.region}:${emulators.accountId}:repository/${name}`,
    tagKeys: await recordOf(emulators.ecr(), name),
  }));

  test('before an update: declared settings are never taken for the original', async () => {
    const name = await repository(MUTABLE);
    const stack = stackName();
    const id = await create(stack, { repository: name, ...LOCKED });
    await erase(name);
    await update(id, stack, { repository: name, mutability: TagMutability.IMMUTABLE });
    expect(await now(name)).toEqual([IMMUTABLE, 3]);
    await remove(id);
    expect(await now(name)).toEqual([IMMUTABLE, 0]);
  });

  test('before a delete: the settings stay, and the delete succeeds', async () => {
    const name = await repository(MUTABLE);
    const id = await create(stackName(), { repository: name, ...LOCKED });
    await erase(name);
    await remove(id);
    expect(await now(name)).toEqual([LOCKED_SETTINGS, 0]);
  });
});

test('a repository whose tags are full: the create fails with the reason, the settings stay', async () => {
  const name = await repository(MUTABLE);
  await emulators.ecr().send(new TagResourceCommand({
    resourceArn: `arn:aws:ecr:${emulators.region}:${emulators.accountId}:repository/${name}`,
    tags: Array.from({ length: 48 }, (_, tag) => ({ Key: `tag-${tag}`, Value: 'x' })),
  }));
  await expect(create(stackName(), { repository: name, ...LOCKED })).rejects.toThrow(/52 tags.*takes 50/);
  expect(await now(name)).toEqual([MUTABLE, 0]);
});
