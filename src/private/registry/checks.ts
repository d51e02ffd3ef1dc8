import { Stack, Token } from 'aws-cdk-lib';
import { MAX_TEMPLATE, newRepositoryInput } from './new-repositories';
import { RuleProperties, validateRepositoryFilters } from '../../shared/registry';
import { validationError } from '../declaration-props';

interface RepositoryFilters {
  readonly filters: string[];
  readonly excludes?: string[];
}

/** Checks the filters as far as they are known at synthesis: the function checks what tokens hide. */
export function checkRepositoryFilters(path: string, filters: unknown, excludes: unknown): RepositoryFilters {
  const given = { repositoryFilters: filters, excludeRepositoryFilters: excludes ?? [] };
  for (const [property, list] of Object.entries(given)) {
    if (!Token.isUnresolved(list) && !(Array.isArray(list) && list.every((filter) => typeof filter === 'string'))) {
      throw validationError(path, `${property} is ${list === undefined || list === null ? 'missing' : 'not a list of strings'}, but must be a list of repositories' names, with '*' for any characters, such as ['team-a/*'].`);
    }
  }
  const known = (list: unknown): string[] => Token.isUnresolved(list) ? [] : (list as string[]).filter((filter) => !Token.isUnresolved(filter));
  const isKnown = known(filters).length === (filters as string[]).length;
  // What a token stands for may be left where excludes leave nothing of the others.
  const broken = isKnown || known(filters).length > 0
    ? validateRepositoryFilters(known(filters), isKnown ? known(excludes ?? []) : [])
    : undefined;
  if (broken) {
    throw validationError(path, broken);
  }
  const hasExcludes = Token.isUnresolved(excludes) || known(excludes ?? []).length > 0 || (excludes as string[] ?? []).length > 0;
  return { filters: filters as string[], excludes: hasExcludes ? excludes as string[] : undefined };
}

/** The longest that ids and ARNs get, which are known at deployment only. */
const LONGEST = { StackId: 'x'.repeat(240), LogicalResourceId: 'x'.repeat(255), PhysicalResourceId: 'x'.repeat(50), StateMachineArn: 'x'.repeat(150) };

/** An event rule's input has to hold the rule. Schedules and executions take more. */
export function checkTextLength(path: string, stack: Stack, propertiesFor: (stateMachineArn: string) => RuleProperties): void {
  const { StateMachineArn, ...ids } = LONGEST;
  const text = JSON.stringify(stack.resolve(newRepositoryInput({ ...ids, ResourceProperties: propertiesFor(StateMachineArn) }, 'x'.repeat(30))));
  if (text.length > MAX_TEMPLATE) {
    throw validationError(path, `the rule takes up to ${text.length} characters in an event rule, but EventBridge takes ${MAX_TEMPLATE}. Use fewer filters, such as 'team-a/*' for several names, or split the rule in two.`);
  }
}
