import assert from 'node:assert';
import { startHttpServer } from './emulators/http-server';
import { FakeRegistry, RULE_STACK, STATE_MACHINE } from './fake-registry';
import { wildcard } from './properties';
import { StateMachineRun, runStateMachine } from './state-machine';
import { renderResponse } from '../../lambda/cloudformation/response';
import { StackResource } from '../../lambda/cloudformation/stack';
import { handleRegistryInput, handleRuleRequest } from '../../lambda/registry';
import { definition } from '../../src/private/registry/definition';
import { RULE_METADATA_KEY, RuleName, RuleProperties } from '../../src/shared/registry';
import { Settings } from '../../src/shared/settings';

export interface Declared {
  readonly filters: readonly string[];
  readonly excludes?: readonly string[];
  readonly settings: Settings;
  readonly reportOnly?: boolean;
  /** As CloudFormation passes it on. */
  readonly maxConcurrency?: string;
  readonly stateMachineArn?: string;
}

/** As CloudFormation passes them on: numbers and booleans as strings. */
export function rulePropertiesOf(
  { filters, excludes, settings, reportOnly, maxConcurrency = '4', stateMachineArn = STATE_MACHINE }: Declared,
): RuleProperties {
  return {
    RepositoryFilters: filters,
    ...excludes && { ExcludeRepositoryFilters: excludes },
    ImageTagMutability: settings.mutability,
    ...settings.filters.length > 0 && { ImageTagMutabilityExclusionFilters: settings.filters.map(wildcard) as RuleProperties['ImageTagMutabilityExclusionFilters'] },
    ...reportOnly && { ReportOnly: 'true' as unknown as true },
    MaxConcurrency: maxConcurrency as unknown as number,
    StateMachineArn: stateMachineArn,
  };
}

/** A rule of a stack, with the real steps in a state machine in memory, from CloudFormation's event to its response. */
export class FakeRule {
  physicalId = '';
  readonly runs: StateMachineRun[] = [];
  /** Runs before each step; throws to fail it. */
  before?: (step: string, input: any) => void;
  private requests = 0;

  constructor(readonly registry: FakeRegistry, readonly logicalId = 'Rule') {}

  create = (declared: Declared) => this.operate('Create', declared);
  update = (declared: Declared, old: Declared) => this.operate('Update', declared, old);
  remove = (declared: Declared, physicalId = this.physicalId) => this.operate('Delete', declared, undefined, physicalId);

  get name(): RuleName {
    return { StackId: RULE_STACK, LogicalResourceId: this.logicalId };
  }

  /** @returns the response, or nothing where no sweep was made */
  async sweep(): Promise<any> {
    const before = this.registry.started.length;
    await handleRegistryInput({ RegistryInput: 'sweep', Rule: this.name }, this.registry.environment);
    return this.registry.started.length > before ? this.execute() : undefined;
  }

  announce = (RepositoryName: string) => handleRegistryInput({ RegistryInput: 'new-repository', Rule: this.name, RepositoryName }, this.registry.environment);

  /** What CloudFormation has when an operation has succeeded, as `operate` leaves it, or where its pass did something else. */
  deployed(declared: Declared, change: Partial<StackResource> = {}): void {
    this.registry.resources.set(this.logicalId, {
      physicalId: this.physicalId,
      status: 'UPDATE_COMPLETE',
      updated: this.registry.clock.now(),
      metadata: JSON.stringify({ 'aws:cdk:path': 'Stack/Rule/Resource', [RULE_METADATA_KEY]: rulePropertiesOf(declared) }),
      ...change,
    });
  }

  event(RequestType: string, declared: Declared, old?: Declared, PhysicalResourceId = this.physicalId) {
    return {
      RequestType,
      RequestId: `${this.logicalId}-${++this.requests}`,
      StackId: RULE_STACK,
      LogicalResourceId: this.logicalId,
      ...RequestType !== 'Create' && { PhysicalResourceId },
      ResourceProperties: rulePropertiesOf(declared),
      ...old && { OldResourceProperties: rulePropertiesOf(old) },
    };
  }

  private async operate(type: string, declared: Declared, old?: Declared, physicalId?: string): Promise<any> {
    await using cloudFormation = await receiveResponses();
    const event = this.event(type, declared, old, physicalId);
    const deployed = this.registry.resources.get(this.logicalId);
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackResourceDetail.html, ResourceStatus
    if (deployed && type === 'Delete') {
      this.registry.resources.set(this.logicalId, { ...deployed, status: 'DELETE_IN_PROGRESS' });
    }
    const early = await handleRuleRequest(event, new URL(cloudFormation.url), this.registry.environment);
    if (!early) {
      await this.execute();
    }
    const response: any = early ? JSON.parse(renderResponse(event, early)) : cloudFormation.responses.at(-1);
    if (type === 'Delete') {
      assert.equal(response.PhysicalResourceId, physicalId);
      this.registry.resources.delete(this.logicalId);
    } else {
      this.physicalId = response.PhysicalResourceId;
      this.deployed(declared);
    }
    return response;
  }

  /** Runs the execution that was started last. */
  private async execute(): Promise<unknown> {
    const { name, input } = this.registry.started.at(-1)!;
    const run = await runStateMachine(definition('function'), input, {
      name,
      started: new Date(this.registry.clock.now()).toISOString(),
      invoke: async (event) => {
        this.before?.(event.Step, event);
        return handleRegistryInput(event, this.registry.environment);
      },
      onWait: (seconds) => void this.registry.clock.sleep(seconds * 1_000),
    });
    this.runs.push(run);
    return run.output;
  }
}

/** CloudFormation's bucket. */
async function receiveResponses() {
  const responses: unknown[] = [];
  const server = await startHttpServer((_, response, body) => {
    responses.push(JSON.parse(body));
    response.end();
  });
  return {
    url: `${server.url}/?signature`,
    responses,
    [Symbol.asyncDispose]: async () => server.stop(),
  };
}
