/**
 * How long each kind of work may last, in ms since the invocation began. The windows depend on each other; docs/how-it-works.md draws them.
 */

export { DECLARE_WINDOW_MS } from '../../src/shared/contract';

/** An update may go on to release a repository that nobody else will release. */
export const UPDATE_WINDOW_MS = 120_000;

/** What a delete leaves of the function's time: five attempts of 10 s to send the response, and the pauses between them. */
export const RESPONSE_RESERVE_MS = 75_000;

/** How long a read may lag behind a write. What is not shown after that was overwritten by others. */
export const MAX_READ_LAG_MS = 5_000;

/**
 * No declaration is recorded and erased within this time. So a reader that takes less time, and sees no declaration before and after, knows
 * that there was none in between.
 */
export const MIN_LIFETIME_MS = 1_000;
