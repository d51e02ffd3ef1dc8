import { EcrState } from './ecr-state';
import { Invocation } from './invocation';
import { Chapter } from './story';
import { Result } from '../../lambda/lifecycle';

/** Runs an invocation from beginning to end, undisturbed. */
export async function run(ecr: EcrState, time: number, { delivery }: Chapter): Promise<{ ecr: EcrState; time: number; result: Result }> {
  let invocation = await Invocation.start(delivery, time);
  for (;;) {
    const { next } = invocation;
    if (next.kind === 'answer') {
      return { ecr, time, result: next.result };
    }
    if (next.kind === 'sleep') {
      time = next.until;
      invocation = await invocation.reply({ time });
    } else {
      ecr = ecr.after(next.call);
      invocation = await invocation.reply({ time, shows: ecr });
    }
  }
}
