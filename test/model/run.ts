import { EcrState } from './ecr-state';
import { LiveInvocation } from './live-invocation';
import { ModelRequest } from './model-request';
import { Response } from '../../lambda/cloudformation/response';

/** Runs an invocation from beginning to end, undisturbed. */
export async function run(ecr: EcrState, time: number, { delivery }: ModelRequest): Promise<{ ecr: EcrState; time: number; result: Response }> {
  const invocation = new LiveInvocation(delivery, time);
  for (;;) {
    const pending = await invocation.pending;
    if (pending.kind === 'response') {
      return { ecr, time, result: pending.result };
    }
    if (pending.kind === 'sleep') {
      time = pending.until;
      invocation.reply({ time });
    } else if (pending.kind === 'stack') {
      invocation.reply({ time, isStable: true });
    } else {
      ecr = ecr.after(pending.call);
      invocation.reply({ time, shows: ecr });
    }
  }
}
