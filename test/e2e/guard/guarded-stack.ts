import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { GuardMode, ImageTagMutabilityGuard } from '../../../src';
import type { Emulators } from '../../support/emulators';
import { createStack, physicalIds, updateStack, deleteStack } from '../../support/emulators/cloudformation';
import { CREDENTIALS } from '../../support/emulators/environment';
import { publishedTemplate } from '../../support/emulators/template';
import { declare, type Declaration } from '../declaration';

/** Clients of what a guard works with, beside those of the emulators. */
class Clients {
  readonly scheduler: SchedulerClient;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;

  constructor({ env, region }: Emulators) {
    const options = { region, credentials: CREDENTIALS, endpoint: env.AWS_ENDPOINT_URL };
    this.scheduler = new SchedulerClient(options);
    this.sns = new SNSClient(options);
    this.sqs = new SQSClient(options);
  }
}

/** A topic, and the queue that gets its messages. */
export class Reports {
  static async start(emulators: Emulators, name: string): Promise<Reports> {
    const { sns, sqs } = new Clients(emulators);
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }));
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
    const { Attributes: { QueueArn = '' } = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: QueueArn }));
    return new Reports(sqs, TopicArn, QueueUrl);
  }

  private constructor(private readonly sqs: SQSClient, readonly topicArn: string, private readonly queueUrl: string) {}

  /** The messages that came since the last call: subject and text. */
  async received(): Promise<[string, string][]> {
    const { Messages = [] } = await this.sqs.send(new ReceiveMessageCommand({ QueueUrl: this.queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 3_600 }));
    return Messages.map(({ Body = '' }) => JSON.parse(Body) as { Subject: string; Message: string }).map(({ Subject, Message }) => [Subject, Message]);
  }
}

/** A stack of declarations with a guard. */
export class GuardedStack {
  private stackId = '';

  constructor(private readonly emulators: Emulators, private readonly name: string, private readonly reports: Reports, private readonly mode: GuardMode) {}

  async create(...declarations: readonly Declaration[]): Promise<this> {
    this.stackId = await createStack(this.emulators.cloudFormation, this.name, await this.template(declarations));
    return this;
  }

  async update(...declarations: readonly Declaration[]): Promise<void> {
    await updateStack(this.emulators.cloudFormation, this.stackId, await this.template(declarations));
  }

  async remove(): Promise<void> {
    await deleteStack(this.emulators.cloudFormation, this.stackId);
  }

  /** Waits until CloudFormation says that an operation is under way. */
  async operationBegins(): Promise<void> {
    for (;;) {
      const { Stacks: [stack] = [] } = await this.emulators.cloudFormation.send(new DescribeStacksCommand({ StackName: this.stackId }));
      if (stack?.StackStatus?.endsWith('_IN_PROGRESS')) return;
    }
  }

  /** What the schedules invoke the function with, now; EventBridge Scheduler fills in the time, the emulator does not. */
  async inputs(): Promise<string[]> {
    const { scheduler } = new Clients(this.emulators);
    const names = await physicalIds(this.emulators.cloudFormation, this.stackId, 'AWS::Scheduler::Schedule');
    return Promise.all(names.map(async (Name) => {
      const { Target } = await scheduler.send(new GetScheduleCommand({ Name }));
      return (Target?.Input ?? '').replace('<aws.scheduler.scheduled-time>', new Date().toISOString());
    }));
  }

  /** Runs the guard, as its schedules do. */
  async run(inputs?: readonly string[]): Promise<void> {
    const FunctionName = await this.functionName();
    for (const Payload of inputs ?? await this.inputs()) {
      const { FunctionError, Payload: answer } = await this.emulators.lambda.send(new InvokeCommand({ FunctionName, Payload }));
      if (FunctionError) throw new Error(Buffer.from(answer ?? []).toString());
    }
  }

  private async functionName(): Promise<string> {
    const [name] = await physicalIds(this.emulators.cloudFormation, this.stackId, 'AWS::Lambda::Function');
    return name;
  }

  private template(declarations: readonly Declaration[]) {
    return publishedTemplate(this.emulators, this.name, (stack) => {
      declare(stack, declarations);
      new ImageTagMutabilityGuard(stack, 'Guard', { mode: this.mode, topic: Topic.fromTopicArn(stack, 'Topic', this.reports.topicArn) });
    });
  }
}
