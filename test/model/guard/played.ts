import { Live, Pending, Reply } from './live-guard';

/** Numbers all that invocations have come to. */
let count = 0;

type Branches = Map<string, Played | Promise<Played>>;

/** An invocation after some replies. It does the same after the same replies, so none is played twice. */
export class Played {
  public static async start(live: () => Live, time: number): Promise<Played> {
    const first = live();
    return new Played(live, [], await first.pending, time, first);
  }

  public readonly id = count++;
  private readonly branches: Branches = new Map();

  private constructor(
    private readonly start: () => Live, private readonly replies: readonly Reply[], readonly pending: Pending, readonly time: number,
    /** The code that waits at this point, until its first reply takes it further. */
    private live: Live | undefined,
  ) {}

  /** Whether it has done nothing yet. */
  public get isFresh(): boolean {
    return this.replies.length === 0;
  }

  /** @throws a promise, for `whenPlayed`, where this reply must be played first */
  public reply(reply: Reply): Played {
    const key = `${reply.time} ${'error' in reply ? reply.error.name : reply.shows?.id ?? JSON.stringify(reply.stack)}`;
    const found = this.branches.get(key);
    if (found instanceof Played) {
      return found;
    }
    throw found ?? this.play(key, reply);
  }

  private async play(key: string, reply: Reply): Promise<Played> {
    const playing = (async () => {
      const live = this.live ?? await this.replay();
      this.live = undefined;
      live.reply(reply);
      return new Played(this.start, [...this.replies, reply], await live.pending, reply.time, live);
    })();
    this.branches.set(key, playing);
    const played = await playing;
    this.branches.set(key, played);
    return played;
  }

  private async replay(): Promise<Live> {
    const live = this.start();
    for (const reply of this.replies) {
      await live.pending;
      live.reply(reply);
    }
    await live.pending;
    return live;
  }
}
