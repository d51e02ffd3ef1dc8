/** Works on all items, so many at a time, and gives the results in the items' order. */
export async function mapConcurrently<T, R>(items: readonly T[], limit: number, work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const left = items.entries();
  // All workers take from one iterator, so that each item has one worker.
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, async () => {
    for (const [index, item] of left) {
      results[index] = await work(item, index);
    }
  }));
  return results;
}
