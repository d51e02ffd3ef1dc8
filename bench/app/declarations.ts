import { Stack } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { AwsCustomResource, AwsCustomResourcePolicy, AwsSdkCall, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { ImageTagMutability } from 'cdk-ecr-tag-mutability';

/** What a declaration says, in each of the ways that there are to say it. */
export interface Declared {
  readonly name: string;
  readonly mutability: ecr.TagMutability;
  readonly filter: string;
}

export const KINDS = ['cdk-ecr-tag-mutability', 'AwsCustomResource', 'native'] as const;
export type Kind = typeof KINDS[number];

/** Declares a repository's setting: an existing one's, imported by name, or for `native` one that the stack creates. */
export function declare(kind: Kind, stack: Stack, id: string, declared: Declared): void {
  const settings = {
    imageTagMutability: declared.mutability,
    imageTagMutabilityExclusionFilters: [ecr.ImageTagMutabilityExclusionFilter.wildcard(declared.filter)],
  };
  if (kind === 'native') {
    new ecr.Repository(stack, id, { repositoryName: declared.name, ...settings });
    return;
  }
  const repository = ecr.Repository.fromRepositoryName(stack, `${id}Repository`, declared.name);
  if (kind === 'cdk-ecr-tag-mutability') {
    new ImageTagMutability(stack, id, { repository, ...settings });
  } else {
    awsCustomResource(stack, id, repository, declared);
  }
}

/** As much of the same as it can: it may change that repository only, puts back the default, and bears a repository that is gone. */
function awsCustomResource(stack: Stack, id: string, repository: ecr.IRepository, { mutability, filter }: Declared): void {
  const call = (parameters: object): AwsSdkCall => ({
    service: 'ECR',
    action: 'putImageTagMutability',
    parameters: { repositoryName: repository.repositoryName, ...parameters },
    physicalResourceId: PhysicalResourceId.of(repository.repositoryName),
  });
  new AwsCustomResource(stack, id, {
    onUpdate: call({ imageTagMutability: mutability, imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter }] }),
    onDelete: { ...call({ imageTagMutability: 'MUTABLE' }), ignoreErrorCodesMatching: 'RepositoryNotFoundException' },
    installLatestAwsSdk: false,
    policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: [repository.repositoryArn] }),
  });
}

/** A name of 30 characters, as the README's limits assume. */
export function nameOf(index: number): string {
  return `team-a/service-number-${String(index).padStart(8, '0')}`;
}
