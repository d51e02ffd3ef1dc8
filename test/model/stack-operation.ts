import { Choose } from './chooser';
import { IdealRepository } from './ideal-repository';
import { Delivery } from './live-invocation';
import { Fault, ModelRegistry, NO_FAULT } from './model-registry';
import { Resource, arnOf, delivery, inventedIdOf, propertiesOf } from './resources';
import { UntrustedEvent } from '../../lambda/request';
import { Settings } from '../../src/settings';

/** What a template declares under one logical id. */
export interface TemplateEntry {
  readonly repository: string;
  readonly settings: Settings;
  readonly retain: boolean;
}

/** How CloudFormation behaves, and what goes wrong, while it works on a stack. */
export interface Circumstances {
  /** Whether a resource beside the declarations fails, so that everything is rolled back. */
  readonly siblingFails: boolean;
  /** Whether the deployment is cancelled while the first create runs: its delete overtakes it. */
  readonly isCancelled: boolean;
  /** Whether a rollback only deletes, as on some emulators, and sends no delete for a create that failed. AWS updates back first. */
  readonly rollsBackByDeletes: boolean;
  /** One for each invocation in turn. The invocations after that have none. */
  readonly faults: readonly Fault[];
  /** Whether each event is delivered twice, at the same time, where nothing else goes wrong with it. */
  readonly isDeliveredTwice: boolean;
  /** Whether the deletes of a cleanup are refused until CloudFormation gives up. */
  readonly cleanupIsRefused: boolean;
  readonly choose: Choose;
}

const CLEANUP_TRIES = 3;
/** A person tries again until it works. No fault lasts for ever. */
const MOST_TRIES = 10;

/** What a stack has deployed under one logical id. */
export interface DeployedEntry extends TemplateEntry {
  readonly resource: Resource;
}

/** A create or update, and how it is rolled back. */
export interface ResourceChange {
  readonly succeeded: boolean;
  readonly undo: () => Promise<void>;
}

/**
 * The requests that CloudFormation sends during one operation on a stack. With each success it tells the repository's ideal what was
 * declared or released.
 */
export class StackOperation {
  private readonly faults: Fault[];
  private hasCreated = false;

  constructor(
    private readonly registry: ModelRegistry,
    private readonly ideals: ReadonlyMap<string, IdealRepository>,
    private readonly circumstances: Circumstances,
  ) {
    this.faults = [...circumstances.faults];
  }

  public async create(next: DeployedEntry): Promise<ResourceChange> {
    const event = delivery(next.resource, { RequestType: 'Create', ResourceProperties: propertiesOf(next.settings, next.repository) });
    if (this.circumstances.isCancelled && !this.hasCreated) {
      const overtaking = this.deletion(next, inventedIdOf(next.resource));
      const [, deleted] = await this.registry.run(
        [event, overtaking].map((made) => ({ delivery: made, fault: NO_FAULT })), this.circumstances.choose);
      expectSuccess(deleted?.Status, 'the delete that overtakes a create');
      this.ideals.get(next.repository)?.release(next.resource);
      return { succeeded: false, undo: async () => {} };
    }
    this.hasCreated = true;
    const wasDeclared = this.ideals.get(next.repository)?.isDeclaredBy(next.resource) ?? false;
    const status = await this.send(event);
    if (status === 'SUCCESS') {
      this.ideals.get(next.repository)?.declare(next.resource, next.settings, true);
    }
    const needsNoDelete = status === 'FAILED' && this.circumstances.rollsBackByDeletes && !wasDeclared;
    return {
      succeeded: status === 'SUCCESS',
      undo: async () => needsNoDelete ? undefined : this.remove(next, status === undefined ? inventedIdOf(next.resource) : undefined),
    };
  }

  public async update(old: DeployedEntry, next: DeployedEntry): Promise<ResourceChange> {
    const isReplacement = old.repository !== next.repository;
    const wasDeclared = this.ideals.get(next.repository)?.isDeclaredBy(next.resource) ?? false;
    const status = await this.send(this.updating(old, next, old.repository));
    if (status === 'SUCCESS') {
      this.ideals.get(next.repository)?.declare(next.resource, next.settings, false, isReplacement ? undefined : old.settings);
    }
    return {
      succeeded: status === 'SUCCESS',
      undo: async () => {
        if (isReplacement && this.circumstances.rollsBackByDeletes && status !== undefined && (status === 'SUCCESS' || !wasDeclared)) {
          await this.remove(next);
          return;
        }
        const physical = status === 'SUCCESS' ? next.repository : old.repository;
        if (await this.repeat(this.updating(next, old, physical), () => !this.ideals.has(old.repository))) {
          this.ideals.get(old.repository)?.declare(old.resource, old.settings, false, this.ownSettings(old, next, status));
        }
        if (isReplacement && status === 'SUCCESS') {
          await this.remove(next);
        } else if (isReplacement) {
          this.ideals.get(next.repository)?.release(next.resource);
        }
      },
    };
  }

  /** Repeats the delete until it succeeds. */
  public async remove(gone: DeployedEntry, physicalId?: string): Promise<void> {
    await this.repeat(this.deletion(gone, physicalId), () => false);
    this.ideals.get(gone.repository)?.release(gone.resource);
  }

  /** CloudFormation gives up after some tries. The declaration then stays, and keeps its precedence. */
  public async cleanUp(gone: DeployedEntry): Promise<void> {
    const refused: Fault = { kind: 'refused', call: 0 };
    for (let attempt = 1; attempt <= CLEANUP_TRIES; attempt++) {
      const fault = this.circumstances.cleanupIsRefused ? refused : attempt === CLEANUP_TRIES ? NO_FAULT : this.faults.shift();
      if (await this.send(this.deletion(gone), fault) === 'SUCCESS') {
        this.ideals.get(gone.repository)?.release(gone.resource);
        return;
      }
    }
  }

  /**
   * Settings that this resource itself may have left on the repository to which an update is rolled back: they are no original. An update
   * to another repository set nothing here. When it succeeded, the rollback is a new replacement, and the handler gets no old settings.
   */
  private ownSettings(old: DeployedEntry, next: DeployedEntry, status: 'SUCCESS' | 'FAILED' | undefined): Settings | undefined {
    if (old.repository === next.repository) {
      return next.settings;
    }
    return status === 'SUCCESS' ? undefined : old.settings;
  }

  private updating(from: DeployedEntry, to: DeployedEntry, physicalRepository: string): Delivery {
    return delivery(to.resource, {
      RequestType: 'Update',
      PhysicalResourceId: arnOf(physicalRepository),
      ResourceProperties: propertiesOf(to.settings, to.repository),
      OldResourceProperties: propertiesOf(from.settings, from.repository),
    });
  }

  private deletion({ resource, settings, repository }: DeployedEntry, physicalId = arnOf(repository)): Delivery {
    const event: UntrustedEvent = { RequestType: 'Delete', PhysicalResourceId: physicalId, ResourceProperties: propertiesOf(settings, repository) };
    return delivery(resource, event);
  }

  /**
   * Repeats a request until it succeeds. Where it cannot succeed, a person has CloudFormation skip the resource, but only after a try
   * without a fault: such a try still releases the repository of the failed update, for which nobody else is asked.
   *
   * @returns whether it succeeded
   */
  private async repeat(event: Delivery, isHopeless: () => boolean): Promise<boolean> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const fault = this.nextFault();
      if (await this.send(event, fault) === 'SUCCESS') {
        return true;
      }
      if (fault.kind === 'none' && isHopeless()) {
        return false;
      }
    }
    throw new Error(`still failing after ${MOST_TRIES} tries`);
  }

  private nextFault(): Fault {
    return this.faults.shift() ?? NO_FAULT;
  }

  /** @returns the status of the response, or nothing where the function died */
  private async send(event: Delivery, fault = this.nextFault()): Promise<'SUCCESS' | 'FAILED' | undefined> {
    const times = this.circumstances.isDeliveredTwice && fault.kind === 'none' ? 2 : 1;
    const results = await this.registry.run(Array.from({ length: times }, () => ({ delivery: event, fault })), this.circumstances.choose);
    return results[0]?.Status;
  }
}

function expectSuccess(status: string | undefined, what: string): void {
  if (status !== 'SUCCESS') {
    throw new Error(`${what} responds ${status}`);
  }
}
