import { StackResource } from '../../../lambda/cloudformation/stack';
import { runGuard } from '../../../lambda/guard/run';
import { GuardEnvironment } from '../../../lambda/guard/services';
import { OwnershipTag } from '../../../lambda/protocol/operation';
import { FUNCTION_TIMEOUT_MS } from '../../../src/shared/contract';
import { GuardInput } from '../../../src/shared/guard';
import { EcrCall, EcrState } from '../ecr-state';
import { LiveCode, liveEcr } from '../live-code';
import { LiveInvocation, Pending as PendingInvocation } from '../live-invocation';

/** What CloudFormation says of the guard's stack. */
export interface StackView {
  readonly status: string;
  /** The declaration. */
  readonly resource?: StackResource;
  readonly scheduleUpdated: number;
}

/** What an invocation waits for; `response` is its end, also that of a guard, which responds to nobody. */
export type Pending =
  | Extract<PendingInvocation, { kind: 'call' | 'sleep' }>
  | { readonly kind: 'stack' }
  | { readonly kind: 'response'; readonly result?: unknown };

export type Reply = { readonly time: number } & ({ readonly shows?: EcrState; readonly stack?: StackView } | { readonly error: Error });

/** An invocation's real code, which stops at each call and each sleep until it gets a reply. */
export interface Live {
  readonly pending: Promise<Pending>;
  reply(reply: Reply): void;
}

export const liveDeployment = (...started: ConstructorParameters<typeof LiveInvocation>): Live => new LiveInvocation(...started) as Live;

export const SCHEDULE = 'Schedule';

export class LiveGuard extends LiveCode<Pending, Reply> implements Live {
  constructor(input: GuardInput, ownershipTag: OwnershipTag, started: number) {
    super(started);
    const call = async (repository: string, asked: EcrCall, deadline: number) => {
      const reply = await this.wait({ kind: 'call', repository, call: asked, deadline });
      return 'shows' in reply ? reply.shows : undefined;
    };
    const stack = async () => {
      const reply = await this.wait({ kind: 'stack' });
      return ('stack' in reply && reply.stack) as StackView;
    };
    const environment: GuardEnvironment = {
      ownershipTag,
      run: '0123abcd',
      log: () => {},
      emit: () => {},
      publish: async () => {},
      lambdaRemaining: () => started + FUNCTION_TIMEOUT_MS - this.time,
      clock: { now: () => this.time, sleep: async (ms) => void await this.wait({ kind: 'sleep', until: this.time + ms }) },
      describe: async ([{ arn, name }]) => new Map([[name, (await call(arn, { method: 'readSettings' }, Infinity))!.settings]]),
      cloudFormation: {
        stackStatus: async () => (await stack()).status,
        resources: async () => {
          const { resource, scheduleUpdated } = await stack();
          const schedule: StackResource = { physicalId: SCHEDULE, status: 'UPDATE_COMPLETE', updated: scheduleUpdated };
          return new Map([[SCHEDULE, schedule], ...resource ? [[input.Declarations[0].LogicalResourceId, resource] as const] : []]);
        },
        resource: async () => (await stack()).resource,
      },
      ecr: ({ arn }, remaining) => liveEcr((asked) => call(arn, asked, this.time + remaining())),
    };
    void runGuard(input, environment).then(() => this.reach({ kind: 'response' }));
  }
}
