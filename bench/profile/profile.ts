import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { OUT } from '../compile';
import { medians } from '../statistics';

const ROUNDS = 5;
const INTERVAL_US = 100;

/** One function of a call stack. */
export interface Frame {
  readonly functionName: string;
  readonly url: string;
}

/** Puts a sample into a group by its call stack, the innermost function first. */
export type Classify = (stack: readonly Frame[]) => string;

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame; readonly children?: readonly number[] }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** What a program does with its time, in ms by group. */
export async function profile(
  executable: string, args: readonly string[], env: Readonly<Record<string, string>>, classify: Classify, groups: readonly string[],
): Promise<Record<string, number>> {
  const rounds: Record<string, number>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await promisify(execFile)(executable, [
      '--cpu-prof', '--cpu-prof-interval', String(INTERVAL_US), '--cpu-prof-dir', OUT, '--cpu-prof-name', 'profile.cpuprofile', ...args,
    ], { env: { PATH: process.env.PATH, ...env }, maxBuffer: 1e8 });
    const times = Object.fromEntries(groups.map((group) => [group, 0]));
    for (const [group, time] of samplesOf(JSON.parse(readFileSync(join(OUT, 'profile.cpuprofile'), 'utf8')) as CpuProfile, classify)) {
      times[group] = (times[group] ?? 0) + time;
    }
    rounds.push(times);
  }
  return medians(rounds);
}

function* samplesOf({ nodes, samples, timeDeltas }: CpuProfile, classify: Classify): Generator<[string, number]> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  for (const [index, sample] of samples.entries()) {
    const stack: Frame[] = [];
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
      stack.push(byId.get(id)!.callFrame);
    }
    yield [classify(stack), timeDeltas[index]! / 1_000];
  }
}
