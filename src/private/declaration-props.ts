import { Annotations, CfnDeletionPolicy, CfnResource, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { IConstruct } from 'constructs';
import { ExclusionFilters, NotAFilterError, readExclusionFilters } from './exclusion-filters';
import { isMutability, matchesEveryTag, unknownMutability, validateSettings } from '../shared/settings';

/** The properties that a declaration of one repository and a rule have in common. */
interface SettingsProps {
  readonly imageTagMutability: ecr.TagMutability;
  readonly imageTagMutabilityExclusionFilters?: ecr.ImageTagMutabilityExclusionFilter[];
}

/** Checks the settings as far as they are known at synthesis. @returns the filters that were given */
export function checkSettings(path: string, props: SettingsProps): ExclusionFilters | undefined {
  const mutability: unknown = props.imageTagMutability;
  const given = props.imageTagMutabilityExclusionFilters;
  let filters: ExclusionFilters | undefined;
  try {
    // Null stands for undefined in some languages of jsii.
    filters = given === undefined || given === null ? undefined : readExclusionFilters(given);
  } catch (error) {
    throw error instanceof NotAFilterError ? validationError(path, error.message) : error;
  }
  if (Token.isUnresolved(mutability)) {
    return filters;
  }
  if (!isMutability(mutability)) {
    throw validationError(path, unknownMutability(mutability));
  }
  if (filters && !filters.patterns) {
    return filters;
  }
  const broken = validateSettings(mutability, filters?.patterns);
  if (broken) {
    throw validationError(path, broken);
  }
  return filters;
}

export function checkRemovalPolicy(path: string, removalPolicy: RemovalPolicy | undefined): void {
  if (removalPolicy === RemovalPolicy.SNAPSHOT) {
    throw validationError(path, 'removalPolicy is SNAPSHOT, but a setting has no snapshots. Use DESTROY, which restores what was there, or RETAIN, which leaves it as it is.');
  }
}

function retains(removalPolicy: RemovalPolicy | undefined): boolean {
  return removalPolicy === RemovalPolicy.RETAIN || removalPolicy === RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
}

/** CloudFormation calls the function of a custom resource in the account and the region of its stack only. */
export function checkProvider(path: string, stack: Stack, provider: IConstruct | undefined): void {
  if (!provider) {
    return;
  }
  for (const name of ['account', 'region'] as const) {
    const [here, there] = [stack[name], Stack.of(provider)[name]];
    if (here !== there && !Token.isUnresolved(here) && !Token.isUnresolved(there)) {
      throw validationError(path, `provider is in the ${name} ${there}, but this stack is in ${here}, and CloudFormation calls functions of a stack's own account and region only. Pass a provider in the ${name} ${here}, or none: a function changes repositories in all regions.`);
    }
  }
}

/** A failed create is cleaned up whatever the policy. */
export function applyRemovalPolicy({ cfnOptions }: CfnResource, removalPolicy: RemovalPolicy | undefined): void {
  if (retains(removalPolicy)) {
    // `RemovalPolicy.RETAIN` would also leave behind what a failed create has set.
    cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
    cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  } else {
    // Explicit, so that a default deletion policy of the app does not apply. For a replacement, it is CloudFormation's default.
    cfnOptions.deletionPolicy = CfnDeletionPolicy.DELETE;
  }
}

export function warnOfMatchingEveryTag(declaration: IConstruct, filters: ExclusionFilters | undefined): void {
  const everything = filters?.patterns?.find(matchesEveryTag);
  if (everything !== undefined) {
    Annotations.of(declaration).addWarningV2(
      'cdk-ecr-tag-mutability:matchesEveryTag',
      `imageTagMutabilityExclusionFilters has the filter '${everything}', which excludes every tag, so that the setting applies to none. Narrow the filter, or use the opposite imageTagMutability without filters.`,
    );
  }
}

export function validationError(path: string, message: string): Error {
  return new Error(`${path}: ${message}`);
}
