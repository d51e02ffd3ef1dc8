const DEFAULT_SEED = 20_260_102;

/** Where the random tests start: always the same, unless the environment's `SEED` says otherwise, as a test that fails asks for. */
export const SEED = readSeed(process.env.SEED);

function readSeed(text = String(DEFAULT_SEED)): number {
  if (!/^-?\d{1,10}$/.test(text)) {
    throw new Error(`SEED is '${text}', but must be a whole number of at most 10 digits`);
  }
  return Number(text);
}
