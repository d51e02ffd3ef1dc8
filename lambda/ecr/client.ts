import {
  DescribeRepositoriesCommand, ECRClient, ListTagsForResourceCommand, PutImageTagMutabilityCommand, TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-ecr';
import type { Repository as DescribedRepository } from '@aws-sdk/client-ecr';
import { Ecr } from './ecr';
import { Repository } from './repository';
import { Settings, areValidSettings, isMutability, takesFilters } from '../../src/shared/settings';

/**
 * The SDK makes one attempt, and `withRetries` all others. ECR throttles each action by itself. The SDK's adaptive mode would slow down all of
 * a client's calls for it, and its own attempts would take turns unfairly with those of other invocations.
 */
export const SDK_RETRIES = { maxAttempts: 1, retryMode: 'standard' } as const;

const CLIENTS = new Map<string, ECRClient>();

const REQUEST_HANDLER = { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true };

/** For clients whose calls `withRetries` does not repeat. */
export const CLIENT_OPTIONS = { retryMode: 'adaptive', maxAttempts: 10, requestHandler: REQUEST_HANDLER };

/**
 * A client whose every attempt is bounded: a network that swallows packets must not take the whole invocation.
 * A warm function has it still, with its connections.
 */
export function ecrClient(region: string): ECRClient {
  const client = CLIENTS.get(region) ?? new ECRClient({ region, requestHandler: REQUEST_HANDLER, ...SDK_RETRIES });
  CLIENTS.set(region, client);
  return client;
}

/** ECR itself. `remaining` is the time left, in ms: after it, no call makes another attempt. */
export function ecr(client: ECRClient, repository: Repository, remaining: () => number): Ecr {
  const { arn: resourceArn, name: repositoryName, registryId } = repository;
  const bounded = () => ({ abortSignal: AbortSignal.timeout(Math.max(remaining(), 0)) });
  return {
    async readSettings() {
      const command = new DescribeRepositoriesCommand({ registryId, repositoryNames: [repositoryName] });
      const found = (await client.send(command, bounded())).repositories?.[0];
      if (!found) {
        throw new Error(`DescribeRepositories answered nothing for ${repositoryName}`);
      }
      return settingsOf(found, repositoryName);
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

/** Nothing where this version does not know the settings: whoever works on the repository says so. */
export function settingsIfKnown(...described: Parameters<typeof settingsOf>): Settings | undefined {
  try {
    return settingsOf(...described);
  } catch {
    return undefined;
  }
}

/**
 * Settings that this version does not know are refused, since what is read here may have to be restored. Filters beside a mutability that
 * takes none are ignored: whether ECR forgets former filters when a repository becomes MUTABLE or IMMUTABLE is not documented.
 */
export function settingsOf(
  { imageTagMutability: mutability = 'MUTABLE', imageTagMutabilityExclusionFilters: found = [] }: DescribedRepository, repositoryName: string,
): Settings {
  if (isMutability(mutability)) {
    if (!takesFilters(mutability)) {
      return { mutability, filters: [] };
    }
    const filters = found.map(({ filter = '' }) => filter);
    if (found.every(({ filterType }) => filterType === 'WILDCARD') && areValidSettings({ mutability, filters })) {
      return { mutability, filters };
    }
  }
  const setting = [mutability, ...found.map(({ filterType, filter }) => `${filterType} ${filter}`)].join(', ');
  throw new Error(`DescribeRepositories answered the setting '${setting}' for ${repositoryName}, which this version does not know. Update cdk-ecr-tag-mutability in this stack's app and deploy again`);
}
