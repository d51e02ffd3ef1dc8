import { EcrState } from './ecr-state';
import { whenPlayed } from './invocation';
import { Chapter, Ending } from './story';
import { BrokenPromiseError, Misfortunes, Step, World, begin, endings, keyOf, steps } from './world';

export interface Explored {
  readonly states: number;
  readonly ends: number;
  /** For each broken promise, how it came to it. */
  readonly broken: readonly string[];
}

/** What is wrong at the end, or nothing. */
export type Judge = (ecr: EcrState, time: number, endings: readonly Ending[]) => Promise<string | undefined>;

const MOST_BROKEN = 3;

/** Goes through every schedule, each state once. */
export async function explore(ecr: EcrState, time: number, stories: readonly Chapter[], misfortunes: Misfortunes, judge: Judge): Promise<Explored> {
  const first = await whenPlayed(() => begin(ecr, time, stories, misfortunes));
  const seen = new Map<string, { readonly from?: string; readonly what: () => string }>([[keyOf(first), { what: () => 'begin' }]]);
  const open: World[] = [first];
  const broken: string[] = [];
  let ends = 0;
  for (let world = open.pop(); world && broken.length < MOST_BROKEN; world = open.pop()) {
    const key = keyOf(world);
    const story = (problem: string) => `${problem}\n${trace(seen, key).map((line) => `  ${line}`).join('\n')}`;
    const ended = endings(world);
    if (ended) {
      ends++;
      const problem = await judge(world.ecr, world.time, ended);
      if (problem) {
        broken.push(story(problem));
      }
      continue;
    }
    let next: Step[] = [];
    try {
      next = await whenPlayed(() => steps(world));
    } catch (error) {
      if (!(error instanceof BrokenPromiseError)) {
        throw error;
      }
      broken.push(story(error.message));
    }
    for (const step of next) {
      const nextKey = keyOf(step.world);
      if (!seen.has(nextKey)) {
        seen.set(nextKey, { from: key, what: step.what });
        open.push(step.world);
      }
    }
  }
  return { states: seen.size, ends, broken };
}

function trace(seen: ReadonlyMap<string, { readonly from?: string; readonly what: () => string }>, last: string): string[] {
  const lines: string[] = [];
  for (let key: string | undefined = last; key !== undefined; key = seen.get(key)!.from) {
    lines.push(seen.get(key)!.what());
  }
  return lines.reverse();
}
