import { Rule } from './pass';
import { DEFAULT_CONCURRENCY, MAX_CONCURRENCY, RuleProperties, validateRepositoryFilters } from '../../src/shared/registry';
import { BadRequestError, UntrustedEvent, fields, idOf, isTrue, parseSettings } from '../cloudformation/request';

const STATE_MACHINE = /^arn:aws[a-z-]{0,20}:states:[a-z0-9-]{1,30}:\d{12}:stateMachine:[^\s:]{1,80}$/;
const STACK = /^arn:(aws[a-z-]{0,20}):cloudformation:([a-z0-9-]{1,30}):(\d{12}):stack\//;

/** A rule, out of CloudFormation's event or of what a schedule or an event rule gives in its words. */
export function parseRule(event: UntrustedEvent): Rule {
  const properties = fields<keyof RuleProperties>(event.ResourceProperties);
  const { filters, excludes } = parseRepositoryFilters(properties);
  const broken = validateRepositoryFilters(filters, excludes);
  if (broken) {
    throw new BadRequestError(broken);
  }
  const stateMachineArn = properties.StateMachineArn;
  if (typeof stateMachineArn !== 'string' || !STATE_MACHINE.test(stateMachineArn)) {
    throw new BadRequestError('StateMachineArn is not the ARN of a state machine. Declare rules by RegistryImageTagMutability');
  }
  // CloudFormation passes numbers as strings.
  const maxConcurrency = Number(properties.MaxConcurrency ?? DEFAULT_CONCURRENCY);
  if (!Number.isInteger(maxConcurrency) || maxConcurrency < 1 || maxConcurrency > MAX_CONCURRENCY) {
    throw new BadRequestError(`maxConcurrency must be a whole number from 1 to ${MAX_CONCURRENCY}`);
  }
  return {
    stackId: idOf(event, 'StackId'),
    logicalId: idOf(event, 'LogicalResourceId'),
    filters,
    excludes,
    settings: parseSettings(properties),
    reportOnly: isTrue(properties.ReportOnly),
    maxConcurrency,
    stateMachineArn,
  };
}

/** The filters, without the rules that they have to obey: those of a former template are for finding what it has declared. */
export function parseRepositoryFilters(properties: ReturnType<typeof fields<keyof RuleProperties>>): Pick<Rule, 'filters' | 'excludes'> {
  return {
    filters: parseList('repositoryFilters', properties.RepositoryFilters),
    excludes: parseList('excludeRepositoryFilters', properties.ExcludeRepositoryFilters ?? []),
  };
}

function parseList(property: string, value: unknown): string[] {
  if (!Array.isArray(value) || !value.every((filter) => typeof filter === 'string')) {
    throw new BadRequestError(`${property} is not a list of strings, but must be a list of repositories' names, with '*' for any characters`);
  }
  return value;
}

/** The ARN of a repository of the account and region that a stack is in. */
export function repositoryArn(stackId: string, name: string): string {
  const [, partition, region, account] = STACK.exec(stackId) ?? [];
  return `arn:${partition}:ecr:${region}:${account}:repository/${name}`;
}
