import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { API_CALLS, Ecr, Tags } from './ecr';
import { Clock } from '../clock';
import { Log } from '../log';

/** A new policy, a new role, and a new tag that a policy asks for take seconds to count. */
export const DENIAL_IS_FINAL_AFTER_MS = 90_000;
/** ECR may not find a repository right after its creation. */
const NOT_FOUND_IS_FINAL_AFTER_MS = 5_000;
export const FIRST_PAUSE_MS = 500;
export const MAX_PAUSE_MS = 10_000;
/**
 * The mean pause after a throttled call. It shrinks with the time that is left: of hundreds of invocations at once, those that are short of
 * time ask most often, and are served first. With growing pauses they would be served last. It varies, so that they do not all come back at once.
 */
const throttledPause = (remainingMs: number): number => Math.min(Math.max(remainingMs / 60, 200), 1_500);
/** What a call that fails leaves of the time, for the rollback of a create. Some CloudFormation emulators send no delete after it. */
const ROLLBACK_RESERVE_MS = 5_000;

/** The calls made so far, by their names in the API. */
export type Calls = Partial<Record<typeof API_CALLS[keyof Ecr], number>>;

/** A call of ECR that failed for good, named as a user finds it in policies and documents. */
export class CallFailedError extends Error {
  constructor(readonly call: string, readonly cause: unknown) {
    super(`${call} failed: ${describe(cause)}`);
  }
}

export class RepositoryNotFoundError extends CallFailedError {}

export class OutOfTimeError extends Error {
  constructor(call: string) {
    super(`out of time before ${call}: an invocation changes a repository only in a part of the function's time`);
  }
}

export interface RetryOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly calls: Calls;
  /** How many ms are left. No call is made once it is 0. */
  readonly remaining: () => number;
  /** Whether a repository that is not found may have been created a moment ago. */
  readonly mayBeNew: boolean;
  /** Whether a denial may pass as long as there is time, given the repository's tags that were read last. */
  readonly isDenialNeverFinal: (tags: Tags) => boolean;
}

/** ECR whose calls are repeated while their error may pass and time is left. */
export function withRetries(ecr: Ecr, { clock, log, calls, remaining, mayBeNew, isDenialNeverFinal }: RetryOptions): Ecr {
  let tags: Tags = new Map();

  /** For how long an error of this kind is worth another try. */
  function retryFor(kind: ErrorKind): number {
    switch (kind) {
      case 'denied': return isDenialNeverFinal(tags) ? Infinity : DENIAL_IS_FINAL_AFTER_MS;
      case 'not-found': return mayBeNew ? NOT_FOUND_IS_FINAL_AFTER_MS : 0;
      case 'throttled':
      case 'transient': return Infinity;
      case 'final': return 0;
    }
  }

  async function call<T>(method: keyof Ecr, action: () => Promise<T>): Promise<T> {
    const name = API_CALLS[method];
    const started = clock.now();
    let earlier: unknown;
    for (let growing = FIRST_PAUSE_MS; ; growing = Math.min(growing * 2, MAX_PAUSE_MS)) {
      if (remaining() <= 0) {
        throw new OutOfTimeError(name);
      }
      let pause = growing;
      try {
        calls[name] = (calls[name] ?? 0) + 1;
        return await action();
      } catch (thrown) {
        // An aborted call only says that the time is up. What kept it from success is the error before.
        const error = earlier !== undefined && (thrown as Error).name === 'AbortError' ? earlier : thrown;
        const kind = thrown === error ? kindOf(error) : 'final';
        pause = kind === 'throttled' ? throttledPause(remaining()) * (0.5 + Math.random()) : growing;
        if (clock.now() + pause > started + retryFor(kind) || pause + ROLLBACK_RESERVE_MS >= remaining()) {
          throw kind === 'not-found' ? new RepositoryNotFoundError(name, error) : new CallFailedError(name, error);
        }
        if (earlier === undefined) {
          log('WARN', kind === 'denied' ? 'access-denied' : 'call-repeated', { call: name, reason: describe(error) });
        }
        earlier = error;
      }
      await clock.sleep(pause);
    }
  }
  return {
    readSettings: () => call('readSettings', () => ecr.readSettings()),
    readTags: async () => tags = await call('readTags', () => ecr.readTags()),
    putSettings: (settings) => call('putSettings', () => ecr.putSettings(settings)),
    tag: (set) => call('tag', () => ecr.tag(set)),
    untag: (keys) => call('untag', () => ecr.untag(keys)),
  };
}

type SdkError = Parameters<typeof isTransientError>[0];

type ErrorKind = 'denied' | 'not-found' | 'throttled' | 'transient' | 'final';

const DENIED = ['AccessDeniedException', 'AccessDenied', 'UnrecognizedClientException'];

const isDenied = (error: unknown): boolean => error instanceof Error && DENIED.includes(error.name);

/** An implicit deny may be a policy that has not propagated yet. An explicit deny is final. */
export const isImplicitlyDenied = (error: unknown): boolean => isDenied(error) && !isExplicitlyDenied(error);

export const isExplicitlyDenied = (error: unknown): boolean => isDenied(error) && (error as Error).message.includes('explicit deny');

function kindOf(error: unknown): ErrorKind {
  if (!(error instanceof Error)) {
    return 'final';
  }
  if (isDenied(error)) {
    return isExplicitlyDenied(error) ? 'final' : 'denied';
  }
  if (error.name === 'RepositoryNotFoundException') {
    return 'not-found';
  }
  const sdkError = error as SdkError;
  if (isThrottlingError(sdkError)) {
    return 'throttled';
  }
  return isTransientError(sdkError) || isServerError(sdkError) ? 'transient' : 'final';
}

function describe(error: unknown): string {
  const { name, message } = error as { name?: unknown; message?: unknown };
  return `${name ?? 'Error'}: ${message ?? error}`;
}
