import { EcrStates } from './ecr-state';
import { IdealRepository } from './ideal';
import { Delivery } from './live-invocation';
import { Choose, Misfortune, NO_MISFORTUNE, Registry } from './registry';
import { Resource, arnOf, delivery, inventedIdOf, markKeyOf, propertiesOf } from './resources';
import { UntrustedEvent } from '../../lambda/request';
import { Settings, sameSettings } from '../../src/settings';

/** What a template says of one logical id. */
export interface Declaration {
  readonly repository: string;
  readonly settings: Settings;
  readonly retain: boolean;
}

export type Template = Readonly<Record<string, Declaration>>;

/** How CloudFormation behaves, and what goes wrong, while it works on a stack. */
export interface Circumstances {
  /** Whether a resource beside the declarations fails, so that everything is rolled back. */
  readonly siblingFails: boolean;
  /** Whether the deployment is cancelled while the first create runs: its delete overtakes it. */
  readonly isCancelled: boolean;
  /** What is rolled back by deletes alone; AWS sends updates back first. Some emulators do the former, also without one for a failed create. */
  readonly rollsBackByDeletes: boolean;
  /** For each invocation in turn; there are none after that. */
  readonly misfortunes: readonly Misfortune[];
  /** Whether each event is delivered twice, at the same time, where nothing else goes wrong with it. */
  readonly isDeliveredTwice: boolean;
  /** Whether the deletes of a cleanup are refused until CloudFormation gives up. */
  readonly cleanupIsRefused: boolean;
  readonly choose: Choose;
}

const HOUR = 3_600_000;
const CLEANUP_TRIES = 3;
/** A person tries again until it works, and nothing goes wrong for ever here. */
const MOST_TRIES = 10;

/** The stack whose provider another one uses. */
export const HOST = 'host';
export const GUEST = 'guest';

interface Deployed extends Declaration {
  readonly resource: Resource;
}

/** An AWS account: repositories, stacks, a CloudFormation that sends what CloudFormation sends, and what the promise says of it all. */
export class Account {
  private readonly states = new EcrStates();
  private readonly registry = new Registry();
  private readonly ideals = new Map<string, IdealRepository>();
  private readonly stacks = new Map<string, Map<string, Deployed>>();
  private readonly generations = new Map<string, number>();

  public createRepository(name: string, settings: Settings): void {
    if (!this.ideals.has(name)) {
      this.registry.set(arnOf(name), this.states.of(settings, new Map([['owner', 'team']])));
      this.ideals.set(name, new IdealRepository(settings));
    }
  }

  public deleteRepository(name: string): void {
    this.registry.set(arnOf(name), undefined);
    this.ideals.delete(name);
  }

  /** Another tool removes the library's tags. */
  public eraseRecord(name: string): void {
    const state = this.registry.get(arnOf(name));
    if (state) {
      this.registry.set(arnOf(name), state.after({ method: 'untag', keys: state.trace }));
      this.ideals.get(name)!.erase();
    }
  }

  public setByHand(name: string, settings: Settings): void {
    const state = this.registry.get(arnOf(name));
    if (state) {
      this.registry.set(arnOf(name), state.after({ method: 'putSettings', settings }));
      this.ideals.get(name)!.tamper(settings);
    }
  }

  /** Makes the stack as the template says, or, where something fails, leaves it as it was. */
  public async deploy(stack: string, template: Template, circumstances: Circumstances): Promise<void> {
    this.registry.time += HOUR;
    const before = this.stacks.get(stack) ?? new Map<string, Deployed>();
    const operation = new Operation(this.registry, this.ideals, circumstances);
    const after = new Map<string, Deployed>();
    const undo: (() => Promise<void>)[] = [];
    let isFailed = false;
    for (const [logicalId, declaration] of Object.entries(template)) {
      const resource = this.resourceOf(stack, logicalId);
      const old = before.get(logicalId);
      const next: Deployed = { ...declaration, resource };
      if (old && old.repository === next.repository && sameSettings(old.settings, next.settings)) {
        after.set(logicalId, next);
        continue;
      }
      const done = old ? await operation.update(old, next) : await operation.create(next);
      undo.unshift(done.undo);
      after.set(logicalId, next);
      if (!done.succeeded) {
        isFailed = true;
        break;
      }
    }
    if (isFailed || circumstances.siblingFails) {
      for (const step of undo) {
        await step();
      }
      return;
    }
    for (const [logicalId, old] of before) {
      if (!old.retain && after.get(logicalId)?.repository !== old.repository) {
        await operation.cleanUp(old);
      }
    }
    this.stacks.set(stack, after);
  }

  public async destroy(stack: string, circumstances: Circumstances): Promise<void> {
    // CloudFormation does not delete a stack whose exports another one imports.
    if (stack === HOST && this.stacks.has(GUEST)) {
      return;
    }
    this.registry.time += HOUR;
    const operation = new Operation(this.registry, this.ideals, circumstances);
    for (const old of this.stacks.get(stack)?.values() ?? []) {
      if (!old.retain) {
        await operation.remove(old);
      }
    }
    this.stacks.delete(stack);
    this.generations.set(stack, this.generationOf(stack) + 1);
  }

  /** Where the account is not as the promise says. */
  public problem(): string | undefined {
    for (const [name, ideal] of this.ideals) {
      const state = this.registry.get(arnOf(name))!;
      const { settings, tags } = state;
      const tagsAre = JSON.stringify(Object.fromEntries(tags));
      if (!ideal.accepts(settings)) {
        return `${name} has ${JSON.stringify(settings)} instead of ${JSON.stringify(ideal.settings)}; ${tagsAre}`;
      }
      const marks = new Set(ideal.declarations.map(({ resource }) => markKeyOf(resource)));
      if (!state.isRecordOf(ideal.declarations.length, marks) || !tags.has('owner')) {
        return `${name} has ${tagsAre} for ${ideal.declarations.length} declarations`;
      }
    }
    return undefined;
  }

  private resourceOf(stack: string, logicalId: string): Resource {
    const id = `${stack}${this.generationOf(stack)}`;
    return { stack: id, logicalId, provider: stack === GUEST ? `${HOST}${this.generationOf(HOST)}` : id };
  }

  private generationOf(stack: string): number {
    return this.generations.get(stack) ?? 0;
  }
}

interface Done {
  readonly succeeded: boolean;
  readonly undo: () => Promise<void>;
}

/** What CloudFormation sends during one operation on a stack. */
class Operation {
  private readonly misfortunes: Misfortune[];
  private hasCreated = false;

  constructor(
    private readonly registry: Registry, private readonly ideals: ReadonlyMap<string, IdealRepository>, private readonly circumstances: Circumstances,
  ) {
    this.misfortunes = [...circumstances.misfortunes];
  }

  public async create(next: Deployed): Promise<Done> {
    const event = delivery(next.resource, { RequestType: 'Create', ResourceProperties: propertiesOf(next.settings, next.repository) });
    if (this.circumstances.isCancelled && !this.hasCreated) {
      const overtaking = this.deletion(next, inventedIdOf(next.resource));
      const [, deleted] = await this.registry.run(
        [event, overtaking].map((made) => ({ delivery: made, misfortune: NO_MISFORTUNE })), this.circumstances.choose);
      expectSuccess(deleted?.Status, 'the delete that overtakes a create');
      this.ideals.get(next.repository)?.release(next.resource);
      return { succeeded: false, undo: async () => {} };
    }
    this.hasCreated = true;
    const wasDeclared = this.ideals.get(next.repository)?.isDeclaredBy(next.resource) ?? false;
    const answer = await this.send(event);
    if (answer === 'SUCCESS') {
      this.ideals.get(next.repository)?.declare(next.resource, next.settings, true);
    }
    const needsNoDelete = answer === 'FAILED' && this.circumstances.rollsBackByDeletes && !wasDeclared;
    return {
      succeeded: answer === 'SUCCESS',
      undo: async () => needsNoDelete ? undefined : this.remove(next, answer === undefined ? inventedIdOf(next.resource) : undefined),
    };
  }

  public async update(old: Deployed, next: Deployed): Promise<Done> {
    const isReplacement = old.repository !== next.repository;
    const wasDeclared = this.ideals.get(next.repository)?.isDeclaredBy(next.resource) ?? false;
    const answer = await this.send(this.updating(old, next, old.repository));
    if (answer === 'SUCCESS') {
      this.ideals.get(next.repository)?.declare(next.resource, next.settings, false, isReplacement ? undefined : old.settings);
    }
    return {
      succeeded: answer === 'SUCCESS',
      undo: async () => {
        if (isReplacement && this.circumstances.rollsBackByDeletes && answer !== undefined && (answer === 'SUCCESS' || !wasDeclared)) {
          await this.remove(next);
          return;
        }
        const physical = answer === 'SUCCESS' ? next.repository : old.repository;
        if (await this.until(this.updating(next, old, physical), () => !this.ideals.has(old.repository))) {
          this.ideals.get(old.repository)?.declare(old.resource, old.settings, false, this.declaredThere(old, next, answer));
        }
        if (isReplacement && answer === 'SUCCESS') {
          await this.remove(next);
        } else if (isReplacement) {
          this.ideals.get(next.repository)?.release(next.resource);
        }
      },
    };
  }

  /**
   * What the repository may still have of an update that is rolled back, or of the declaration before it. An update to another repository
   * declared nothing here, and when it succeeded, CloudFormation asks for a new declaration, as if there had been none.
   */
  private declaredThere(old: Deployed, next: Deployed, answer: 'SUCCESS' | 'FAILED' | undefined): Settings | undefined {
    if (old.repository === next.repository) {
      return next.settings;
    }
    return answer === 'SUCCESS' ? undefined : old.settings;
  }

  /** Until it succeeds. */
  public async remove(gone: Deployed, physicalId?: string): Promise<void> {
    await this.until(this.deletion(gone, physicalId), () => false);
    this.ideals.get(gone.repository)?.release(gone.resource);
  }

  /** As often as CloudFormation tries; after that the declaration stays, and has its say. */
  public async cleanUp(gone: Deployed): Promise<void> {
    const refused: Misfortune = { kind: 'refused', call: 0 };
    for (let attempt = 1; attempt <= CLEANUP_TRIES; attempt++) {
      const misfortune = this.circumstances.cleanupIsRefused ? refused : attempt === CLEANUP_TRIES ? NO_MISFORTUNE : this.misfortunes.shift();
      if (await this.send(this.deletion(gone), misfortune) === 'SUCCESS') {
        this.ideals.get(gone.repository)?.release(gone.resource);
        return;
      }
    }
  }

  private updating(from: Deployed, to: Deployed, physicalRepository: string): Delivery {
    return delivery(to.resource, {
      RequestType: 'Update',
      PhysicalResourceId: arnOf(physicalRepository),
      ResourceProperties: propertiesOf(to.settings, to.repository),
      OldResourceProperties: propertiesOf(from.settings, from.repository),
    });
  }

  private deletion({ resource, settings, repository }: Deployed, physicalId = arnOf(repository)): Delivery {
    const event: UntrustedEvent = { RequestType: 'Delete', PhysicalResourceId: physicalId, ResourceProperties: propertiesOf(settings, repository) };
    return delivery(resource, event);
  }

  /**
   * Tries until it succeeds. Where that is hopeless, a person has CloudFormation skip the resource, but only after a try that nothing else
   * went wrong with: that one did all that can still be done, such as to release a repository that nobody else will.
   */
  private async until(event: Delivery, isHopeless: () => boolean): Promise<boolean> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const misfortune = this.nextMisfortune();
      if (await this.send(event, misfortune) === 'SUCCESS') {
        return true;
      }
      if (misfortune.kind === 'none' && isHopeless()) {
        return false;
      }
    }
    throw new Error(`still failing after ${MOST_TRIES} tries`);
  }

  private nextMisfortune(): Misfortune {
    return this.misfortunes.shift() ?? NO_MISFORTUNE;
  }

  /** @returns the status of the response, or nothing where the function died */
  private async send(event: Delivery, misfortune = this.nextMisfortune()): Promise<'SUCCESS' | 'FAILED' | undefined> {
    const times = this.circumstances.isDeliveredTwice && misfortune.kind === 'none' ? 2 : 1;
    const results = await this.registry.run(Array.from({ length: times }, () => ({ delivery: event, misfortune })), this.circumstances.choose);
    return results[0]?.Status;
  }
}

function expectSuccess(status: string | undefined, what: string): void {
  if (status !== 'SUCCESS') {
    throw new Error(`${what} answers ${status}`);
  }
}
