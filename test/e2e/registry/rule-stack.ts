import { CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ImageTagMutabilityExclusionFilter, TagMutability } from 'aws-cdk-lib/aws-ecr';
import { ImageTagMutabilityProvider, RegistryImageTagMutability } from '../../../src';
import { StackFailure, createStack, deleteStack, physicalIds, updateStack } from '../../support/emulators/cloudformation';
import type { Settings } from '../../support/emulators/ecr';
import { publishedTemplate } from '../../support/emulators/template';
import type { Account } from '../account';
import { type Declaration, declare } from '../declaration';

export interface RuleDeclaration {
  /** @default 'Rule' */
  readonly id?: string;
  readonly filters: string[];
  readonly excludes?: string[];
  readonly settings: Settings;
  readonly reportOnly?: boolean;
  readonly removalPolicy?: RemovalPolicy;
}

export interface RuleStackContents {
  readonly rules?: readonly RuleDeclaration[];
  /** Of single repositories. */
  readonly declarations?: readonly Declaration[];
}

/** A stack of rules, through CloudFormation's calls. */
export class RuleStack {
  private stackId?: string;

  constructor(private readonly account: Account, readonly name: string) {}

  get id(): string {
    if (this.stackId === undefined) throw new Error(`${this.name} has not been created`);
    return this.stackId;
  }

  async create(contents: RuleStackContents): Promise<this> {
    try {
      this.stackId = await createStack(this.account.emulators.cloudFormation, this.name, await this.template(contents));
    } catch (error) {
      if (error instanceof StackFailure) this.stackId = error.stackId;
      throw error;
    }
    return this;
  }

  async update(contents: RuleStackContents): Promise<void> {
    await updateStack(this.account.emulators.cloudFormation, this.id, await this.template(contents));
  }

  async remove(): Promise<void> {
    await deleteStack(this.account.emulators.cloudFormation, this.id);
  }

  async only(type: string): Promise<string> {
    const ids = await physicalIds(this.account.emulators.cloudFormation, this.id, type);
    if (ids.length !== 1) throw new Error(`${this.name} has ${ids.length} resources of type ${type}`);
    return ids[0]!;
  }

  private template({ rules = [], declarations = [] }: RuleStackContents) {
    return publishedTemplate(this.account.emulators, this.name, (stack) => {
      const declared = rules.map((rule) => declareRule(stack, rule));
      declare(stack, declarations);
      declarations.filter(({ last }) => last).forEach(({ id = 'Tags' }) => stack.node.findChild(id).node.addDependency(...declared));
      if (rules.length > 0) adapt(stack);
    });
  }
}

function declareRule(stack: Stack, { id = 'Rule', filters, excludes, settings, reportOnly, removalPolicy }: RuleDeclaration): RegistryImageTagMutability {
  const rule = new RegistryImageTagMutability(stack, id, {
    repositoryFilters: filters,
    excludeRepositoryFilters: excludes,
    imageTagMutability: settings.imageTagMutability as TagMutability,
    imageTagMutabilityExclusionFilters: settings.filters.length > 0
      ? settings.filters.map((filter) => ImageTagMutabilityExclusionFilter.wildcard(filter))
      : undefined,
    reportOnly,
    removalPolicy,
  });
  // A pass that never responds fails the test, and not after an hour.
  (rule.node.defaultChild as CfnResource).addPropertyOverride('ServiceTimeout', 120);
  return rule;
}

/** ministack does not know `MaxConcurrencyPath`, and would start a process for each batch. */
function adapt(stack: Stack): void {
  const stateMachine = ImageTagMutabilityProvider.getOrCreate(stack).node.findChild('Registry').node.findChild('StateMachine') as CfnResource & { definitionString: string };
  const definition = JSON.stringify(stack.resolve(stateMachine.definitionString));
  const former = '\\"MaxConcurrencyPath\\":\\"$.pass.rule.maxConcurrency\\"';
  if (!definition.includes(former)) throw new Error(`the state machine has no ${former} any more`);
  stateMachine.addPropertyOverride('DefinitionString', JSON.parse(definition.replace(former, '\\"MaxConcurrency\\":4')));
}
