import { IdealRepository } from './ideal-repository';
import { Fault, ModelRegistry, NO_FAULT } from './model-registry';
import { ResourceChange, retryCreate } from './resource-change';
import { Resource, arnOf, declarationIdOf, newPassDelivery, stackIdOf } from './resources';
import { RulePass } from './rule-pass';
import { Circumstances } from './stack-operation';
import { keyOf } from '../../lambda/protocol/operation';
import { declarationOf, readRecord } from '../../lambda/protocol/record';
import { RuleDeclaration, isAsDeclared } from '../../lambda/registry/declare-by-rule';
import { Settings, sameSettings } from '../../src/shared/settings';

/** What a template says of a rule. Its filters match these repositories. */
export interface RuleEntry {
  readonly repositories: readonly string[];
  readonly settings: Settings;
  readonly retain: boolean;
}

/** A rule that a stack has deployed. */
export interface DeployedRule extends RuleEntry {
  readonly resource: Resource;
  /** The token in its physical id. */
  readonly token: string;
}

type RuleCircumstances = Pick<Circumstances, 'isCancelled' | 'noRollback' | 'cleanupIsRefused' | 'choose'>;

const CLEANUP_TRIES = 3;
const MOST_TRIES = 10;
const REFUSED: Fault = { kind: 'refused', call: 0 };

/**
 * The passes of rules during one operation on a stack, one repository after the other. With each success it tells the repository's ideal what
 * was declared or released. The state machine is left out: what it does for a repository is in `rule-pass.ts`.
 */
export class RuleOperation {
  constructor(
    private readonly registry: ModelRegistry,
    private readonly ideals: ReadonlyMap<string, IdealRepository>,
    private readonly circumstances: RuleCircumstances,
    private readonly nextFault: () => Fault,
  ) {}

  /** @param make the rule, each time as a new create: with a time and a token of its own */
  public async create(make: () => DeployedRule): Promise<ResourceChange<DeployedRule>> {
    const wanted = make();
    if (this.circumstances.isCancelled) {
      await this.createUntilStopped(wanted);
      return { undo: async () => {} };
    }
    const isDeclared = await this.declareAll(wanted, () => []);
    return { deployed: isDeclared ? wanted : undefined, undo: () => this.remove(wanted), retry: () => this.createAgain(make, wanted) };
  }

  public async update(old: DeployedRule, wanted: DeployedRule): Promise<ResourceChange<DeployedRule>> {
    const isUpdated = await this.change(old, wanted);
    return { deployed: isUpdated ? wanted : undefined, undo: () => this.updateBack(wanted, old) };
  }

  /** Releases all repositories. The execution goes on, or a person runs the command that a failed delete names, until it is done. */
  public async remove(gone: DeployedRule): Promise<void> {
    for (const repository of this.repositoriesOf(gone)) {
      await this.repeat(() => this.release(gone, repository));
    }
  }

  /**
   * CloudFormation gives up after some tries. The declarations that are left stay, and keep their precedence.
   *
   * @param isCreatedAgain whether a later create has succeeded, whose declarations must stay
   */
  public async cleanUp(gone: DeployedRule, isCreatedAgain = false): Promise<void> {
    for (const repository of this.repositoriesOf(gone)) {
      for (let tries = 1, isReleased = false; tries <= CLEANUP_TRIES && !isReleased; tries++) {
        const fault = this.circumstances.cleanupIsRefused ? REFUSED : tries === CLEANUP_TRIES ? NO_FAULT : this.nextFault();
        isReleased = isCreatedAgain ? await this.run(gone, repository, { type: 'release' }, fault) : await this.release(gone, repository, {}, fault);
      }
    }
  }

  /** What a listing shows to be as declared is passed over, or not: tags are a hint that may be late. What fails is left to the next sweep. */
  public async sweep(rule: DeployedRule): Promise<void> {
    for (const repository of this.existing(rule.repositories)) {
      const { tags, settings } = this.registry.get(arnOf(repository))!;
      const isDone = isAsDeclared(declarationIdOf(rule.resource), declarationBy(rule), tags, settings);
      if (isDone && this.circumstances.choose(2) === 0) {
        this.noteDeclared(rule, repository, [rule.settings]);
      } else {
        await this.repeat(() => this.declare(rule, repository, { type: 'sweep', ownSettings: [rule.settings] }));
      }
    }
  }

  private createAgain(make: () => DeployedRule, failed: DeployedRule): Promise<ResourceChange<DeployedRule>> {
    return retryCreate(this.circumstances.noRollback ?? 'delete, then create', {
      remove: () => this.remove(failed), cleanUp: () => this.cleanUp(failed, true), createAgain: () => this.create(make),
    });
  }

  /** Its execution is stopped somewhere. The delete has a generated id, and waits until a function that still runs can write no more. */
  private async createUntilStopped(wanted: DeployedRule): Promise<void> {
    const all = this.existing(wanted.repositories);
    for (const repository of all.slice(0, this.circumstances.choose(all.length + 1))) {
      await this.run(wanted, repository, { type: 'declare' }, this.nextFault());
    }
    for (const repository of this.repositoriesOf(wanted)) {
      await this.repeat(() => this.release(wanted, repository, { isTokenKnown: false, waits: true }));
    }
  }

  private async change(old: DeployedRule, wanted: DeployedRule): Promise<boolean> {
    // What the old filters do not match has perhaps just been released, by an update that is rolled back here.
    const ownSettings = (repository: string) => old.repositories.includes(repository) ? [old.settings, wanted.settings] : [];
    if (!await this.declareAll(wanted, ownSettings)) {
      return false;
    }
    for (const repository of this.existing(old.repositories).filter((name) => !wanted.repositories.includes(name))) {
      if (!await this.release(old, repository)) {
        return false;
      }
    }
    return true;
  }

  private updateBack(from: DeployedRule, to: DeployedRule): Promise<void> {
    return this.repeat(() => this.change(from, to));
  }

  private async declareAll(rule: DeployedRule, ownSettings: (repository: string) => readonly Settings[]): Promise<boolean> {
    for (const repository of this.existing(rule.repositories)) {
      // The state machine tries again what died, but not what was refused.
      const isRetried = this.circumstances.choose(2) === 0;
      const attempt = () => this.declare(rule, repository, { ownSettings: ownSettings(repository) });
      if (!await attempt() && !(isRetried && await attempt())) {
        return false;
      }
    }
    return true;
  }

  private async declare(rule: DeployedRule, repository: string, options: Partial<RulePass>): Promise<boolean> {
    if (!await this.run(rule, repository, { type: 'declare', ...options }, this.nextFault())) {
      return false;
    }
    this.noteDeclared(rule, repository, options.ownSettings ?? []);
    return true;
  }

  /** Tells the ideal, with the original that is recorded. */
  private noteDeclared({ resource, token, settings }: DeployedRule, repository: string, ownSettings: readonly Settings[]): void {
    const ideal = this.ideals.get(repository)!;
    const original = declarationOf(keyOf(declarationIdOf(resource)), readRecord(this.registry.get(arnOf(repository))!.tags))?.original;
    const possible = possibleOriginals(ideal, resource, ownSettings);
    if (!possible.some((one) => one && original ? sameSettings(one, original) : one === original)) {
      throw new Error(`${repository} has the original ${JSON.stringify(original)}, but it is one of ${JSON.stringify(possible)}`);
    }
    ideal.declare({ resource, settings, original, token }, true);
  }

  private async release(rule: DeployedRule, repository: string, options: Partial<RulePass> = {}, fault = this.nextFault()): Promise<boolean> {
    if (!await this.run(rule, repository, { type: 'release', ...options }, fault)) {
      return false;
    }
    const { resource, token } = rule;
    const ideal = this.ideals.get(repository)!;
    // As with single declarations: a failed create over a retained rule leaves that one, unless it has taken its place already.
    const declared = ideal.find(resource);
    const isOfOther = declared !== undefined && declared.token !== token && options.isTokenKnown !== false;
    if (!isOfOther || !this.registry.get(arnOf(repository))!.isRecorded(resource)) {
      ideal.release(resource, false);
    }
    return true;
  }

  /** @returns whether it succeeded */
  private async run(rule: DeployedRule, repository: string, options: Pick<RulePass, 'type'> & Partial<RulePass>, fault: Fault): Promise<boolean> {
    const { stack, logicalId } = rule.resource;
    const delivery = newPassDelivery(rule.resource, {
      stackId: stackIdOf(stack),
      logicalId,
      repository: arnOf(repository),
      rule: declarationBy(rule),
      ownSettings: [],
      isTokenKnown: true,
      waits: false,
      ...options,
    });
    const [response] = await this.registry.run([{ delivery, fault }], this.circumstances.choose);
    return response?.Status === 'SUCCESS';
  }

  /** The repositories that the filters match, and those that have the rule's tags. */
  private repositoriesOf({ repositories, resource }: DeployedRule): readonly string[] {
    return [...this.ideals.keys()].filter((name) => repositories.includes(name) || this.registry.get(arnOf(name))!.isRecorded(resource));
  }

  private existing(repositories: readonly string[]): readonly string[] {
    return repositories.filter((name) => this.ideals.has(name));
  }

  private async repeat(attempt: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (await attempt()) {
        return;
      }
    }
    throw new Error(`still failing after ${MOST_TRIES} tries`);
  }
}

const declarationBy = ({ resource, token, settings }: DeployedRule): RuleDeclaration => ({ created: resource.ruleCreated!, token, settings });

/** Its own original or that of another record, else the settings that are there, unless the rule may have set them. */
function possibleOriginals(ideal: IdealRepository, resource: Resource, ownSettings: readonly Settings[]): readonly (Settings | undefined)[] {
  const own = ideal.find(resource);
  const found = own?.original ? [own.original] : ideal.possibleOriginals;
  const isOwn = (settings: Settings | undefined) => settings !== undefined && ownSettings.some((other) => sameSettings(other, settings));
  return ideal.declarations.length > 0 ? found : found.map((settings) => isOwn(settings) ? undefined : settings);
}
