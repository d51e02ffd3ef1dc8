import { Clock } from '../clock';
import { DENIAL_IS_FINAL_AFTER_MS, FIRST_PAUSE_MS, MAX_PAUSE_MS, isImplicitlyDenied } from '../ecr/retries';

/** Repeats a call of another service than ECR while a new policy may have yet to reach it. An explicit deny is final. */
export async function retryDenied<T>(clock: Clock, action: () => Promise<T>): Promise<T> {
  const started = clock.now();
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
    try {
      return await action();
    } catch (error) {
      if (!isImplicitlyDenied(error) || clock.now() + pause > started + DENIAL_IS_FINAL_AFTER_MS) {
        throw error;
      }
    }
    await clock.sleep(pause);
  }
}
