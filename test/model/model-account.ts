import { EcrStates } from './ecr-state';
import { IdealDeclaration, IdealRepository } from './ideal-repository';
import { ModelRegistry } from './model-registry';
import { ResourceChange } from './resource-change';
import { Resource, arnOf, ownershipTagKeyOf } from './resources';
import { DeployedRule, RuleEntry, RuleOperation } from './rule-operation';
import { Circumstances, DeployedEntry, StackOperation, TemplateEntry } from './stack-operation';
import { tokenOf } from '../../lambda/cloudformation/physical-id';
import { Settings, sameSettings } from '../../src/shared/settings';

/** A template's entries, by their logical ids. */
export type Template = Readonly<Record<string, TemplateEntry | RuleEntry>>;

type Deployed = DeployedEntry | DeployedRule;

const isRule = <T extends object>(entry: T): entry is Extract<T, RuleEntry> => 'repositories' in entry;

const AN_HOUR = 3_600_000;
/** After that, somebody has the stack rolled back. */
const MOST_RETRIES = 3;

/** A stack that shares its provider with another stack. */
export const HOST = 'host';
/** The stack that uses the provider of `HOST`. */
export const GUEST = 'guest';

/** An AWS account with repositories, stacks and CloudFormation; and beside each repository the ideal one, which shows what the promise says. */
export class ModelAccount {
  private readonly states = new EcrStates();
  private readonly ideals = new Map<string, IdealRepository>();
  private readonly formerDeclarations = new Map<string, readonly IdealDeclaration[]>();
  private readonly stacks = new Map<string, Map<string, Deployed>>();
  private readonly generations = new Map<string, number>();

  constructor(private readonly registry = new ModelRegistry()) {}

  public createRepository(name: string, settings: Settings): void {
    if (!this.ideals.has(name)) {
      this.registry.set(arnOf(name), this.states.of(settings, new Map([['owner', 'team']])));
      // For the declarations of a former repository of that name, this one is the same, without a record.
      this.ideals.set(name, new IdealRepository(settings, this.formerDeclarations.get(name)));
    }
  }

  public deleteRepository(name: string): void {
    this.registry.set(arnOf(name), undefined);
    this.formerDeclarations.set(name, this.ideals.get(name)?.all ?? []);
    this.ideals.delete(name);
  }

  /** Removes the library's tags, as another tool would. */
  public eraseRecord(name: string): void {
    const state = this.registry.get(arnOf(name));
    if (state) {
      this.registry.set(arnOf(name), state.after({ method: 'untag', keys: state.libraryTagKeys }));
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

  /** Brings the stack to its template. Where something fails, it is rolled back to what it was. */
  public async deploy(stack: string, template: Template, circumstances: Circumstances): Promise<void> {
    this.registry.time += AN_HOUR;
    const before = this.stacks.get(stack) ?? new Map<string, Deployed>();
    const { operation, rules } = this.begin(circumstances);
    const after = new Map<string, Deployed>();
    const undo: (() => Promise<void>)[] = [];
    const cleanUps: ((() => Promise<void>) | undefined)[] = [];
    let isFailed = false;
    for (const [logicalId, entry] of Object.entries(template)) {
      const old = before.get(logicalId);
      if (old && isUnchanged(old, entry)) {
        after.set(logicalId, { ...old, retain: entry.retain });
        continue;
      }
      let change: ResourceChange<Deployed> = isRule(entry)
        ? await this.changeRule(rules, stack, logicalId, old as DeployedRule | undefined, entry)
        : await this.changeSingle(operation, stack, logicalId, old as DeployedEntry | undefined, entry);
      for (let tries = 0; !change.deployed && change.retry && circumstances.noRollback && tries < MOST_RETRIES; tries++) {
        this.registry.time += AN_HOUR;
        change = await change.retry();
      }
      undo.unshift(change.undo);
      cleanUps.push(change.cleanUp);
      if (!change.deployed) {
        isFailed = true;
        break;
      }
      after.set(logicalId, change.deployed);
    }
    if (isFailed || circumstances.siblingFails) {
      for (const step of undo) {
        await step();
      }
      return;
    }
    for (const cleanUp of cleanUps) {
      await cleanUp?.();
    }
    for (const [logicalId, old] of before) {
      const next = after.get(logicalId);
      if (!old.retain && isRule(old) && !next) {
        await rules.cleanUp(old);
      } else if (!old.retain && !isRule(old) && (next as DeployedEntry | undefined)?.repository !== old.repository) {
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
    this.registry.time += AN_HOUR;
    const { operation, rules } = this.begin(circumstances);
    for (const old of [...this.stacks.get(stack)?.values() ?? []].filter(({ retain }) => !retain)) {
      await (isRule(old) ? rules.remove(old) : operation.removeWithFunction(old));
    }
    this.stacks.delete(stack);
    this.generations.set(stack, this.generationOf(stack) + 1);
  }

  /** All rules of the stack look after their repositories, also after new ones. */
  public async sweep(stack: string, circumstances: Circumstances): Promise<void> {
    this.registry.time += AN_HOUR;
    const { rules } = this.begin(circumstances);
    for (const rule of [...this.stacks.get(stack)?.values() ?? []].filter(isRule)) {
      await rules.sweep(rule);
    }
  }

  private begin(circumstances: Circumstances): { readonly operation: StackOperation; readonly rules: RuleOperation } {
    const operation = new StackOperation(this.registry, this.ideals, circumstances);
    return { operation, rules: new RuleOperation(this.registry, this.ideals, circumstances, () => operation.nextFault()) };
  }

  private changeSingle(
    operation: StackOperation, stack: string, logicalId: string, old: DeployedEntry | undefined, entry: TemplateEntry,
  ): Promise<ResourceChange<DeployedEntry>> {
    const wanted = { ...entry, resource: this.resourceOf(stack, logicalId) };
    return old ? operation.update(old, wanted) : operation.create(wanted);
  }

  /** An update keeps the rule's physical id, with its time and its token. */
  private changeRule(
    rules: RuleOperation, stack: string, logicalId: string, old: DeployedRule | undefined, entry: RuleEntry,
  ): Promise<ResourceChange<DeployedRule>> {
    if (old) {
      return rules.update(old, { ...old, ...entry });
    }
    return rules.create(() => {
      const ruleCreated = ++this.registry.time;
      return { ...entry, resource: { ...this.resourceOf(stack, logicalId), ruleCreated }, token: tokenOf(`rule-${ruleCreated}`) };
    });
  }

  /** @returns how the account differs from what the promise says, if it does */
  public problem(): string | undefined {
    for (const [name, ideal] of this.ideals) {
      const state = this.registry.get(arnOf(name))!;
      const { settings, tags } = state;
      const tagsAre = JSON.stringify(Object.fromEntries(tags));
      if (!ideal.accepts(settings)) {
        return `${name} has ${JSON.stringify(settings)} instead of ${JSON.stringify(ideal.settings)}; ${tagsAre}`;
      }
      const ownershipTagKeys = new Set(ideal.declarations.map(({ resource }) => ownershipTagKeyOf(resource)));
      if (!state.isRecordOf(ideal.declarations.length, ownershipTagKeys) || !tags.has('owner')) {
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

function isUnchanged(old: Deployed, entry: TemplateEntry | RuleEntry): boolean {
  const isOfSameRepositories = isRule(old)
    ? isRule(entry) && old.repositories.join() === entry.repositories.join()
    : !isRule(entry) && old.repository === entry.repository;
  return isOfSameRepositories && sameSettings(old.settings, entry.settings);
}
