import { createHash, randomUUID } from 'node:crypto';
import {
  DescribeRepositoriesCommand, ListTagsForResourceCommand, PutImageCommand,
  type ECRClient, type ImageTagMutability, type Repository,
} from '@aws-sdk/client-ecr';
import { TAG_PREFIX } from '../../../src/shared/contract';

export interface Settings {
  readonly imageTagMutability: ImageTagMutability;
  /** Sorted: ECR gives their order no meaning. */
  readonly filters: readonly string[];
}

export async function settingsOf(ecr: ECRClient, repositoryName: string): Promise<Settings> {
  const repository = await describe(ecr, repositoryName);
  return {
    imageTagMutability: repository.imageTagMutability ?? 'MUTABLE',
    filters: (repository.imageTagMutabilityExclusionFilters ?? []).map(({ filter }) => filter ?? '').sort(),
  };
}

export async function tagsOf(ecr: ECRClient, repositoryName: string): Promise<Record<string, string>> {
  const { repositoryArn } = await describe(ecr, repositoryName);
  const { tags = [] } = await ecr.send(new ListTagsForResourceCommand({ resourceArn: repositoryArn }));
  return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** The keys of the library's own tags. */
export async function recordOf(ecr: ECRClient, repositoryName: string): Promise<string[]> {
  return Object.keys(await tagsOf(ecr, repositoryName)).filter((key) => key.startsWith(TAG_PREFIX));
}

/** Pushes an image that is new each time, under the tag. */
export async function push(ecr: ECRClient, repositoryName: string, imageTag: string): Promise<void> {
  const layer = Buffer.from(randomUUID());
  const blob = (mediaType: string) => ({ mediaType, size: layer.length, digest: `sha256:${createHash('sha256').update(layer).digest('hex')}` });
  await ecr.send(new PutImageCommand({
    repositoryName,
    imageTag,
    imageManifest: JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: blob('application/vnd.oci.image.config.v1+json'),
      layers: [blob('application/vnd.oci.image.layer.v1.tar+gzip')],
    }),
  }));
}

async function describe(ecr: ECRClient, repositoryName: string): Promise<Repository> {
  const { repositories: [repository] = [] } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }));
  if (repository === undefined) throw new Error(`ECR answers nothing about ${repositoryName}`);
  return repository;
}
