/**
 * The contract between the constructs, which render it, and the Lambda, which reads it. Each name is spelled here only, so that the two
 * sides cannot differ.
 */

export const RESOURCE_TYPE = 'Custom::ECRImageTagMutability';

/** The Lambda's environment: key and value of the ownership tag, by which IAM knows the repositories of the provider's stack. */
export const ENV_OWNERSHIP_TAG_KEY = 'OWNERSHIP_TAG_KEY';
export const ENV_OWNERSHIP_TAG_VALUE = 'OWNERSHIP_TAG_VALUE';

/** Every tag key of this library starts with it. Permissions and deny statements rely on it. */
export const TAG_PREFIX = 'cdk-ecr-tag-mutability:';

export const MUTABILITIES = ['MUTABLE', 'IMMUTABLE', 'IMMUTABLE_WITH_EXCLUSION', 'MUTABLE_WITH_EXCLUSION'] as const;
export type Mutability = typeof MUTABILITIES[number];

/** An exclusion filter as CloudFormation spells it for `AWS::ECR::Repository`. */
export interface ExclusionFilterProperty {
  readonly ImageTagMutabilityExclusionFilterType: 'WILDCARD';
  readonly ImageTagMutabilityExclusionFilterValue: string;
}

/** The properties of the custom resource, named as those of `AWS::ECR::Repository`. */
export interface ResourceProperties {
  readonly RepositoryArn: string;
  readonly ImageTagMutability: Mutability;
  readonly ImageTagMutabilityExclusionFilters?: readonly ExclusionFilterProperty[];
}

/** What `Fn::GetAtt` gives. */
export interface ResourceAttributes {
  readonly RegistryId: string;
  readonly RepositoryName: string;
  /** The effective setting, which is another stack's where that one declared later. */
  readonly ImageTagMutability: Mutability;
}
