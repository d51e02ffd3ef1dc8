import {
  CancelUpdateStackCommand, CreateChangeSetCommand, CreateStackCommand, DeleteStackCommand, DescribeChangeSetCommand, DescribeStackEventsCommand,
  DescribeStacksCommand, ExecuteChangeSetCommand, type CloudFormationClient, type StackEvent,
} from '@aws-sdk/client-cloudformation';
import { poll } from './clock';

/** How an operation on a stack ended. */
export interface Ended {
  readonly status: string;
  /** Why resources failed meanwhile, first to last. */
  readonly reasons: readonly string[];
}

const CAPABILITIES = { Capabilities: ['CAPABILITY_IAM' as const] };
/** A cancellation must meet a create that still runs. */
const CANCEL_POLL_MS = 1_000;

/** A stack, through the calls that the CDK CLI makes. Each operation waits for its end, whatever that is. */
export class VerificationStack {
  private id: string | undefined;

  /** @param signal ends the wait, not the operation */
  constructor(private readonly client: CloudFormationClient, private readonly name: string, private readonly signal: AbortSignal) {}

  get isCreated(): boolean {
    return this.id !== undefined;
  }

  async create(template: string, { keepsFailed }: { readonly keepsFailed: boolean }): Promise<Ended> {
    const OnFailure = keepsFailed ? 'DO_NOTHING' : 'ROLLBACK';
    const { StackId } = await this.client.send(new CreateStackCommand({ StackName: this.name, TemplateBody: template, OnFailure, ...CAPABILITIES }));
    this.id = StackId;
    return this.ended(undefined);
  }

  /** @param cancelAt the logical id whose create is to be cancelled while it runs */
  async update(template: string, { keepsFailed, cancelAt }: { readonly keepsFailed: boolean; readonly cancelAt?: string }): Promise<Ended> {
    const StackName = this.id;
    const { Id: ChangeSetName } = await this.client.send(new CreateChangeSetCommand({
      StackName, ChangeSetName: `change-${Date.now()}`, TemplateBody: template, ...CAPABILITIES,
    }));
    await poll(this.signal, async () => {
      const { Status, StatusReason } = await this.client.send(new DescribeChangeSetCommand({ ChangeSetName }));
      if (Status === 'FAILED') throw new Error(`The change set failed: ${StatusReason}`);
      return Status === 'CREATE_COMPLETE' ? true : undefined;
    });
    const before = await this.newestOfStack();
    await this.client.send(new ExecuteChangeSetCommand({ ChangeSetName, DisableRollback: keepsFailed }));
    if (cancelAt !== undefined) {
      await poll(this.signal, async () => {
        const events = await this.events();
        const isCreating = events.some(({ LogicalResourceId, ResourceStatus }) => LogicalResourceId === cancelAt && isUnderWay(ResourceStatus));
        return isCreating || this.isEnd(events[0], before) ? true : undefined;
      }, CANCEL_POLL_MS);
      // It is refused where the update has ended meanwhile.
      await this.client.send(new CancelUpdateStackCommand({ StackName }));
    }
    return this.ended(before);
  }

  async remove(RetainResources?: readonly string[]): Promise<Ended> {
    const before = await this.newestOfStack();
    await this.client.send(new DeleteStackCommand({ StackName: this.id, RetainResources: RetainResources && [...RetainResources] }));
    return this.ended(before);
  }

  /**
   * The end of the operation that began after the event `before`: CloudFormation's newest event is about the stack itself, and final. The
   * status of a stack may be the former one for a moment after an operation has begun.
   */
  private ended(before: StackEvent | undefined): Promise<Ended> {
    return poll(this.signal, async () => {
      const events = await this.events();
      const newest = events[0];
      if (!this.isEnd(newest, before)) return undefined;
      const { Stacks: [stack] = [] } = await this.client.send(new DescribeStacksCommand({ StackName: this.id }));
      if (stack?.StackStatus !== newest?.ResourceStatus) return undefined;
      return { status: stack?.StackStatus ?? '', reasons: reasonsOf(events, before) };
    });
  }

  private isEnd(newest: StackEvent | undefined, before: StackEvent | undefined): boolean {
    return newest !== undefined && newest.EventId !== before?.EventId && this.isOfStack(newest) && !isUnderWay(newest.ResourceStatus);
  }

  private async newestOfStack(): Promise<StackEvent | undefined> {
    return (await this.events()).find((event) => this.isOfStack(event));
  }

  private isOfStack({ PhysicalResourceId, LogicalResourceId }: StackEvent): boolean {
    return LogicalResourceId === this.name && (PhysicalResourceId === this.id || !PhysicalResourceId);
  }

  /** The newest first; of many, only those on the first page. */
  private async events(): Promise<StackEvent[]> {
    return (await this.client.send(new DescribeStackEventsCommand({ StackName: this.id }))).StackEvents ?? [];
  }
}

export const isUnderWay = (status = ''): boolean => status.endsWith('_IN_PROGRESS');

function reasonsOf(events: readonly StackEvent[], before: StackEvent | undefined): string[] {
  const end = events.findIndex(({ EventId }) => EventId === before?.EventId);
  return events.slice(0, end < 0 ? undefined : end)
    .filter(({ ResourceStatus = '' }) => ResourceStatus.endsWith('_FAILED'))
    .map(({ LogicalResourceId, ResourceStatus, ResourceStatusReason = '' }) => `${LogicalResourceId} ${ResourceStatus}: ${ResourceStatusReason}`)
    .reverse();
}
