import { Clock } from '../clock';
import { API_CALLS, Ecr } from './ecr';
import { Log } from '../log';

/** A new policy, and a new tag that a policy asks for, take seconds to count. */
const ACCESS_DENIED_FOR = 90_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

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
    super(`out of time before ${call}: an invocation writes to ECR in its first two minutes only. Deploy again`);
  }
}

interface Patience {
  readonly clock: Clock;
  readonly log: Log;
  readonly calls: Calls;
  /** How many ms are left. */
  readonly remaining: () => number;
}

/** ECR that waits for permissions to arrive, counts its calls, and makes none once the time is up. */
export function patient(ecr: Ecr, { clock, log, calls, remaining }: Patience): Ecr {
  async function call<T>(method: keyof Ecr, action: () => Promise<T>): Promise<T> {
    const name = API_CALLS[method];
    const deniedUntil = clock.now() + ACCESS_DENIED_FOR;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      if (remaining() <= 0) {
        throw new OutOfTimeError(name);
      }
      try {
        calls[name] = (calls[name] ?? 0) + 1;
        return await action();
      } catch (error) {
        if (hasName(error, 'RepositoryNotFoundException')) {
          throw new RepositoryNotFoundError(name, error);
        }
        if (!mayPass(error) || clock.now() + pause > deniedUntil || pause >= remaining()) {
          throw new CallFailedError(name, error);
        }
        if (pause === FIRST_PAUSE) {
          log('WARN', 'access-denied', { call: name, reason: describe(error), consequence: 'the call is repeated for up to 90 s' });
        }
      }
      await clock.sleep(pause);
    }
  }
  return {
    readSettings: () => call('readSettings', () => ecr.readSettings()),
    readTags: () => call('readTags', () => ecr.readTags()),
    putSettings: (settings) => call('putSettings', () => ecr.putSettings(settings)),
    tag: (tags) => call('tag', () => ecr.tag(tags)),
    untag: (keys) => call('untag', () => ecr.untag(keys)),
  };
}

/** A denial that no policy asks for by name is perhaps only a policy that has not arrived. */
function mayPass(error: unknown): boolean {
  return (hasName(error, 'AccessDeniedException') || hasName(error, 'AccessDenied'))
    && !String((error as Error).message).includes('explicit deny');
}

const hasName = (error: unknown, name: string): boolean => (error as { name?: unknown } | undefined)?.name === name;

function describe(error: unknown): string {
  const { name, message } = error as { name?: unknown; message?: unknown };
  return `${name ?? 'Error'}: ${message ?? error}`;
}
