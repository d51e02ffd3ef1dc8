import { Mutability, ResourceProperties } from '../../src/shared/contract';
import { Settings } from '../../src/shared/settings';

export const ARN = 'arn:aws:ecr:eu-west-1:111122223333:repository/team-a/api';
export const OTHER_ARN = `${ARN}-2`;
export const THIRD_ARN = `${ARN}-3`;

/** The longest ARN of a repository: of the partition, region and name that take most. */
export const LONGEST_ARN = `arn:aws-us-gov:ecr:us-gov-west-1:111122223333:repository/${'a'.repeat(256)}`;

/** An exclusion filter as CloudFormation has it; also one that is none. */
export const wildcard = (filter: unknown) => ({ ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: filter });

/** The properties of the custom resource, as CloudFormation passes them on: numbers and booleans as strings. */
export const properties = ({ mutability, filters }: Settings, arn = ARN, { failIfSuperseded = false } = {}) => ({
  RepositoryArn: arn,
  ImageTagMutability: mutability as Mutability,
  ...filters.length > 0 && { ImageTagMutabilityExclusionFilters: filters.map(wildcard) as ResourceProperties['ImageTagMutabilityExclusionFilters'] },
  ...failIfSuperseded && { FailIfSuperseded: 'true' },
});
