import { whenPlayed } from './invocation-tree';
import { Outcome } from './model-request';
import { TupleSet } from './tuple-set';
import { BrokenPromiseError, World, outcomes, steps } from './world';
import { WorldEncoder } from './world-encoder';

export interface Explored {
  readonly states: number;
  readonly ends: number;
  /** For each broken promise: what is wrong, and the steps that led to it. */
  readonly broken: readonly string[];
}

/** @returns what is wrong at the end, or nothing */
export type Check = (world: World, outcomes: readonly Outcome[]) => Promise<string | undefined>;

const MOST_BROKEN = 3;

/** Explores every schedule from a world on, each state once. */
export async function explore(first: World, check: Check): Promise<Explored> {
  const seen = new SeenWorlds(first);
  const open = [{ world: first, index: 0 }];
  const broken: string[] = [];
  let ends = 0;
  for (let next = open.pop(); next && broken.length < MOST_BROKEN; next = open.pop()) {
    const { world, index } = next;
    const ended = outcomes(world);
    let problem: string | undefined;
    if (ended) {
      ends++;
      problem = await check(world, ended);
    } else {
      try {
        for (const step of await whenPlayed(() => steps(world))) {
          const found = seen.add(step.world, index);
          if (found !== undefined) {
            open.push({ world: step.world, index: found });
          }
        }
      } catch (error) {
        if (!(error instanceof BrokenPromiseError)) {
          throw error;
        }
        problem = error.message;
      }
    }
    if (problem) {
      broken.push([problem, ...await seen.trace(index)].join('\n  '));
    }
  }
  return { states: seen.size, ends, broken };
}

/** The worlds of an exploration, numbered from 0. Of each it keeps its tuple and the number of the world that it was reached from. */
class SeenWorlds {
  private readonly encoder: WorldEncoder;
  private readonly tuples: TupleSet;
  private parents = new Uint32Array(1_024);

  constructor(private readonly first: World) {
    this.encoder = new WorldEncoder(first);
    this.tuples = new TupleSet(this.encoder.width);
    this.add(first, 0);
  }

  public get size(): number {
    return this.tuples.size;
  }

  /** @returns the world's number, or nothing where it was seen before */
  public add(world: World, parent: number): number | undefined {
    if (!this.tuples.add(this.encoder.encode(world))) {
      return undefined;
    }
    const index = this.tuples.size - 1;
    if (index === this.parents.length) {
      const { parents } = this;
      this.parents = new Uint32Array(2 * parents.length);
      this.parents.set(parents);
    }
    this.parents[index] = parent;
    return index;
  }

  /** The steps that lead to a world. Only numbers were kept: so the steps are taken once more. */
  public async trace(index: number): Promise<string[]> {
    const path: number[] = [];
    for (; index > 0; index = this.parents[index]!) {
      path.push(index);
    }
    const lines = ['begin'];
    let world = this.first;
    for (const next of path.reverse()) {
      const from = world;
      const step = (await whenPlayed(() => steps(from))).find((one) => this.tuples.indexOf(this.encoder.encode(one.world)) === next)!;
      lines.push(step.what());
      world = step.world;
    }
    return lines;
  }
}
