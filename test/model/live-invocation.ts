import { EcrCall, EcrState } from './ecr-state';
import { LiveCode, liveEcr } from './live-code';
import { RulePass, runRulePass } from './rule-pass';
import { UntrustedEvent } from '../../lambda/cloudformation/request';
import { Response } from '../../lambda/cloudformation/response';
import { Log } from '../../lambda/log';
import { Environment } from '../../lambda/protocol/invocation';
import { handle } from '../../lambda/protocol/lifecycle';
import { OwnershipTag } from '../../lambda/protocol/operation';
import { FUNCTION_TIMEOUT_MS } from '../../src/shared/contract';

/** An event as Lambda hands it to the function, or a pass of a rule; and the ownership tag in the function's environment. */
export type Delivery = { readonly ownershipTag: OwnershipTag } & ({ readonly event: UntrustedEvent } | { readonly pass: RulePass });

/** What an invocation waits for: a call of ECR, a sleep, or whether its stack is stable; or the response with which it has ended. */
export type Pending =
  | { readonly kind: 'call'; readonly repository: string; readonly call: EcrCall; readonly deadline: number }
  | { readonly kind: 'sleep'; readonly until: number }
  | { readonly kind: 'stack' }
  | { readonly kind: 'response'; readonly result: Response };

/** How a call or a sleep ended, and when: with the state that a read shows, with what CloudFormation says, with an error, or just so. */
export type Reply = { readonly time: number } & ({ readonly shows?: EcrState; readonly isStable?: boolean } | { readonly error: Error });

/** One run of the Lambda's real code. It stops at each call of ECR and at each sleep, until it gets a reply. */
export class LiveInvocation extends LiveCode<Pending, Reply> {
  constructor(delivery: Delivery, started: number, log: Log = () => {}) {
    super(started);
    const environment: Environment = {
      ownershipTag: delivery.ownershipTag,
      lambdaRemaining: () => started + FUNCTION_TIMEOUT_MS - this.time,
      log,
      clock: { now: () => this.time, sleep: async (ms) => void await this.wait({ kind: 'sleep', until: this.time + ms }) },
      ecr: ({ arn }, remaining) => {
        const call = async (asked: EcrCall) => {
          const reply = await this.wait({ kind: 'call', repository: arn, call: asked, deadline: this.time + remaining() });
          return 'shows' in reply ? reply.shows : undefined;
        };
        return liveEcr(call);
      },
    };
    const isStackStable = async () => {
      const reply = await this.wait({ kind: 'stack' });
      return 'isStable' in reply && reply.isStable === true;
    };
    const running = 'pass' in delivery ? runRulePass(delivery.pass, environment, isStackStable) : handle(delivery.event, environment);
    void running.then((result) => this.reach({ kind: 'response', result }));
  }
}
