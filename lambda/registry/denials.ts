import { Clock } from '../clock';

/** A new policy takes time to reach a service. */
const FINAL_AFTER_MS = 90_000;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 10_000;

export const isDenied = (error: unknown): boolean =>
  error instanceof Error && ['AccessDeniedException', 'AccessDenied', 'UnrecognizedClientException'].includes(error.name);

export const isExplicitlyDenied = (error: unknown): boolean => isDenied(error) && (error as Error).message.includes('explicit deny');

/** Repeats what is denied, unless by an explicit deny, which is final. */
export async function retryDenied<T>(clock: Clock, action: () => Promise<T>): Promise<T> {
  const started = clock.now();
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
    try {
      return await action();
    } catch (error) {
      if (!isDenied(error) || isExplicitlyDenied(error) || clock.now() + pause > started + FINAL_AFTER_MS) {
        throw error;
      }
    }
    await clock.sleep(pause);
  }
}
