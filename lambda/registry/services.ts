import { ListedRepository } from './pass';
import { Stacks } from '../cloudformation/stack';
import { Tags } from '../ecr/ecr';
import { Emit } from '../log';
import { Environment } from '../protocol/invocation';

/** A page of the registry. */
export interface Page {
  readonly repositories: readonly Omit<ListedRepository, 'tags'>[];
  readonly next?: string;
}

export interface Execution {
  readonly arn: string;
  readonly name: string;
  readonly started: number;
}

/** What rules ask of AWS beside the calls for one repository, all in the rule's own account and region. */
export interface Services extends Stacks {
  /** At most `PAGE_SIZE` repositories; all where an emulator knows no pages. */
  listRepositories(token: string | undefined): Promise<Page>;
  /** The tags of those repositories that have any, by ARN. */
  findTags(arns: readonly string[]): Promise<ReadonlyMap<string, Tags>>;
  startExecution(stateMachineArn: string, name: string, input: string): Promise<void>;
  runningExecutions(stateMachineArn: string): Promise<readonly Execution[]>;
  stopExecution(arn: string): Promise<void>;
}

/** As many ARNs as the Resource Groups Tagging API takes in a call. A page of the longest names and settings is half of what a state may hold. */
export const PAGE_SIZE = 100;

export interface RegistryEnvironment extends Environment {
  readonly services: Services;
  readonly emit: Emit;
}
