import { deploy } from './deployment';
import { linesOf, page, sectionOf } from '../docs/pages';

/** A cell of the table in the docs: 480 repositories under these circumstances. */
export interface Cell {
  readonly callsPerSecond: number;
  readonly parallel: number;
  readonly concurrency: number;
  /** How many seconds the create, the update and the delete take. Nothing where the create fails. */
  readonly seconds: string;
}

export const REPOSITORIES = 480;

/** What `docs/permissions.md` says. */
export function documentedCells(): Cell[] {
  const rows = linesOf(sectionOf(page('docs/permissions.md'), 'How many repositories in a stack'))
    .filter((line) => line.startsWith('|')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
  const [[, , ...heads], , ...body] = rows as [string[], string[], ...string[][]];
  return body.flatMap(([callsPerSecond, parallel, ...cells]) => cells.map((seconds, index) => ({
    callsPerSecond: Number(callsPerSecond), parallel: Number(parallel), concurrency: Number.parseInt(heads[index]!, 10), seconds,
  })));
}

/** What the simulation says of a cell. Whatever fails, nothing may be lost. */
export async function simulatedCell(cell: Cell): Promise<Cell> {
  const { create, update, remove, wrong } = await deploy({ repositories: REPOSITORIES, ...cell });
  expect(wrong).toEqual([]);
  if (create.succeeded < REPOSITORIES) return { ...cell, seconds: 'fails' };
  expect([update!.succeeded, remove!.succeeded]).toEqual([REPOSITORIES, REPOSITORIES]);
  return { ...cell, seconds: [create, update!, remove!].map(({ seconds }) => seconds).join(', ') };
}
