import { deploy } from '../deployment';
import { REPOSITORIES, documentedCells, simulatedCell } from '../table';

test.each(documentedCells())(
  '480 repositories, $callsPerSecond calls a second, $parallel at a time, concurrency $concurrency: $seconds', async (cell) => {
    expect(await simulatedCell(cell)).toEqual(cell);
  }, 600_000);

test('480 deletes at once, of which ECR takes 5 calls a second, all succeed', async () => {
  const { remove, wrong } = await deploy({ repositories: REPOSITORIES, parallel: 480, concurrency: 500, callsPerSecond: 50, during: { remove: 5 } });
  expect(remove).toMatchObject({ succeeded: REPOSITORIES });
  expect(wrong).toEqual([]);
}, 600_000);
