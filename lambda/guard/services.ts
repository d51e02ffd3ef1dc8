import { Settings } from '../../src/shared/settings';
import { CloudFormation } from '../cloudformation/stack';
import { Repository } from '../ecr/repository';
import { Emit } from '../log';
import { Environment } from '../protocol/invocation';

/** What a guard needs of the world, beside what a stack operation needs. */
export interface GuardEnvironment extends Environment {
  readonly cloudFormation: CloudFormation;
  /**
   * The settings of at most 100 repositories of one registry in one region, by name, in one call. A reason in the place of settings that this
   * version does not know. It throws `RepositoryNotFoundException` where one of them is missing.
   */
  readonly describe: (repositories: readonly Repository[]) => Promise<ReadonlyMap<string, Settings | Error>>;
  readonly publish: (topicArn: string, subject: string, message: string) => Promise<void>;
  readonly emit: Emit;
  /** 8 hexadecimal digits that no other run has. */
  readonly run: string;
}

/** As many names as ECR takes in a call. */
export const MAX_DESCRIBED = 100;
