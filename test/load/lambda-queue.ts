import { FUNCTION_TIMEOUT_MS, MAX_EVENT_AGE_MS } from '../../src/shared/contract';

/** An execution environment, which runs one invocation at a time and is kept for the next. */
export interface ExecutionEnvironment<Event> {
  /** @param remaining the time in ms until Lambda ends the invocation */
  invoke(event: Event, remaining: () => number): Promise<void>;
}

const COLD_START_MS = 300;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 300_000;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * A function that is invoked asynchronously. An event that finds no free environment goes back to the queue, and is tried again after 1 s, then
 * after twice as long each time up to 5 minutes, until it is too old; then it is dropped. That is documented. That each pause varies by half is
 * an assumption: without it, all would come back at once, and most would find the same few environments taken.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export class LambdaQueue<Event> {
  private readonly idle: ExecutionEnvironment<Event>[] = [];
  private environments = 0;

  constructor(private readonly concurrency: number, private readonly newEnvironment: () => ExecutionEnvironment<Event>) {}

  async send(event: Event): Promise<void> {
    const sent = Date.now();
    for (let pause = FIRST_RETRY_MS; ; pause = Math.min(pause * 2, MAX_RETRY_MS)) {
      const environment = await this.acquire();
      if (environment) {
        const deadline = Date.now() + FUNCTION_TIMEOUT_MS;
        await environment.invoke(event, () => deadline - Date.now());
        this.idle.push(environment);
        return;
      }
      await sleep(pause * (0.5 + Math.random() / 2));
      if (Date.now() - sent > MAX_EVENT_AGE_MS) {
        return;
      }
    }
  }

  private async acquire(): Promise<ExecutionEnvironment<Event> | undefined> {
    const warm = this.idle.pop();
    if (warm || this.environments === this.concurrency) return warm;
    this.environments++;
    await sleep(COLD_START_MS);
    return this.newEnvironment();
  }
}
