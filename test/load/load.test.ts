import { deploy } from './deployment';
import { documentedCells, simulatedCell } from './table';

jest.setTimeout(60_000);

// `npm run test:load` simulates the whole table.
test('the docs say of 480 repositories what the simulation says', async () => {
  const cell = documentedCells().find(({ callsPerSecond, parallel, concurrency }) => callsPerSecond === 50 && parallel === 40 && concurrency === 10)!;
  expect(await simulatedCell(cell)).toEqual(cell);
});

const BUSY = { repositories: 30, parallel: 30, concurrency: 30 };

test('creates that are throttled all the time fail with that, and nothing is lost when they are rolled back', async () => {
  const { create, createRollback, wrong } = await deploy({ ...BUSY, callsPerSecond: 1 });
  expect(create.succeeded).toBeLessThan(30);
  expect(create.reasons).toContainEqual(expect.stringMatching(/failed: ThrottlingException: Rate exceeded$/));
  expect(createRollback).toMatchObject({ succeeded: 30 });
  expect(wrong).toEqual([]);
});

test('updates that are throttled all the time fail with that, and the former settings are back when they are rolled back', async () => {
  const { update, updateRollback, remove, wrong } = await deploy({ ...BUSY, callsPerSecond: 20, during: { update: 0.5 } });
  expect(update!.succeeded).toBeLessThan(30);
  expect(update!.reasons).toContainEqual(expect.stringMatching(/failed: ThrottlingException: Rate exceeded$/));
  expect([updateRollback, remove]).toMatchObject([{ succeeded: 30 }, { succeeded: 30 }]);
  expect(wrong).toEqual([]);
});

test('deletes, whose failure would be final, have the time to wait', async () => {
  const { remove, wrong } = await deploy({ ...BUSY, callsPerSecond: 20, during: { remove: 1 } });
  expect(remove).toMatchObject({ succeeded: 30 });
  expect(wrong).toEqual([]);
});
