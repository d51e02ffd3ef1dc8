import { EcrCall, EcrState } from './ecr-state';
import { Ecr } from '../../lambda/ecr/ecr';

/** How a step ended, and when: just so, or with an error. */
type TimedReply = { readonly time: number } & (object | { readonly error: Error });

/** Real code of the Lambda that stops at each step, until it gets a reply. */
export abstract class LiveCode<Pending, Reply extends TimedReply> {
  /** What it waits for now. It does nothing before it gets a reply. */
  public pending: Promise<Pending>;
  protected reach!: (pending: Pending) => void;
  private awaited?: { readonly resolve: (reply: Reply) => void; readonly reject: (error: Error) => void };

  constructor(protected time: number) {
    this.pending = this.whenReached();
  }

  public reply(reply: Reply): void {
    this.pending = this.whenReached();
    this.time = reply.time;
    if ('error' in reply) {
      this.awaited?.reject(reply.error as Error);
    } else {
      this.awaited?.resolve(reply);
    }
  }

  protected wait(pending: Pending): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.awaited = { resolve, reject };
      this.reach(pending);
    });
  }

  private whenReached(): Promise<Pending> {
    return new Promise((resolve) => {
      this.reach = resolve;
    });
  }
}

/** ECR for one repository, each call of which is asked for. */
export function liveEcr(ask: (call: EcrCall) => Promise<EcrState | undefined>): Ecr {
  return {
    readSettings: async () => (await ask({ method: 'readSettings' }))!.settings,
    readTags: async () => (await ask({ method: 'readTags' }))!.tags,
    putSettings: async (settings) => void await ask({ method: 'putSettings', settings }),
    tag: async (tags) => void await ask({ method: 'tag', tags }),
    untag: async (keys) => void await ask({ method: 'untag', keys }),
  };
}
