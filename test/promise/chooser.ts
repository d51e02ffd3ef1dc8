import { Choose } from './registry';

/** A small generator of its own, so that a schedule is one number that can be printed and played again. */
export function chooser(seed: number): Choose {
  // Close seeds give other choices from the first one on.
  let state = Math.imul(seed ^ 0x9e3779b9, 2_654_435_761) >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * limit);
  };
}
