import { documentedCells, simulatedCell } from '../table';

test.each(documentedCells())(
  '480 repositories, $callsPerSecond calls a second, $parallel at a time, concurrency $concurrency: $seconds', async (cell) => {
    expect(await simulatedCell(cell)).toEqual(cell);
  }, 600_000);
