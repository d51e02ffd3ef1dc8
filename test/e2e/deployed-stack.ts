import { declare, type Declaration, type DeclareOptions } from './declaration';
import type { Emulators } from '../support/emulators';
import { StackFailure, createStack, deleteStack, failureReasons, physicalIds, updateStack, type OnFailure, type Template } from '../support/emulators/cloudformation';
import { endFunctionsOf } from '../support/emulators/lambda-process';
import { publishedTemplate } from '../support/emulators/template';

export interface DeployedStackOptions extends DeclareOptions {
  /** @default 'ROLLBACK' */
  readonly onFailure?: OnFailure;
}

/** A stack of declarations, through CloudFormation's calls. Each waits for the end, and throws a `StackFailure` unless it is the one asked for. */
export class DeployedStack {
  private stackId?: string;
  private resources: readonly string[] = [];

  /** `options` are those of the templates to come. */
  constructor(private readonly emulators: Emulators, private readonly name: string, public options: DeployedStackOptions = {}) {}

  get id(): string {
    if (this.stackId === undefined) throw new Error(`${this.name} has not been created`);
    return this.stackId;
  }

  async create(...declarations: readonly Declaration[]): Promise<this> {
    try {
      this.stackId = await createStack(this.emulators.cloudFormation, this.name, await this.template(declarations), this.options.onFailure);
    } catch (error) {
      if (error instanceof StackFailure) this.stackId = error.stackId;
      throw error;
    }
    return this;
  }

  async update(...declarations: readonly Declaration[]): Promise<void> {
    await updateStack(this.emulators.cloudFormation, this.id, await this.template(declarations));
  }

  async remove(): Promise<void> {
    await deleteStack(this.emulators.cloudFormation, this.id);
    await endFunctionsOf(this.emulators, this.name);
  }

  /** What its failed resources said, also where the operation succeeded without them. */
  failures(): Promise<string[]> {
    return failureReasons(this.emulators.cloudFormation, this.id);
  }

  /** The name of the library's function in this stack. */
  async functionName(): Promise<string> {
    const [name] = await physicalIds(this.emulators.cloudFormation, this.name, 'AWS::Lambda::Function');
    if (name === undefined) throw new Error(`${this.name} has no function`);
    return name;
  }

  /** The logical ids of the declarations in the template last used. */
  get logicalIds(): readonly string[] {
    return this.resources;
  }

  private template(declarations: readonly Declaration[]): Promise<Template> {
    return publishedTemplate(this.emulators, this.name, (stack) => {
      this.resources = declare(stack, declarations, this.options);
    });
  }
}
