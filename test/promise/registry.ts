import { EcrCall, EcrState } from './ecr-state';
import { Delivery, LiveInvocation, Reply } from './live-invocation';
import { Result } from '../../lambda/lifecycle';

/** What goes wrong with one invocation. A call is meant by its number, the first one is 0. */
export type Misfortune =
  | { readonly kind: 'none' }
  /** The function is killed before that call, or, where it makes fewer, before it answers. */
  | { readonly kind: 'dies'; readonly before: number }
  /** That call is refused by a policy. */
  | { readonly kind: 'refused'; readonly call: number }
  /** ECR does that call, but its answer is lost. */
  | { readonly kind: 'cut'; readonly call: number }
  /** The next reading after that call shows what was there before the last write. */
  | { readonly kind: 'lags'; readonly call: number };

export const NO_MISFORTUNE: Misfortune = { kind: 'none' };

/** Gives a number from 0 to below the limit: who goes on next. */
export type Choose = (limit: number) => number;

const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

export interface Unlucky {
  readonly delivery: Delivery;
  readonly misfortune: Misfortune;
}

/** Several repositories of ECR, and a clock. */
export class Registry {
  private readonly repositories = new Map<string, EcrState>();

  constructor(public time = Date.parse('2026-01-02T03:04:05.000Z')) {}

  public get(repository: string): EcrState | undefined {
    return this.repositories.get(repository);
  }

  public set(repository: string, state: EcrState | undefined): void {
    if (state) {
      this.repositories.set(repository, state);
    } else {
      this.repositories.delete(repository);
    }
  }

  /** Runs invocations at once, to their ends. @returns their answers, and nothing for those that died. */
  public async run(invocations: readonly Unlucky[], choose: Choose): Promise<(Result | undefined)[]> {
    const running = invocations.map(({ delivery, misfortune }) => new Running(this, new LiveInvocation(delivery, this.time++), misfortune));
    for (let open = running.filter(({ ended }) => !ended); open.length > 0; open = open.filter(({ ended }) => !ended)) {
      await open[choose(open.length)]!.step();
    }
    return running.map(({ result }) => result);
  }
}

class Running {
  public ended = false;
  public result: Result | undefined;
  private calls = 0;
  private beforeLastWrite: EcrState | undefined;
  private isLagDue = false;

  constructor(private readonly registry: Registry, private readonly live: LiveInvocation, private readonly misfortune: Misfortune) {}

  public async step(): Promise<void> {
    const next = await this.live.pending;
    if (this.misfortune.kind === 'dies' && (next.kind === 'response' || (next.kind === 'call' && this.calls === this.misfortune.before))) {
      this.ended = true;
    } else if (next.kind === 'response') {
      this.ended = true;
      this.result = next.result;
    } else if (next.kind === 'sleep') {
      this.registry.time = Math.max(this.registry.time, next.until);
      this.live.reply({ time: this.registry.time });
    } else {
      this.live.reply(this.registry.time >= next.deadline
        ? { time: this.registry.time, error: named('TimeoutError', 'the time is up') }
        : this.call(next.repository, next.call));
    }
  }

  private call(repository: string, call: EcrCall): Reply {
    const { time } = this.registry;
    const isMeant = 'call' in this.misfortune && this.misfortune.call === this.calls;
    this.calls++;
    const before = this.registry.get(repository);
    if (!before) {
      return { time, error: named('RepositoryNotFoundException', 'The repository does not exist in the registry') };
    }
    if (isMeant && this.misfortune.kind === 'refused') {
      return { time, error: named('AccessDeniedException', 'not authorized, with an explicit deny in a service control policy') };
    }
    this.isLagDue ||= isMeant && this.misfortune.kind === 'lags';
    const after = before.after(call);
    this.registry.set(repository, after);
    if (isMeant && this.misfortune.kind === 'cut') {
      return { time, error: named('ECONNRESET', 'socket hang up') };
    }
    if (after !== before) {
      this.beforeLastWrite = before;
    } else if (this.isLagDue && this.beforeLastWrite) {
      this.isLagDue = false;
      return { time, shows: this.beforeLastWrite };
    }
    return { time, shows: after };
  }
}
