import { leftAnnouncements } from './announcement';
import { correct } from './correct';
import { Described, describeAll } from './describe';
import { Drift, driftOf, isCorrectable } from './drift';
import { Finding } from './finding';
import { Guard, Guarded } from './input';
import { GuardEnvironment } from './services';
import { StackResource, isSameResource, isStable } from '../cloudformation/stack';
import { readYourWrites } from '../ecr/read-your-writes';
import { RepositoryNotFoundError, withRetries } from '../ecr/retries';
import { Log } from '../log';
import { DeclarationId, Operation, keyOf } from '../protocol/operation';
import { snapshotOf, takeSnapshot } from '../protocol/snapshot';
import { MAX_READ_LAG_MS } from '../protocol/windows';

/** A run begins no work on a further declaration after that: it leaves the rest to the next one. */
const RUN_WINDOW_MS = 300_000;

/** What a run leaves of the function's time, to report what it has found. */
const REPORT_RESERVE_MS = 60_000;

/** A declaration that is looked after, and what CloudFormation says of it. */
interface Due {
  readonly guarded: Guarded;
  readonly resource: StackResource;
}

/** The work of one run. */
export class Examination {
  private readonly ends: number;

  constructor(private readonly guard: Guard, private readonly environment: GuardEnvironment) {
    const { clock, lambdaRemaining } = environment;
    this.ends = clock.now() + Math.min(RUN_WINDOW_MS, lambdaRemaining() - REPORT_RESERVE_MS);
  }

  /** What was found of each declaration that was looked at. */
  public async findings(): Promise<Finding[]> {
    const due = await this.due();
    const described = await describeAll(this.environment, due.map(({ guarded }) => guarded.id.repository));
    const findings: Finding[] = [];
    const suspects: Due[] = [];
    for (const each of due) {
      const finding = await this.look(each.guarded, described);
      if (finding) {
        findings.push(finding);
      } else {
        suspects.push(each);
      }
    }
    if (suspects.length > 0) {
      // Reads may lag, and an operation of another stack may be under way.
      await this.environment.clock.sleep(MAX_READ_LAG_MS);
    }
    for (const { guarded, resource } of suspects) {
      findings.push(await this.lookAgain(guarded, resource));
    }
    return findings;
  }

  /** The declarations that the stack has as the input says: none while a stack operation is under way, or was since the run was due. */
  private async due(): Promise<Due[]> {
    const { cloudFormation, log } = this.environment;
    const { stackId, scheduleLogicalId, due, declarations } = this.guard;
    const status = await cloudFormation.stackStatus(stackId);
    if (!isStable(status)) {
      log('INFO', 'gave-way', { reason: status ? `the stack is ${status}` : 'there is no such stack' });
      return [];
    }
    const resources = await cloudFormation.resources(stackId);
    if ((resources.get(scheduleLogicalId)?.updated ?? Infinity) > due) {
      log('INFO', 'gave-way', { reason: 'the stack has changed the schedule since this run was due' });
      return [];
    }
    return declarations.flatMap((guarded) => {
      const resource = resources.get(guarded.logicalId);
      if (resource?.physicalId === guarded.physicalId) {
        return [{ guarded, resource }];
      }
      this.logOf(guarded)('INFO', 'passed-over', { reason: 'the stack has another physical id for the declaration, or none' });
      return [];
    });
  }

  /** Compares by as few calls as possible. @returns nothing where it has to be looked at again */
  private async look(guarded: Guarded, described: Described): Promise<Finding | undefined> {
    const { clock, ecr } = this.environment;
    const { repository } = guarded.id;
    const settings = described.get(repository.arn);
    if (settings === undefined) {
      return { guarded, outcome: 'gone' };
    }
    if (settings instanceof Error) {
      return { guarded, outcome: 'failed', reason: settings.message };
    }
    return this.attempt(guarded, async () => {
      const declaration = this.declarationOf(guarded);
      // Not repeated beyond what the SDK does: the next run repeats it.
      const tags = await ecr(repository, () => this.ends - clock.now()).readTags();
      const isLeft = leftAnnouncements(keyOf(declaration), tags, clock.now()).length > 0;
      return isLeft || driftOf(guarded, declaration, snapshotOf(tags, settings)) ? undefined : findingOf(guarded);
    });
  }

  /** What has drifted still is reported, and corrected if the guard may. */
  private lookAgain(guarded: Guarded, resource: StackResource): Promise<Finding> {
    return this.attempt(guarded, async () => {
      const operation = this.operationUntil(guarded, this.ends);
      const { ecr, clock, declaration } = operation;
      const snapshot = await takeSnapshot(ecr);
      const drift = driftOf(guarded, declaration, snapshot);
      const left = leftAnnouncements(keyOf(declaration), snapshot.tags, clock.now());
      if (this.guard.mode === 'CORRECT' && left.length > 0) {
        await ecr.untag(left);
      }
      if (!drift) {
        return { guarded, outcome: 'in-order' };
      }
      const isUndisturbed = () => this.isUndisturbed(guarded, resource);
      if (this.guard.mode === 'REPORT' || !isCorrectable(drift)) {
        return await isUndisturbed() ? findingOf(guarded, drift, drift) : { guarded, outcome: 'gave-way' };
      }
      try {
        const correction = await correct({
          guarded,
          run: this.environment.run,
          now: clock.now(),
          isUndisturbed,
          operationUntil: (until) => this.operationUntil(guarded, until),
        });
        return correction ? findingOf(guarded, correction.found, correction.left) : { guarded, outcome: 'gave-way' };
      } catch (error) {
        return failureOf(guarded, error, drift);
      }
    });
  }

  private async attempt<T>(guarded: Guarded, action: () => Promise<T>): Promise<T | Finding> {
    if (this.environment.clock.now() >= this.ends) {
      return { guarded, outcome: 'failed', reason: 'the run had no time left for it. The next one goes on' };
    }
    try {
      return await action();
    } catch (error) {
      return failureOf(guarded, error);
    }
  }

  private async isUndisturbed({ logicalId }: Guarded, before: StackResource): Promise<boolean> {
    const { cloudFormation } = this.environment;
    const { stackId } = this.guard;
    return isStable(await cloudFormation.stackStatus(stackId)) && isSameResource(before, await cloudFormation.resource(stackId, logicalId));
  }

  private operationUntil(guarded: Guarded, until: number): Operation {
    const { clock, ecr } = this.environment;
    const log = this.logOf(guarded);
    const remaining = () => until - clock.now();
    const retried = withRetries(ecr(guarded.id.repository, remaining), { clock, log, calls: {}, remaining, mayBeNew: false, isDenialNeverFinal: () => false });
    return { ecr: readYourWrites(retried, clock), clock, log, declaration: this.declarationOf(guarded) };
  }

  private declarationOf({ logicalId }: Guarded): DeclarationId {
    return { stackId: this.guard.stackId, logicalId, ownershipTag: this.environment.ownershipTag };
  }

  private logOf({ id: { repository }, logicalId }: Guarded): Log {
    return (level, decision, details) => this.environment.log(level, decision, { repository: repository.arn, declaration: logicalId, ...details });
  }
}

const findingOf = (guarded: Guarded, drift?: Drift, left?: Drift): Finding =>
  drift ? { guarded, outcome: 'drifted', drift, left } : { guarded, outcome: 'in-order' };

function failureOf(guarded: Guarded, error: unknown, drift?: Drift): Finding {
  const { name, message } = error as Error;
  const isGone = error instanceof RepositoryNotFoundError || name === 'RepositoryNotFoundException';
  return isGone ? { guarded, outcome: 'gone' } : { guarded, outcome: 'failed', drift, reason: name === 'Error' ? message : `${name}: ${message}` };
}
