import { Choose } from './chooser';
import { EcrCall, EcrState } from './ecr-state';
import { Delivery, LiveInvocation, Reply } from './live-invocation';
import { Response } from '../../lambda/cloudformation/response';
import { MAX_READ_LAG_MS } from '../../lambda/protocol/windows';
import { runAwsCli } from '../support/fake-aws-cli';

/** What goes wrong with one invocation. Its calls are numbered from 0. */
export type Fault =
  | { readonly kind: 'none' }
  /** The function dies before that call; where it makes fewer calls, before it responds. */
  | { readonly kind: 'dies'; readonly before: number }
  /** A policy denies that call explicitly. */
  | { readonly kind: 'refused'; readonly call: number }
  /** ECR does what that call asks, but its response is lost. */
  | { readonly kind: 'cut'; readonly call: number }
  /** The next read after that call shows the repository before the invocation's last write, if that is less than `MAX_READ_LAG_MS` ago. */
  | { readonly kind: 'lags'; readonly call: number };

export const NO_FAULT: Fault = { kind: 'none' };

const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

export interface PlannedInvocation {
  readonly delivery: Delivery;
  readonly fault: Fault;
}

/** Repositories of ECR, and a clock. */
export class ModelRegistry {
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

  /** Runs the commands in a failed delete's reason, as a person would. */
  public async runCommands(repository: string, commands: string): Promise<void> {
    const apply = async (call: EcrCall) => this.set(repository, this.get(repository)?.after(call));
    if (commands === '') {
      return;
    }
    await runAwsCli(commands.slice(commands.indexOf('aws ecr ')), repository, {
      putSettings: (settings) => apply({ method: 'putSettings', settings }),
      untag: (keys) => apply({ method: 'untag', keys }),
    });
  }

  /**
   * Runs invocations at the same time, to their ends. The choice decides which one goes on next.
   *
   * @returns their responses, and nothing for those that died
   */
  public async run(invocations: readonly PlannedInvocation[], choose: Choose): Promise<(Response | undefined)[]> {
    const running = invocations.map(({ delivery, fault }) => new FaultyInvocation(this, new LiveInvocation(delivery, this.time++), fault));
    for (let open = running.filter(({ ended }) => !ended); open.length > 0; open = open.filter(({ ended }) => !ended)) {
      await open[choose(open.length)]!.step();
    }
    return running.map(({ result }) => result);
  }
}

class FaultyInvocation {
  public ended = false;
  public result: Response | undefined;
  private calls = 0;
  /** Of each repository, the state before this invocation's last write, and when that was. */
  private readonly beforeLastWrite = new Map<string, { readonly state: EcrState; readonly at: number }>();
  private isLagDue = false;

  constructor(private readonly registry: ModelRegistry, private readonly live: LiveInvocation, private readonly fault: Fault) {}

  public async step(): Promise<void> {
    const next = await this.live.pending;
    if (this.fault.kind === 'dies' && (next.kind === 'response' || (next.kind === 'call' && this.calls === this.fault.before))) {
      this.ended = true;
    } else if (next.kind === 'response') {
      this.ended = true;
      this.result = next.result;
    } else if (next.kind === 'sleep') {
      this.registry.time = Math.max(this.registry.time, next.until);
      this.live.reply({ time: this.registry.time });
    } else if (next.kind === 'stack') {
      this.live.reply({ time: this.registry.time, isStable: true });
    } else {
      this.live.reply(this.registry.time >= next.deadline
        ? { time: this.registry.time, error: named('TimeoutError', 'the time is up') }
        : this.call(next.repository, next.call));
    }
  }

  private call(repository: string, call: EcrCall): Reply {
    const { time } = this.registry;
    const isFaulty = 'call' in this.fault && this.fault.call === this.calls;
    this.calls++;
    const before = this.registry.get(repository);
    if (!before) {
      return { time, error: named('RepositoryNotFoundException', 'The repository does not exist in the registry') };
    }
    if (isFaulty && this.fault.kind === 'refused') {
      return { time, error: named('AccessDeniedException', 'not authorized, with an explicit deny in a service control policy') };
    }
    this.isLagDue ||= isFaulty && this.fault.kind === 'lags';
    const after = before.after(call);
    this.registry.set(repository, after);
    if (isFaulty && this.fault.kind === 'cut') {
      return { time, error: named('ECONNRESET', 'socket hang up') };
    }
    const old = this.beforeLastWrite.get(repository);
    if (after !== before) {
      this.beforeLastWrite.set(repository, { state: before, at: time });
    } else if (this.isLagDue && old) {
      this.isLagDue = false;
      return { time, shows: time - old.at < MAX_READ_LAG_MS ? old.state : after };
    }
    return { time, shows: after };
  }
}
