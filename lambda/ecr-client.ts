import {
  DescribeRepositoriesCommand, ECRClient, ListTagsForResourceCommand, PutImageTagMutabilityCommand, TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-ecr';
import { Ecr } from './ecr';
import { Repository } from './repository';
import { isMutability } from '../src/settings';

const CLIENTS = new Map<string, ECRClient>();

/**
 * A client whose every attempt is bounded: a network that swallows packets must not take the whole invocation.
 * A warm function has it still, with its connections and what it learned of ECR's rate.
 */
export function ecrClient(region: string): ECRClient {
  const client = CLIENTS.get(region) ?? new ECRClient({
    region,
    retryMode: 'adaptive',
    maxAttempts: 10,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
  CLIENTS.set(region, client);
  return client;
}

/** ECR itself. `remaining` is the time left, in ms: no call, its retries included, lasts longer. */
export function ecr(client: ECRClient, repository: Repository, remaining: () => number): Ecr {
  const { arn: resourceArn, name: repositoryName, registryId } = repository;
  const bounded = () => ({ abortSignal: AbortSignal.timeout(Math.max(remaining(), 0)) });
  return {
    async readSettings() {
      const command = new DescribeRepositoriesCommand({ registryId, repositoryNames: [repositoryName] });
      const found = (await client.send(command, bounded())).repositories?.[0];
      // A repository that was never set answers MUTABLE, as the API documents; an answer beyond this library is not to be guessed at.
      const mutability = found?.imageTagMutability ?? 'MUTABLE';
      if (!found || !isMutability(mutability)) {
        throw new Error(`DescribeRepositories answered the setting '${mutability}' for ${repositoryName}, which this version does not know`);
      }
      return { mutability, filters: (found.imageTagMutabilityExclusionFilters ?? []).map(({ filter }) => filter ?? '') };
    },

    async readTags() {
      const { tags = [] } = await client.send(new ListTagsForResourceCommand({ resourceArn }), bounded());
      return new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
    },

    async putSettings({ mutability, filters }) {
      await client.send(new PutImageTagMutabilityCommand({
        registryId,
        repositoryName,
        imageTagMutability: mutability,
        ...filters.length > 0 && {
          imageTagMutabilityExclusionFilters: filters.map((filter) => ({ filterType: 'WILDCARD' as const, filter })),
        },
      }), bounded());
    },

    async tag(tags) {
      await client.send(new TagResourceCommand({ resourceArn, tags: [...tags].map(([Key, Value]) => ({ Key, Value })) }), bounded());
    },

    async untag(keys) {
      await client.send(new UntagResourceCommand({ resourceArn, tagKeys: [...keys] }), bounded());
    },
  };
}
