import { Delivery, LiveInvocation, Pending, Reply } from './live-invocation';

/**
 * All that invocations did during an exploration. The Lambda's code does the same after the same replies: each node is a delivery after
 * some replies, and no reply is played twice.
 */
export class InvocationTree {
  private readonly starts = new Map<Delivery, Branches>();
  private count = 0;

  /** @throws a promise, for `whenPlayed`, where this start must be played first */
  public start(delivery: Delivery, time: number): Invocation {
    const starts = this.starts.get(delivery) ?? new Map<string, Branch>();
    this.starts.set(delivery, starts);
    return known(starts, String(time), async () => {
      const live = new LiveInvocation(delivery, time);
      return new Invocation(this.nextId(), { tree: this, delivery, time }, undefined, await live.pending, live);
    });
  }

  /** For the tree's own nodes. */
  public nextId(): number {
    return this.count++;
  }
}

type Branch = Invocation | Promise<Invocation>;
type Branches = Map<string, Branch>;

interface Origin {
  readonly tree: InvocationTree;
  readonly delivery: Delivery;
  readonly time: number;
}

interface Past {
  readonly before: Invocation;
  readonly reply: Reply;
}

/** An invocation after some replies. */
export class Invocation {
  private branches?: Branches;
  /** The code that waits at this point, until its first reply takes it further. A second reply needs a new run. */
  private live?: LiveInvocation;

  constructor(
    readonly id: number, private readonly origin: Origin, private readonly past: Past | undefined, readonly pending: Pending, live: LiveInvocation,
  ) {
    this.live = pending.kind === 'response' ? undefined : live;
  }

  /** What its clock shows. */
  public get time(): number {
    return this.past?.reply.time ?? this.origin.time;
  }

  /** Whether it has done nothing yet. */
  public get isFresh(): boolean {
    return this.past === undefined;
  }

  /** @throws a promise, for `whenPlayed`, where this reply must be played first */
  public reply(reply: Reply): Invocation {
    this.branches ??= new Map();
    return known(this.branches, `${reply.time} ${'error' in reply ? reply.error.name : reply.shows?.id ?? reply.isStable}`, async () => {
      const live = this.live ?? await this.replay();
      this.live = undefined;
      live.reply(reply);
      return new Invocation(this.origin.tree.nextId(), this.origin, { before: this, reply }, await live.pending, live);
    });
  }

  private async replay(): Promise<LiveInvocation> {
    const replies: Reply[] = [];
    for (let past = this.past; past; past = past.before.past) {
      replies.push(past.reply);
    }
    const live = new LiveInvocation(this.origin.delivery, this.origin.time);
    for (const reply of replies.reverse()) {
      await live.pending;
      live.reply(reply);
    }
    await live.pending;
    return live;
  }
}

function known(branches: Branches, key: string, play: () => Promise<Invocation>): Invocation {
  const found = branches.get(key);
  if (found instanceof Invocation) {
    return found;
  }
  throw found ?? later(branches, key, play());
}

async function later(branches: Branches, key: string, playing: Promise<Invocation>): Promise<Invocation> {
  branches.set(key, playing);
  const invocation = await playing;
  branches.set(key, invocation);
  return invocation;
}

/**
 * Runs an action that asks for invocations. Where one was not played yet, it waits for that and runs the action again. Most were
 * played before, and awaiting each of them would take far longer.
 */
export async function whenPlayed<T>(action: () => T): Promise<T> {
  for (;;) {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof Promise)) {
        throw error;
      }
      await error;
    }
  }
}
