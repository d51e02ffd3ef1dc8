import { EcrCall, EcrState } from './ecr-state';
import { Environment, Result, handle } from '../../lambda/protocol/lifecycle';
import { Log } from '../../lambda/log';
import { UntrustedEvent } from '../../lambda/cloudformation/request';

export interface Delivery {
  readonly event: UntrustedEvent;
  readonly mark: Environment['mark'];
}

/** What an invocation does next: a call of ECR that it awaits, a sleep, or its answer. */
export type Next =
  | { readonly kind: 'call'; readonly repository: string; readonly call: EcrCall; readonly deadline: number }
  | { readonly kind: 'sleep'; readonly until: number }
  | { readonly kind: 'answer'; readonly result: Result };

/** What the world answers: the state that a reading shows, nothing but that a write or a sleep is over, or a failure. */
export type Reply = { readonly time: number } & ({ readonly shows?: EcrState } | { readonly error: Error });

/**
 * An invocation of the Lambda's real code, after some replies. It does the same after the same replies, so that it can be taken
 * up again from any point, by playing them to a new one: a tree of all that was seen so far, in which nothing is played twice.
 */
export class Invocation {
  public static start(delivery: Delivery, time: number): Invocation {
    const starts = Invocation.starts.get(delivery) ?? new Map();
    Invocation.starts.set(delivery, starts);
    return known(starts, String(time), () => Invocation.play(delivery, time, [], new Live(delivery, time)));
  }

  private static count = 0;
  private static readonly starts = new Map<Delivery, Played>();

  private static async play(delivery: Delivery, started: number, replies: readonly Reply[], live: Live): Promise<Invocation> {
    return new Invocation(delivery, started, replies, await live.next, live);
  }

  public readonly id = Invocation.count++;
  private readonly children: Played = new Map();

  private constructor(
    private readonly delivery: Delivery, private readonly started: number, private readonly replies: readonly Reply[], readonly next: Next,
    /** The code that waits at this point, until its first reply takes it further. */
    private live: Live | undefined,
  ) {}

  /** What its clock shows. */
  public get time(): number {
    return this.replies.at(-1)?.time ?? this.started;
  }

  /** Whether it has done nothing yet. */
  public get isFresh(): boolean {
    return this.replies.length === 0;
  }

  public reply(reply: Reply): Invocation {
    const key = `${reply.time} ${'error' in reply ? reply.error.name : reply.shows?.id}`;
    return known(this.children, key, () => this.play(reply));
  }

  private async play(reply: Reply): Promise<Invocation> {
    const live = this.live ?? await played(this.delivery, this.started, this.replies);
    this.live = undefined;
    live.reply(reply);
    return Invocation.play(this.delivery, this.started, [...this.replies, reply], live);
  }
}

type Played = Map<string, Invocation | Promise<Invocation>>;

/** What was played already is there at once. Where it must be played first, the promise of that is thrown, for `whenPlayed`. */
function known(all: Played, key: string, play: () => Promise<Invocation>): Invocation {
  const found = all.get(key);
  if (found instanceof Invocation) {
    return found;
  }
  throw found ?? later(all, key, play());
}

function later(all: Played, key: string, promise: Promise<Invocation>): Promise<Invocation> {
  all.set(key, promise);
  return promise.then((invocation) => {
    all.set(key, invocation);
    return invocation;
  });
}

/** Runs something that asks invocations, again after each that had to be played: most were, and waiting for them would cost more. */
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

/** The Lambda's real code at work, one reply at a time. */
export class Live {
  /** What it does next. Until it is replied to, it does nothing else. */
  public next: Promise<Next>;
  private reach!: (next: Next) => void;
  private awaited?: { readonly resolve: (reply: Reply) => void; readonly reject: (error: Error) => void };
  private time: number;

  constructor({ event, mark }: Delivery, started: number, log: Log = () => {}) {
    this.time = started;
    this.next = this.whenReached();
    const environment: Environment = {
      mark,
      log,
      clock: { now: () => this.time, sleep: async (ms) => void await this.wait({ kind: 'sleep', until: this.time + ms }) },
      ecr: ({ arn }, remaining) => {
        const call = async (asked: EcrCall) => {
          const reply = await this.wait({ kind: 'call', repository: arn, call: asked, deadline: this.time + remaining() });
          return 'shows' in reply ? reply.shows : undefined;
        };
        return {
          readSettings: async () => (await call({ method: 'readSettings' }))!.settings,
          readTags: async () => (await call({ method: 'readTags' }))!.tags,
          putSettings: async (settings) => void await call({ method: 'putSettings', settings }),
          tag: async (tags) => void await call({ method: 'tag', tags }),
          untag: async (keys) => void await call({ method: 'untag', keys }),
        };
      },
    };
    void handle(event, environment).then((result) => this.reach({ kind: 'answer', result }));
  }

  public reply(reply: Reply): void {
    this.next = this.whenReached();
    this.time = reply.time;
    if ('error' in reply) {
      this.awaited?.reject(reply.error);
    } else {
      this.awaited?.resolve(reply);
    }
  }

  private whenReached(): Promise<Next> {
    return new Promise((resolve) => {
      this.reach = resolve;
    });
  }

  private wait(next: Next): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.awaited = { resolve, reject };
      this.reach(next);
    });
  }
}

async function played(delivery: Delivery, started: number, replies: readonly Reply[]): Promise<Live> {
  const live = new Live(delivery, started);
  for (const reply of replies) {
    await live.next;
    live.reply(reply);
  }
  await live.next;
  return live;
}
