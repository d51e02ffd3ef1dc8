import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { CallFailedError, OutOfTimeError, isExplicitlyDenied } from '../ecr/retries';
import { TooManyTagsError } from '../protocol/declare';
import { NewerRecordError } from '../protocol/record';

type SdkError = Parameters<typeof isTransientError>[0];

/**
 * What a failure of one repository means for the pass:
 *
 *   refused  the repository will not have it: a deployment cannot wait for its owner
 *   passing  it may succeed later
 *   failed   anything else
 */
export type FailureKind = 'refused' | 'passing' | 'failed';

export function kindOfFailure(error: unknown): FailureKind {
  if (error instanceof OutOfTimeError) {
    return 'passing';
  }
  if (error instanceof TooManyTagsError || error instanceof NewerRecordError) {
    return 'refused';
  }
  const cause = error instanceof CallFailedError ? error.cause : undefined;
  if (!(cause instanceof Error)) {
    return 'failed';
  }
  if (isExplicitlyDenied(cause) || cause.name === 'TooManyTagsException') {
    return 'refused';
  }
  return [isThrottlingError, isTransientError, isServerError].some((isSuch) => isSuch(cause as SdkError)) ? 'passing' : 'failed';
}

const MAX_REASON = 200;

/** In printable ASCII, of which each character takes at most two bytes in JSON: five of them have to fit into a response. */
export function describeError(error: unknown): string {
  const message = (error instanceof Error ? error.message : String(error)).replace(/[^\x20-\x7e]/g, '?');
  return message.length > MAX_REASON ? `${message.slice(0, MAX_REASON)}...` : message;
}
