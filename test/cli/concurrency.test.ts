import { mapConcurrently } from '../../cli/concurrency';

test('the results are in the order of the items, and so many are under way at most', async () => {
  let underWay = 0;
  let most = 0;
  const results = await mapConcurrently([5, 1, 4, 2, 3], 2, async (item) => {
    most = Math.max(most, ++underWay);
    for (let turn = 0; turn < item; turn++) await Promise.resolve();
    underWay--;
    return item * 10;
  });
  expect([results, most]).toEqual([[50, 10, 40, 20, 30], 2]);
});

test('no items are no work', async () => {
  expect(await mapConcurrently([], 2, () => Promise.reject(new Error('called')))).toEqual([]);
});

test('one failure fails all', async () => {
  await expect(mapConcurrently([1, 2], 2, (item) => item === 2 ? Promise.reject(new Error('second')) : Promise.resolve())).rejects.toThrow('second');
});
