import { setImmediate as settled } from 'node:timers/promises';

interface Timer {
  readonly at: number;
  readonly number: number;
  readonly fire: () => void;
}

const START = Date.parse('2026-01-02T03:04:05.000Z');

/** Timers in the order in which they fire: a binary heap. */
class TimerQueue {
  private readonly timers: Timer[] = [];

  push(timer: Timer): void {
    const { timers } = this;
    let index = timers.push(timer) - 1;
    for (let parent = parentOf(index); index > 0 && isBefore(timer, timers[parent]!); parent = parentOf(index)) {
      timers[index] = timers[parent]!;
      index = parent;
    }
    timers[index] = timer;
  }

  pop(): Timer | undefined {
    const { timers } = this;
    const [first] = timers;
    const last = timers.pop();
    if (timers.length === 0 || !last) return first;
    let index = 0;
    for (;;) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      if (left >= timers.length) break;
      const child = right < timers.length && isBefore(timers[right]!, timers[left]!) ? right : left;
      if (!isBefore(timers[child]!, last)) break;
      timers[index] = timers[child]!;
      index = child;
    }
    timers[index] = last;
    return first;
  }
}

const parentOf = (index: number): number => Math.floor((index - 1) / 2);

const isBefore = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.number < b.number);

/**
 * Runs something in a time of its own, which jumps from one timer to the next as soon as nothing else is to be done. It holds for all that runs
 * meanwhile, the AWS SDK included, whose pauses and rates are by the same clock. Chance is replaced by a sequence that is always the same.
 */
export async function inVirtualTime<T>(seed: number, run: () => Promise<T>): Promise<T> {
  const { setTimeout, clearTimeout } = globalThis;
  const { now } = Date;
  const { random } = Math;
  const { timeout } = AbortSignal;

  const queue = new TimerQueue();
  const cleared = new Set<number>();
  let time = START;
  let count = 0;
  const start = (fire: () => void, ms = 0): number => {
    const number = ++count;
    // As Node.js does it: whole milliseconds, at least one.
    queue.push({ at: time + Math.max(Math.trunc(ms), 1), number, fire });
    return number;
  };
  globalThis.setTimeout = ((fire: () => void, ms?: number) => start(fire, ms)) as unknown as typeof setTimeout;
  globalThis.clearTimeout = ((number: number) => void cleared.add(number)) as unknown as typeof clearTimeout;
  Date.now = () => time;
  Math.random = sequence(seed);
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    start(() => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms);
    return controller.signal;
  };

  try {
    let result: { readonly value: T } | undefined;
    let failure: { readonly error: unknown } | undefined;
    run().then((value) => { result = { value }; }, (error: unknown) => { failure = { error }; });
    for (;;) {
      await settled();
      if (result) return result.value;
      if (failure) throw failure.error;
      const timer = queue.pop();
      if (!timer) throw new Error('everything waits, and nothing will happen');
      if (!cleared.delete(timer.number)) {
        time = timer.at;
        timer.fire();
      }
    }
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
    Date.now = now;
    Math.random = random;
    AbortSignal.timeout = timeout;
  }
}

/** A linear congruential generator, as in Numerical Recipes. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
