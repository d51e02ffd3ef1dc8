import { UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { ListExecutionsCommand, SFNClient, paginateGetExecutionHistory, type HistoryEvent } from '@aws-sdk/client-sfn';
import { historyEvents } from './history';
import type { Tool } from './tools';
import { RULE_RESOURCE_TYPE, type RuleAttributes } from '../../src/shared/registry';
import { Account } from '../../test/e2e/account';
import { RuleStack } from '../../test/e2e/registry/rule-stack';
import type { Emulators } from '../../test/support/emulators';
import { deliver } from '../../test/support/emulators/deliver';
import { CREDENTIALS } from '../../test/support/emulators/environment';
import { peakMemory } from '../../test/support/emulators/lambda-process';

/** A rule's life, by CloudFormation's events to the function of a stack: the emulator's CloudFormation would not wait so long. */
export class MeasuredRule implements Tool {
  /** The function is that of a stack with a rule about nothing. */
  static async deploy(emulators: Emulators): Promise<MeasuredRule> {
    const stack = await new RuleStack(new Account(emulators), 'bench').create({
      rules: [{ filters: ['nothing/*'], settings: { imageTagMutability: 'IMMUTABLE', filters: [] } }],
    });
    return new MeasuredRule(emulators, stack.id, await stack.only('AWS::Lambda::Function'), await stack.only('AWS::StepFunctions::StateMachine'));
  }

  readonly name = 'a rule';
  readonly declares = 'IMMUTABLE';
  private filters: readonly string[] = [];
  private expected = 0;
  private physicalId?: string;

  private constructor(
    private readonly emulators: Emulators, private readonly stackId: string,
    private readonly functionName: string, private readonly stateMachineArn: string,
  ) {}

  /** What it is to declare from now on, and how many repositories there are of these. */
  matches(filters: readonly string[], repositories: number): void {
    this.filters = filters;
    this.expected = repositories;
  }

  declare(): Promise<void> {
    return this.operate('Create');
  }

  again(): Promise<void> {
    return this.operate('Update');
  }

  remove(): Promise<void> {
    return this.operate('Delete');
  }

  async setMemory(MemorySize: number): Promise<void> {
    await this.emulators.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: this.functionName, MemorySize }));
  }

  /** The most that any process had which runs the function, with Node.js itself, in MB. */
  peakMemory(): Promise<number> {
    return peakMemory(this.emulators, this.functionName);
  }

  /** The longest history of the executions so far. */
  async mostHistoryEvents(): Promise<number> {
    const client = new SFNClient({ region: this.emulators.region, credentials: CREDENTIALS, endpoint: this.emulators.env.AWS_ENDPOINT_URL });
    const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn: this.stateMachineArn }));
    const lengths = executions.map(async ({ executionArn }) => {
      const events: HistoryEvent[] = [];
      for await (const page of paginateGetExecutionHistory({ client }, { executionArn, maxResults: 1_000 })) events.push(...page.events ?? []);
      return historyEvents(events);
    });
    return Math.max(...await Promise.all(lengths));
  }

  private async operate(RequestType: 'Create' | 'Update' | 'Delete'): Promise<void> {
    const properties = { RepositoryFilters: this.filters, ImageTagMutability: this.declares, MaxConcurrency: '4', StateMachineArn: this.stateMachineArn };
    const { Status, Reason, PhysicalResourceId, Data } = await deliver<RuleAttributes>(this.emulators.lambda, this.functionName, {
      RequestType,
      ResourceType: RULE_RESOURCE_TYPE,
      StackId: this.stackId,
      LogicalResourceId: 'Bench',
      PhysicalResourceId: this.physicalId,
      ResourceProperties: properties,
      ...RequestType === 'Update' && { OldResourceProperties: properties },
    });
    if (Status !== 'SUCCESS') throw new Error(`${RequestType}: ${Reason}`);
    if (RequestType !== 'Delete' && Number(Data?.Declared) !== this.expected) throw new Error(`${RequestType}: declared ${Data?.Declared} of ${this.expected}`);
    this.physicalId = RequestType === 'Delete' ? undefined : PhysicalResourceId;
  }
}
