import { Choose } from './chooser';
import { IdealRepository } from './ideal-repository';
import { Delivery } from './live-invocation';
import { Fault, ModelRegistry, NO_FAULT } from './model-registry';
import { ResourceChange, RetryOrder, retryCreate } from './resource-change';
import { Resource, arnOf, generatedIdOf, newDelivery, propertiesOf } from './resources';
import { parsePhysicalId } from '../../lambda/cloudformation/physical-id';
import { UntrustedEvent } from '../../lambda/cloudformation/request';
import { Response } from '../../lambda/cloudformation/response';
import { Settings, sameSettings } from '../../src/shared/settings';

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
  /** Whether a failed create is left as it is, and created again by the next operation, in this order. Other failures are rolled back. */
  readonly noRollback?: RetryOrder;
  /** Whether the deployment is cancelled while the first create runs: its delete overtakes it. */
  readonly isCancelled: boolean;
  /**
   * What a rollback sends for a replacement that succeeded. AWS updates back and then deletes the new id (aws-cdk 13527). Some emulators only
   * delete, and send no delete for a create that failed. The other order is not known of any, and must work as well.
   */
  readonly rollback: 'update, then delete' | 'delete, then update' | 'delete';
  /** Whether a rollback leaves the new resource of a replacement alone where its policy is to retain. It is not documented. */
  readonly rollbackRetains: boolean;
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
  /** What the function responded with, which CloudFormation adopts. */
  readonly physicalId: string;
}

type WantedEntry = Omit<DeployedEntry, 'physicalId'>;

let requests = 0;

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

  public async create(wanted: WantedEntry): Promise<ResourceChange<DeployedEntry>> {
    const event = this.event(wanted, { RequestType: 'Create' });
    const generatedId = generatedIdOf(wanted.resource);
    if (this.circumstances.isCancelled && !this.hasCreated) {
      const overtaking = this.deletion({ ...wanted, physicalId: generatedId });
      const [, deleted] = await this.registry.run(
        [event, overtaking].map((made) => ({ delivery: made, fault: NO_FAULT })), this.circumstances.choose);
      if (deleted?.Status !== 'SUCCESS') {
        throw new Error(`the delete that overtakes a create responds ${deleted?.Status}`);
      }
      this.idealOf(wanted)?.release(wanted.resource, false);
      return { undo: async () => {} };
    }
    this.hasCreated = true;
    const wasDeclared = this.idealOf(wanted)?.find(wanted.resource) !== undefined;
    const response = await this.send(event);
    if (response?.Status === 'SUCCESS') {
      this.declare(wanted, response.PhysicalResourceId, { isNew: true });
    }
    const failed = { ...wanted, physicalId: response?.PhysicalResourceId ?? generatedId };
    const needsNoDelete = response?.Status === 'FAILED' && this.circumstances.rollback === 'delete' && !wasDeclared;
    return {
      deployed: response?.Status === 'SUCCESS' ? failed : undefined,
      undo: async () => needsNoDelete ? undefined : this.remove(failed),
      retry: () => this.createAgain(wanted, failed),
    };
  }

  public async update(old: DeployedEntry, wanted: WantedEntry): Promise<ResourceChange<DeployedEntry>> {
    const isReplacement = old.repository !== wanted.repository;
    const wasDeclared = this.idealOf(wanted)?.find(wanted.resource) !== undefined;
    const response = await this.send(this.updating(old, wanted, old.physicalId));
    // CloudFormation adopts whatever id it gets.
    const next = { ...wanted, physicalId: response?.PhysicalResourceId ?? old.physicalId };
    const succeeded = response?.Status === 'SUCCESS';
    if (succeeded) {
      this.declare(wanted, next.physicalId, isReplacement ? {} : { from: old });
    }
    return {
      deployed: succeeded ? next : undefined,
      undo: () => isReplacement && succeeded
        ? this.undoReplacement(old, next)
        : this.undoUpdate(old, next, isReplacement, response !== undefined && !wasDeclared),
    };
  }

  /** Repeats the delete until it succeeds. */
  public async remove(gone: DeployedEntry): Promise<void> {
    await this.repeat(this.deletion(gone), () => false);
    this.release(gone);
  }

  /**
   * The delete with a stack is the last chance: when it fails, CloudFormation deletes the function next (cloudformation-coverage-roadmap
   * 1508, 852). A person runs the commands in the reason. A function that died gives none, which is a limit of the promise, and one
   * that could not read the tags knows nothing of other declarations, nor whether the record was erased. Where it was, an owner may have
   * decided since. The docs say how to restore by hand then. Here, the delete is sent again.
   */
  public async removeWithFunction(gone: DeployedEntry): Promise<void> {
    const response = await this.send(this.deletion(gone));
    const commands = response?.Status === 'FAILED' ? response.Reason.commands ?? '' : '';
    const isBlind = /unless another stack declares it|if it still has what this stack declared/.test(commands);
    const declarations = this.idealOf(gone)?.declarations ?? [];
    const isOnlyOwn = declarations.length === 1 && this.idealOf(gone)?.find(gone.resource) !== undefined;
    if (!response || (isBlind && !isOnlyOwn)) {
      await this.remove(gone);
      return;
    }
    await this.registry.runCommands(arnOf(gone.repository), commands);
    this.release(gone);
  }

  /**
   * CloudFormation gives up after some tries. The declaration then stays, and keeps its precedence.
   *
   * @param isCreatedAgain whether a later create has succeeded, whose declaration must stay
   */
  public async cleanUp(gone: DeployedEntry, isCreatedAgain = false): Promise<void> {
    const refused: Fault = { kind: 'refused', call: 0 };
    for (let attempt = 1; attempt <= CLEANUP_TRIES; attempt++) {
      const fault = this.circumstances.cleanupIsRefused ? refused : attempt === CLEANUP_TRIES ? NO_FAULT : this.faults.shift();
      if ((await this.send(this.deletion(gone), fault))?.Status === 'SUCCESS') {
        if (!isCreatedAgain) {
          this.release(gone);
        }
        return;
      }
    }
  }

  public nextFault(): Fault {
    return this.faults.shift() ?? NO_FAULT;
  }

  /** By a generated id, a delete may release a later create, too, which is a limit of the promise. So there it comes first. */
  private createAgain(wanted: WantedEntry, failed: DeployedEntry): Promise<ResourceChange<DeployedEntry>> {
    const order = parsePhysicalId(failed.physicalId) ? this.circumstances.noRollback : undefined;
    return retryCreate(order ?? 'delete, then create', {
      remove: () => this.remove(failed), cleanUp: () => this.cleanUp(failed, true), createAgain: () => this.create(wanted),
    });
  }

  private async undoReplacement(old: DeployedEntry, next: DeployedEntry): Promise<void> {
    const { rollback, rollbackRetains } = this.circumstances;
    const removeNew = async () => rollbackRetains && next.retain ? undefined : this.remove(next);
    if (rollback !== 'update, then delete') {
      await removeNew();
    }
    if (rollback !== 'delete') {
      // When the new one is gone, the old id is all that CloudFormation has.
      const physicalId = rollback === 'delete, then update' ? old.physicalId : next.physicalId;
      await this.updateBack(old, next, physicalId);
      if (physicalId === old.physicalId) {
        // Neither the id nor the properties name the new repository, so this update has released it.
        this.idealOf(next)?.release(next.resource);
      }
    }
    if (rollback === 'update, then delete') {
      await removeNew();
    }
  }

  private async undoUpdate(old: DeployedEntry, next: DeployedEntry, isReplacement: boolean, needsNoUpdate: boolean): Promise<void> {
    if (isReplacement && needsNoUpdate && this.circumstances.rollback === 'delete') {
      return;
    }
    await this.updateBack(old, next, next.physicalId);
    if (isReplacement) {
      this.idealOf(next)?.release(next.resource);
    }
  }

  private async updateBack(old: DeployedEntry, next: DeployedEntry, physicalId: string): Promise<void> {
    const response = await this.repeat(this.updating(next, old, physicalId), () => !this.ideals.has(old.repository));
    if (response) {
      const isOwnId = physicalId === old.physicalId;
      this.declare(old, response.PhysicalResourceId, isOwnId ? { from: next.repository === old.repository ? next : old } : {});
    }
  }

  /**
   * Tells the ideal what was declared, with the original that is in the physical id.
   *
   * @param from what the resource may have set before: it is no original
   */
  private declare(
    entry: WantedEntry, physicalId: string, { isNew = false, from }: { readonly isNew?: boolean; readonly from?: WantedEntry },
  ): void {
    const ideal = this.idealOf(entry);
    if (!ideal) {
      return;
    }
    const { original, token } = parsePhysicalId(physicalId)!;
    const isKept = from !== undefined || ideal.find(entry.resource) !== undefined;
    const isPossible = (possible: Settings | undefined) => possible && original ? sameSettings(possible, original) : possible === original;
    if (!isKept && !ideal.possibleOriginals.some(isPossible)) {
      throw new Error(`the physical id is ${physicalId}, but the original is one of ${JSON.stringify(ideal.possibleOriginals)}`);
    }
    ideal.declare({ resource: entry.resource, settings: entry.settings, original, token }, isNew);
  }

  /**
   * A create over a retained declaration that fails leaves that one as it was, unless it has taken its place already: then the delete releases
   * it. So where the id is not that of the declaration, the record tells which it was.
   */
  private release({ repository, resource, physicalId }: DeployedEntry): void {
    const id = parsePhysicalId(physicalId);
    const ideal = this.ideals.get(repository);
    const declared = ideal?.find(resource);
    const isOfOther = id?.token !== undefined && declared?.token !== undefined && declared.token !== id.token;
    if (!isOfOther || !this.registry.get(arnOf(repository))!.isRecorded(resource)) {
      ideal?.release(resource, id?.original !== undefined);
    }
  }

  private idealOf({ repository }: { readonly repository: string }): IdealRepository | undefined {
    return this.ideals.get(repository);
  }

  private updating(from: WantedEntry, to: WantedEntry, PhysicalResourceId: string): Delivery {
    return this.event(to, { RequestType: 'Update', PhysicalResourceId, OldResourceProperties: propertiesOf(from.settings, from.repository) });
  }

  private deletion(gone: DeployedEntry): Delivery {
    return this.event(gone, { RequestType: 'Delete', PhysicalResourceId: gone.physicalId });
  }

  private event({ resource, settings, repository }: WantedEntry, event: UntrustedEvent): Delivery {
    return newDelivery(resource, { RequestId: `request-${++requests}`, ResourceProperties: propertiesOf(settings, repository), ...event });
  }

  /**
   * Repeats a request until it succeeds. Where it cannot succeed, a person has CloudFormation skip the resource, but only after a try
   * without a fault: such a try still releases the repository of the failed update, for which nobody else is asked.
   *
   * @returns the response with which it succeeded, if it did
   */
  private async repeat(event: Delivery, isHopeless: () => boolean): Promise<Response | undefined> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const fault = this.nextFault();
      const response = await this.send(event, fault);
      if (response?.Status === 'SUCCESS') {
        return response;
      }
      if (fault.kind === 'none' && isHopeless()) {
        return undefined;
      }
    }
    throw new Error(`still failing after ${MOST_TRIES} tries`);
  }

  /** @returns the response, or nothing where the function died */
  private async send(event: Delivery, fault = this.nextFault()): Promise<Response | undefined> {
    const times = this.circumstances.isDeliveredTwice && fault.kind === 'none' ? 2 : 1;
    const results = await this.registry.run(Array.from({ length: times }, () => ({ delivery: event, fault })), this.circumstances.choose);
    return results[0];
  }
}
