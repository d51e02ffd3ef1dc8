/** An invocation writes to ECR in its first two minutes only, in ms: whoever comes after it can wait for that. */
export const WRITES_END = 120_000;

/** A declaration stops earlier still: what it leaves when it dies can then be taken back within another invocation's two minutes. */
export const DECLARING_ENDS = 105_000;

/** How long a reading may lag behind a write, in ms. What is not shown after that was overwritten by others. */
export const READS_LAG = 5_000;

/**
 * No declaration is recorded and erased within this time, in ms. Whoever reads a repository in less, and sees no declaration
 * before and after, knows that there was none in between.
 */
export const SHORTEST_LIFE = 1_000;
