import {
  CreateRepositoryCommand, DescribeRepositoriesCommand, ListTagsForResourceCommand, PutImageTagMutabilityCommand, TagResourceCommand,
  UntagResourceCommand, type ECRClient, type Tag,
} from '@aws-sdk/client-ecr';
import type { RepositoryEvidence } from './evidence';
import { TAG_PREFIX } from '../../src/shared/contract';
import type { Settings } from '../../src/shared/settings';

const settingsInput = ({ mutability, filters }: Settings) => ({
  imageTagMutability: mutability,
  ...filters.length > 0 && { imageTagMutabilityExclusionFilters: filters.map((filter) => ({ filterType: 'WILDCARD' as const, filter })) },
});

export async function createRepository(ecr: ECRClient, repositoryName: string, settings: Settings): Promise<string> {
  const { repository } = await ecr.send(new CreateRepositoryCommand({ repositoryName, ...settingsInput(settings) }));
  return repository?.repositoryArn ?? '';
}

export async function putSettings(ecr: ECRClient, repositoryName: string, settings: Settings): Promise<void> {
  await ecr.send(new PutImageTagMutabilityCommand({ repositoryName, ...settingsInput(settings) }));
}

export async function describeRepository(ecr: ECRClient, repositoryName: string): Promise<RepositoryEvidence> {
  const { repositories: [repository] = [] } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }));
  return {
    imageTagMutability: repository?.imageTagMutability,
    imageTagMutabilityExclusionFilters: repository?.imageTagMutabilityExclusionFilters?.map(({ filterType, filter }) => ({ filterType, filter })),
    tags: (await recordOf(ecr, repository?.repositoryArn)).length,
  };
}

/** Removes the library's tags, as an owner's tool does. */
export async function eraseRecord(ecr: ECRClient, repositoryName: string): Promise<void> {
  const resourceArn = await arnOf(ecr, repositoryName);
  const tagKeys = (await recordOf(ecr, resourceArn)).map(({ Key = '' }) => Key);
  await ecr.send(new UntagResourceCommand({ resourceArn, tagKeys }));
}

/** Each value of a declaration starts with the number of its format. The ownership tag has none. */
export async function setFormat(ecr: ECRClient, repositoryName: string, format: number): Promise<void> {
  const resourceArn = await arnOf(ecr, repositoryName);
  const tags = (await recordOf(ecr, resourceArn))
    .filter(({ Key = '' }) => /:(declared|original)/.test(Key))
    .map(({ Key, Value = '' }) => ({ Key, Value: Value.replace(/^\d+/, String(format)) }));
  await ecr.send(new TagResourceCommand({ resourceArn, tags }));
}

async function arnOf(ecr: ECRClient, repositoryName: string): Promise<string | undefined> {
  const { repositories: [repository] = [] } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }));
  return repository?.repositoryArn;
}

async function recordOf(ecr: ECRClient, resourceArn: string | undefined): Promise<Tag[]> {
  const { tags = [] } = await ecr.send(new ListTagsForResourceCommand({ resourceArn }));
  return tags.filter(({ Key = '' }) => Key.startsWith(TAG_PREFIX));
}
