import { Stack, Token } from 'aws-cdk-lib';
import { RuleProperties, validateRepositoryFilters } from '../../shared/registry';
import { validationError } from '../declaration-props';

interface RepositoryFilters {
  readonly filters: string[];
  readonly excludes?: string[];
}

/** Checks the filters as far as they are known at synthesis: the function checks what tokens hide. */
export function checkRepositoryFilters(path: string, filters: unknown, excludes: unknown): RepositoryFilters {
  if (Token.isUnresolved(filters)) {
    throw validationError(path, 'repositoryFilters is a list that is known at deployment only, but the function\'s permissions are made of its filters. Pass a list of strings, each of which may be a token.');
  }
  checkList(path, 'repositoryFilters', filters);
  // Null stands for undefined in some languages of jsii.
  const hasExcludes = excludes !== undefined && excludes !== null && !(Array.isArray(excludes) && excludes.length === 0);
  if (hasExcludes && !Token.isUnresolved(excludes)) {
    checkList(path, 'excludeRepositoryFilters', excludes);
  }
  const known = knownOf(filters);
  // What a token stands for may be left where excludes leave nothing of the others.
  const isKnown = known.length === filters.length;
  const broken = known.length > 0 || isKnown
    ? validateRepositoryFilters(known, isKnown && hasExcludes && !Token.isUnresolved(excludes) ? knownOf(excludes as string[]) : [])
    : undefined;
  if (broken) {
    throw validationError(path, broken);
  }
  return { filters, excludes: hasExcludes ? excludes as string[] : undefined };
}

function checkList(path: string, property: string, list: unknown): asserts list is string[] {
  if (!Array.isArray(list) || !list.every((filter) => typeof filter === 'string')) {
    throw validationError(path, `${property} is ${list === undefined || list === null ? 'missing' : 'not a list of strings'}, but must be a list of repositories' names, with '*' for any characters, such as ['team-a/*'].`);
  }
}

const knownOf = (filters: readonly string[]): string[] => filters.filter((filter) => !Token.isUnresolved(filter));

/** The longest that the ARN gets, which is known at deployment only. */
const LONGEST_STATE_MACHINE_ARN = 'x'.repeat(150);

/** What a state of Step Functions holds beside batches of repositories has to have room for a rule, and in an update for the former one. */
const MAX_RULE_LENGTH = 8_192;

export function checkRuleLength(path: string, stack: Stack, propertiesFor: (stateMachineArn: string) => RuleProperties): void {
  const { length } = JSON.stringify(stack.resolve(propertiesFor(LONGEST_STATE_MACHINE_ARN)));
  if (length > MAX_RULE_LENGTH) {
    throw validationError(path, `the rule takes ${length} characters, but may take ${MAX_RULE_LENGTH}, for which the passes over the registry have room. Use fewer filters, such as 'team-a/*' for several names, or split the rule in two.`);
  }
}
