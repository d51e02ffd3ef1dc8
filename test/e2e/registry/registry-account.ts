import { setTimeout as sleep } from 'node:timers/promises';
import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import { RuleStack } from './rule-stack';
import { runAwsCommands } from '../../support/emulators/aws-cli';
import { deliver, invoke, type Answer } from '../../support/emulators/deliver';
import { recordOf, settingsOf, type Settings } from '../../support/emulators/ecr';
import { TaggingApi } from '../../support/emulators/tagging-api';
import { FaultyAccount } from '../faulty-account';

const ENDS_WITHIN_MS = 60_000;

/** An account whose registry is declared by rules, and what the emulators do not do by themselves: events, schedules, lost requests. */
export class RegistryAccount {
  static async start(): Promise<RegistryAccount> {
    const tagging = await TaggingApi.start();
    const account = await FaultyAccount.start({ ministackEnv: tagging.environment });
    tagging.ecr = account.emulators.ecr();
    return new RegistryAccount(account, tagging);
  }

  private constructor(readonly account: FaultyAccount, readonly tagging: TaggingApi) {}

  stack = (name: string) => new RuleStack(this.account, name);

  async repositories(settings: Settings, ...names: string[]): Promise<void> {
    await Promise.all(names.map((repositoryName) => this.account.emulators.ecr().send(new CreateRepositoryCommand({
      repositoryName,
      imageTagMutability: settings.imageTagMutability,
      ...settings.filters.length > 0 && { imageTagMutabilityExclusionFilters: settings.filters.map((filter) => ({ filterType: 'WILDCARD' as const, filter })) },
    }))));
  }

  /** The settings of each, and how many tags of the library there are. */
  now = (names: readonly string[]) => Promise.all(names.map((name) => this.account.now(name)));

  /** Without tags of the library. */
  async untouched(settings: Settings, ...names: string[]): Promise<boolean> {
    const ecr = this.account.emulators.ecr();
    const states = await Promise.all(names.map(async (name) => [await settingsOf(ecr, name), await recordOf(ecr, name)]));
    return states.every((state) => JSON.stringify(state) === JSON.stringify([settings, []]));
  }

  /** Asks an API of the emulators by the AWS CLI. */
  async aws(command: string): Promise<any> {
    return JSON.parse(await runAwsCommands(this.account.emulators, `aws ${command} --output json`) || 'null');
  }

  invoke(functionName: string, input: string | object): Promise<void> {
    return invoke(this.account.emulators.lambda, functionName, typeof input === 'string' ? input : JSON.stringify(input));
  }

  /** Does what the stack's schedule does at its time, and waits for the end. */
  async sweep(stack: RuleStack): Promise<void> {
    const { Target: { Input } } = await this.aws(`scheduler get-schedule --name ${await stack.only('AWS::Scheduler::Schedule')}`);
    await this.invoke(await stack.only('AWS::Lambda::Function'), Input);
    await this.passesEnd(await stack.only('AWS::StepFunctions::StateMachine'));
  }

  /** Delivers an event as CloudFormation does, and waits for its answer. */
  deliver(functionName: string, event: object): Promise<Answer> {
    return deliver(this.account.emulators.lambda, functionName, event);
  }

  /** Waits until no execution runs. */
  async passesEnd(stateMachineArn: string): Promise<void> {
    const deadline = Date.now() + ENDS_WITHIN_MS;
    while ((await this.aws(`stepfunctions list-executions --state-machine-arn ${stateMachineArn} --status-filter RUNNING`)).executions.length > 0) {
      if (Date.now() > deadline) throw new Error(`an execution still runs after ${ENDS_WITHIN_MS / 1_000} s`);
      await sleep(100);
    }
  }

  stop(): void {
    this.tagging.stop();
    this.account.stop();
  }
}
