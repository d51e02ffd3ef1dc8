/** Gives a whole number from 0 to below the limit. */
export type Choose = (limit: number) => number;

/** Park and Miller's random numbers. All choices of a schedule follow from its seed, so that it can be printed and played again. */
export function chooser(seed: number): Choose {
  const [factor, modulus] = [48_271, 2 ** 31 - 1];
  // From 1 to below the modulus, also for a negative seed.
  let state = (seed % (modulus - 1) + modulus - 1) % (modulus - 1) + 1;
  const next = () => {
    state = state * factor % modulus;
    return state;
  };
  // The first numbers of neighbouring seeds are close to each other.
  [1, 2, 3].forEach(next);
  return (limit) => next() % limit;
}
