import { EcrCall, EcrState } from './ecr-state';
import { Environment, Result, handle } from '../../lambda/lifecycle';
import { UntrustedEvent } from '../../lambda/request';

export interface Delivery {
  readonly event: UntrustedEvent;
  readonly mark: Environment['mark'];
}

/** What an invocation does next: a call of ECR that it awaits, a sleep, or its answer. */
export type Next =
  | { readonly kind: 'call'; readonly call: EcrCall; readonly deadline: number }
  | { readonly kind: 'sleep'; readonly until: number }
  | { readonly kind: 'answer'; readonly result: Result };

/** What the world answers: the state that a reading shows, nothing but that a write or a sleep is over, or a failure. */
export type Reply = { readonly time: number } & ({ readonly shows?: EcrState } | { readonly error: Error });

/**
 * An invocation of the Lambda's real code, after some replies. It does the same after the same replies, so that it can be taken
 * up again from any point, by playing them to a new one: a tree of all that was seen so far, in which nothing is played twice.
 */
export class Invocation {
  public static async start(delivery: Delivery, time: number): Promise<Invocation> {
    const key = JSON.stringify([delivery, time]);
    let root = Invocation.roots.get(key);
    if (!root) {
      root = Invocation.play(delivery, time, []);
      Invocation.roots.set(key, root);
    }
    return root;
  }

  public static count = 0;
  private static readonly roots = new Map<string, Promise<Invocation>>();

  private static async play(delivery: Delivery, started: number, replies: readonly Reply[]): Promise<Invocation> {
    return new Invocation(delivery, started, replies, await nextOf(delivery, started, replies));
  }

  public readonly id = Invocation.count++;
  private readonly children = new Map<string, Promise<Invocation>>();

  /** What its clock shows. */
  public get time(): number {
    return this.replies.at(-1)?.time ?? this.started;
  }

  private constructor(
    private readonly delivery: Delivery, private readonly started: number, private readonly replies: readonly Reply[], readonly next: Next,
  ) {}

  public reply(reply: Reply): Promise<Invocation> {
    const key = `${reply.time} ${'error' in reply ? reply.error.name : reply.shows?.id}`;
    let child = this.children.get(key);
    if (!child) {
      child = Invocation.play(this.delivery, this.started, [...this.replies, reply]);
      this.children.set(key, child);
    }
    return child;
  }
}

function nextOf({ event, mark }: Delivery, started: number, replies: readonly Reply[]): Promise<Next> {
  return new Promise((reached) => {
    let time = started;
    let taken = 0;
    const take = (next: Next): Promise<Reply> => {
      const reply = replies[taken++];
      if (!reply) {
        reached(next);
        // Left in the middle: whoever takes it up again plays a new one.
        return new Promise(() => {});
      }
      time = reply.time;
      return 'error' in reply ? Promise.reject(reply.error) : Promise.resolve(reply);
    };
    const environment: Environment = {
      mark,
      log: () => {},
      clock: { now: () => time, sleep: async (ms) => void await take({ kind: 'sleep', until: time + ms }) },
      ecr: (_repository, remaining) => {
        const call = async (asked: EcrCall) => {
          const reply = await take({ kind: 'call', call: asked, deadline: time + remaining() });
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
    void handle(event, environment).then((result) => reached({ kind: 'answer', result }));
  });
}
