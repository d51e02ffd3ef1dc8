import { DefaultStackSynthesizer, Stack, type StackProps } from 'aws-cdk-lib';
import { ImageTagMutabilityExclusionFilter, Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import { ImageTagMutability, RegistryImageTagMutability } from 'cdk-ecr-tag-mutability';
import type { Construct } from 'constructs';

/** Settings of repositories that this stack does not create. What they were before comes back when the stack goes. */
export class TagMutabilityStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);

    // A release stays what it was; the tags that are meant to move are listed in cdk.json (or given by -c movingTags=...).
    const movingTags: string = this.node.tryGetContext('movingTags');
    new ImageTagMutability(this, 'Api', {
      repository: Repository.fromRepositoryName(this, 'ApiRepository', 'team-a/api'),
      imageTagMutability: TagMutability.IMMUTABLE_WITH_EXCLUSION,
      imageTagMutabilityExclusionFilters: movingTags.split(',').map((tag) => ImageTagMutabilityExclusionFilter.wildcard(tag)),
    });

    // Anything may be pushed again while a team tries things out, but not its releases.
    new ImageTagMutability(this, 'Web', {
      repository: Repository.fromRepositoryName(this, 'WebRepository', 'team-b/web'),
      imageTagMutability: TagMutability.MUTABLE_WITH_EXCLUSION,
      imageTagMutabilityExclusionFilters: [ImageTagMutabilityExclusionFilter.wildcard('release-*')],
    });

    // No tag may be pushed again, whatever was excluded before.
    new ImageTagMutability(this, 'Worker', {
      repository: Repository.fromRepositoryName(this, 'WorkerRepository', 'team-c/worker'),
      imageTagMutability: TagMutability.IMMUTABLE,
    });

    // `cdk bootstrap` makes this repository immutable: a build cache kept there needs its tag excluded.
    const containerAssets = `cdk-${DefaultStackSynthesizer.DEFAULT_QUALIFIER}-container-assets-${this.account}-${this.region}`;
    new ImageTagMutability(this, 'ContainerAssets', {
      repository: Repository.fromRepositoryName(this, 'ContainerAssetsRepository', containerAssets),
      imageTagMutability: TagMutability.IMMUTABLE_WITH_EXCLUSION,
      imageTagMutabilityExclusionFilters: [ImageTagMutabilityExclusionFilter.wildcard('buildcache')],
    });

    // All repositories of a team but its caches, also those that it creates later: no tag may be pushed again.
    new RegistryImageTagMutability(this, 'TeamD', {
      repositoryFilters: ['team-d/*'],
      excludeRepositoryFilters: ['*-cache'],
      imageTagMutability: TagMutability.IMMUTABLE,
    });
  }
}
