import { Choose } from './registry';

/** Park and Miller's generator: a schedule is one number that can be printed, and played again. */
export function chooser(seed: number): Choose {
  const [factor, modulus] = [48_271, 2 ** 31 - 1];
  // From 1 to below the modulus, also for a negative seed.
  let state = (seed % (modulus - 1) + modulus - 1) % (modulus - 1) + 1;
  const next = () => {
    state = state * factor % modulus;
    return state;
  };
  // Seeds that are close by are still so after the first steps.
  [1, 2, 3].forEach(next);
  return (limit) => next() % limit;
}
