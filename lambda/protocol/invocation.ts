import { Operation, OwnershipTag } from './operation';
import { Clock } from '../clock';
import { UntrustedEvent, namesOf } from '../cloudformation/request';
import { Ecr, Tags } from '../ecr/ecr';
import { readYourWrites } from '../ecr/read-your-writes';
import { Repository } from '../ecr/repository';
import { Calls, withRetries } from '../ecr/retries';
import { waitForGuards } from '../guard/announcement';
import { Log } from '../log';

/** What an invocation needs of the world. Tests have a world of their own. */
export interface Environment {
  readonly clock: Clock;
  readonly log: Log;
  readonly ownershipTag: OwnershipTag;
  /** How many ms are left until Lambda ends the invocation. */
  readonly lambdaRemaining: () => number;
  /** ECR for one repository. `remaining` tells how many ms a call may last. */
  readonly ecr: (repository: Repository, remaining: () => number) => Ecr;
}

export interface OperationOptions {
  /** How many ms are left for the operation. */
  readonly remaining: () => number;
  /** Whether a repository that is not found may have been created a moment ago. */
  readonly mayBeNew: boolean;
  /** Whether a denial may pass as long as there is time, given the repository's tags that were read last. */
  readonly isDenialNeverFinal: (tags: Tags) => boolean;
}

/** One invocation of the function: when it started, what it logs, and the operations that it works on. */
export class Invocation {
  public readonly started: number;
  private readonly calls: Calls = {};

  constructor(public readonly environment: Environment, private readonly event: UntrustedEvent) {
    this.started = environment.clock.now();
  }

  public log(repository?: Repository): Log {
    const { clock, log } = this.environment;
    return (level, decision, details) => log(level, decision, {
      ...namesOf(this.event),
      repository: repository?.arn,
      ...details,
      calls: { ...this.calls },
      ms: clock.now() - this.started,
    });
  }

  /** How many ms are left of a window that began with the invocation. */
  public remainingOf(windowMs: number): number {
    return this.started + windowMs - this.environment.clock.now();
  }

  public operation(resource: { readonly stackId: string; readonly logicalId: string }, repository: Repository, options: OperationOptions): Operation {
    const { clock, ecr, ownershipTag } = this.environment;
    const log = this.log(repository);
    const retried = withRetries(ecr(repository, options.remaining), { clock, log, calls: this.calls, ...options });
    const { stackId, logicalId } = resource;
    return { ecr: waitForGuards(readYourWrites(retried, clock), clock), clock, log, declaration: { stackId, logicalId, ownershipTag } };
  }
}
