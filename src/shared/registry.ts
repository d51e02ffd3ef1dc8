import { ExclusionFilterProperty, Mutability } from './contract';
import { isRepositoryName } from './repository-name';
import { shown } from './settings';

/** The contract of `RegistryImageTagMutability`, between the construct, the state machine and the Lambda. A *rule* is one such resource. */

export const RULE_RESOURCE_TYPE = 'Custom::ECRRegistryImageTagMutability';

/** The longest that CloudFormation waits for a custom resource. */
export const RULE_SERVICE_TIMEOUT_MS = 3_600_000;

/** A batch writes in this window only, so that whoever has stopped its execution can wait for the window's end. */
export const WRITE_WINDOW_MS = 120_000;

/** How long one waits after stopping an execution: a batch that it called may have started a moment later, and ends its last call after its window. */
export const STOP_WAIT_MS = WRITE_WINDOW_MS + 30_000;

/** An event's invocation writes in this window only. It begins before CloudFormation is asked for the rule. */
export const EVENT_WINDOW_MS = 10_000;

/**
 * How long an update or a delete waits before it changes anything. An event's invocation that has found no stack operation can write no more
 * then: its last call is aborted at its window's end, and may reach ECR a moment later.
 */
export const EVENT_WAIT_MS = EVENT_WINDOW_MS + 10_000;

/** Lists and batches may begin until then. What CloudFormation has left of its hour is for the event's way, the last batches and the response. */
export const PASS_TIME_MS = 2_400_000;

/** An inline Map of Step Functions works on at most so many batches at a time. */
export const MAX_CONCURRENCY = 40;
export const DEFAULT_CONCURRENCY = 4;

/** The properties of the custom resource. */
export interface RuleProperties {
  readonly RepositoryFilters: readonly string[];
  /** Absent where nothing is excluded. */
  readonly ExcludeRepositoryFilters?: readonly string[];
  readonly ImageTagMutability: Mutability;
  readonly ImageTagMutabilityExclusionFilters?: readonly ExclusionFilterProperty[];
  /** Absent where it is false. */
  readonly ReportOnly?: true;
  readonly MaxConcurrency: number;
  readonly StateMachineArn: string;
}

/** What `Fn::GetAtt` gives, of the last stack operation. */
export interface RuleAttributes {
  /** How many repositories were declared. */
  readonly Declared: number;
  /** How many repositories refused, with the names of the first. */
  readonly Refused: string;
}

/**
 * The key of the custom resource's `Metadata` that holds its properties once more. There CloudFormation tells what it has deployed. A schedule
 * or an event may be delivered late, after an update, so they only name the rule.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-metadata.html
 */
export const RULE_METADATA_KEY = 'cdk-ecr-tag-mutability:rule';

/** Which rule is meant, in the words of CloudFormation's own events. */
export interface RuleName {
  readonly StackId: string;
  readonly LogicalResourceId: string;
}

/** What the function is invoked with by others than CloudFormation. */
export type RegistryInput =
  | { readonly RegistryInput: 'sweep'; readonly Rule: RuleName }
  | { readonly RegistryInput: 'new-repository'; readonly Rule: RuleName; readonly RepositoryName: string };

/** The steps of the state machine, each of which is one kind of invocation. */
export type Step = 'begin' | 'list' | 'batch' | 'end';

/** Whether a rule is about a repository of this name. */
export function matchesRule(name: string, filters: readonly string[], excludes: readonly string[]): boolean {
  return filters.some((filter) => matchesFilter(name, filter)) && !excludes.some((filter) => matchesFilter(name, filter));
}

/**
 * Whether a filter is about a whole name; `*` stands for any characters. It takes no longer than the product of the two lengths, which a
 * regular expression with several `*` would.
 */
export function matchesFilter(name: string, filter: string): boolean {
  let at = 0;
  let position = 0;
  let star = -1;
  let resume = 0;
  while (at < name.length) {
    if (filter[position] === '*') {
      star = position++;
      resume = at;
    } else if (filter[position] === name[at]) {
      position++;
      at++;
    } else if (star >= 0) {
      // The last wildcard takes one character more. Those before it need not be asked again.
      position = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  return /^\**$/.test(filter.slice(position));
}

/**
 * Checks the filters of a rule, in the words of the construct's properties.
 *
 * @returns which rule is broken, or nothing
 */
export function validateRepositoryFilters(filters: readonly string[], excludes: readonly string[]): string | undefined {
  if (filters.length === 0) {
    return 'repositoryFilters is an empty list, but a rule needs a filter. Add names, such as \'team-a/*\', or \'*\' for every repository.';
  }
  for (const [property, list] of [['repositoryFilters', filters], ['excludeRepositoryFilters', excludes]] as const) {
    const broken = list.find((filter) => !canMatch(filter));
    if (broken !== undefined) {
      return broken === ''
        ? `${property} has an empty filter, but a filter is a repository's whole name, with '*' for any characters. Remove it, or write '*' for every repository.`
        : `${property} has the filter '${shown(broken)}', which no repository's name can match: names have 2 to 256 lower-case letters and digits, with '.', '_', '-' or '/' between them. Correct the filter; '*' stands for any characters.`;
    }
  }
  // A filter's own `*` is matched by nothing but a `*`. So an exclude that matches the filter's text matches all that the filter does.
  const uncovered = filters.filter((filter) => !excludes.some((exclude) => matchesFilter(filter, exclude)));
  if (uncovered.length === 0) {
    return `excludeRepositoryFilters (${excludes.slice(0, 5).map((filter) => `'${filter}'`).join(', ')}) leave nothing of repositoryFilters. Narrow or remove the excluding filters.`;
  }
  return undefined;
}

/** Which character may follow is decided by the one before: names have separators between letters and digits only, `__` and `--` among them. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  'start': ['a'], 'a': ['a', '.', '_', '-', '/'], '.': ['a'], '_': ['a', '__'], '__': ['a'], '-': ['a', '-'], '/': ['a'],
};

/** Whether any repository's name matches: follows the filter through names, with the shortest name for each kind of character it may end in. */
function canMatch(filter: string): boolean {
  if (!filter.includes('*')) {
    return isRepositoryName(filter);
  }
  let ends = new Map([['start', 0]]);
  for (const character of filter) {
    ends = character === '*' ? withAnyCharacters(ends) : withCharacter(ends, character);
  }
  return (ends.get('a') ?? Infinity) <= 256;
}

function withCharacter(ends: ReadonlyMap<string, number>, character: string): Map<string, number> {
  const next = new Map<string, number>();
  const kind = /[a-z0-9]/.test(character) ? 'a' : character;
  for (const [end, length] of ends) {
    for (const follower of NEXT[end].filter((each) => each === kind || (each === '__' && kind === '_'))) {
      next.set(follower, Math.min(next.get(follower) ?? Infinity, length + 1));
    }
  }
  return next;
}

function withAnyCharacters(ends: ReadonlyMap<string, number>): Map<string, number> {
  const shortest = new Map(ends);
  const pending = [...ends];
  for (const [end, length] of pending) {
    for (const follower of NEXT[end].filter((each) => length + 1 < (shortest.get(each) ?? Infinity))) {
      shortest.set(follower, length + 1);
      pending.push([follower, length + 1]);
    }
  }
  return shortest;
}
