export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median of each field, over rounds. */
export function medians<T extends Readonly<Record<string, number>>>(rounds: readonly T[]): T {
  return Object.fromEntries(Object.keys(rounds[0]!).map((field) => [field, median(rounds.map((round) => round[field]!))])) as T;
}
