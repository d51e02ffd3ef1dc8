import { CreateRepositoryCommand, type ECRClient } from '@aws-sdk/client-ecr';
import type { Settings } from '../../../test/support/emulators/ecr';

export interface DemoRepository {
  readonly name: string;
  readonly before: Settings;
  /** What examples/typescript declares. It is spelled here again, so that the example cannot agree with itself only. */
  readonly declared: Settings;
  /** The same with `MOVING_TAGS`. */
  readonly changed: Settings;
}

/** What each of them bears before, and has to bear after. */
export const OWNERS_TAGS = { owner: 'another-team' };

/** Given to the example for the second deployment: `buildcache` goes, `dev-*` comes. */
export const MOVING_TAGS = 'latest,dev-*';

export function demoRepositories(accountId: string, region: string): DemoRepository[] {
  const web: Settings = { imageTagMutability: 'MUTABLE_WITH_EXCLUSION', filters: ['release-*'] };
  const worker: Settings = { imageTagMutability: 'IMMUTABLE', filters: [] };
  const containerAssets: Settings = { imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['buildcache'] };
  return [
    {
      name: 'team-a/api',
      before: { imageTagMutability: 'MUTABLE', filters: [] },
      declared: { imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['buildcache', 'latest'] },
      changed: { imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['dev-*', 'latest'] },
    },
    {
      name: 'team-b/web',
      before: { imageTagMutability: 'IMMUTABLE', filters: [] },
      declared: web,
      changed: web,
    },
    {
      name: 'team-c/worker',
      before: { imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['dev-*', 'test-*'] },
      declared: worker,
      changed: worker,
    },
    {
      // ministack's `cdk bootstrap` makes one of this name in ministack's own ECR, which nobody asks here.
      name: `cdk-hnb659fds-container-assets-${accountId}-${region}`,
      before: { imageTagMutability: 'IMMUTABLE', filters: [] },
      declared: containerAssets,
      changed: containerAssets,
    },
  ];
}

export async function createRepositories(ecr: ECRClient, repositories: readonly DemoRepository[]): Promise<void> {
  for (const { name, before } of repositories) {
    await ecr.send(new CreateRepositoryCommand({
      repositoryName: name,
      imageTagMutability: before.imageTagMutability,
      imageTagMutabilityExclusionFilters: before.filters.length > 0 ? before.filters.map((filter) => ({ filterType: 'WILDCARD', filter })) : undefined,
      tags: Object.entries(OWNERS_TAGS).map(([Key, Value]) => ({ Key, Value })),
    }));
  }
}
