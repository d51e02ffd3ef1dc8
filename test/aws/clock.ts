import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 5_000;

/** Asks until there is an answer, with growing pauses. A signal ends it between two of them: no call to AWS is cut off, which might still have its effect. */
export async function poll<T>(signal: AbortSignal, ask: () => Promise<T | undefined>, maxPauseMs = MAX_PAUSE_MS): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, maxPauseMs)) {
    signal.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(pause, undefined, { signal });
  }
}
