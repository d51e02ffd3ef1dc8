import { EcrState } from './ecr-state';
import { Invocation, Reply, whenPlayed } from './invocation';
import { Chapter } from './story';
import { Result } from '../../lambda/protocol/lifecycle';

/** Runs an invocation from beginning to end, undisturbed. */
export async function run(ecr: EcrState, time: number, { delivery }: Chapter): Promise<{ ecr: EcrState; time: number; result: Result }> {
  let invocation = await whenPlayed(() => Invocation.start(delivery, time));
  const reply = async (given: Reply) => {
    const current = invocation;
    invocation = await whenPlayed(() => current.reply(given));
  };
  for (;;) {
    const { next }: Invocation = invocation;
    if (next.kind === 'answer') {
      return { ecr, time, result: next.result };
    }
    if (next.kind === 'sleep') {
      time = next.until;
      await reply({ time });
    } else {
      ecr = ecr.after(next.call);
      await reply({ time, shows: ecr });
    }
  }
}
