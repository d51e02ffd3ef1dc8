/**
 * What the construct renders and the Lambda reads: neither side spells a name of this contract a second time. Beside it the two
 * share only ECR's rules, for settings and for names.
 */

export const RESOURCE_TYPE = 'Custom::ECRImageTagMutability';

/** The Lambda's environment: the tag that marks the repositories of the provider's stack, and that stack's id, its value. */
export const ENV_MARK_KEY = 'MARK_KEY';
export const ENV_MARK_VALUE = 'MARK_VALUE';

/** Every tag of this library starts so; permissions and owners' deny statements rely on it. */
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
