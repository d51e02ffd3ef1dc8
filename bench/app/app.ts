import { KINDS, Kind } from './declarations';
import { bytesWritten, synthesize } from './synthesize';
import { compile } from '../compile';
import { run } from '../run';
import { median, medians } from '../statistics';

const ROUNDS = 6;
export const COUNTS = [1, 50, 200, 480] as const;
/** The cost of one repository more is taken between these two. */
const SLOPE = [20, 220] as const;

export interface SynthTimes extends Record<string, number> {
  readonly construct: number;
  readonly synth: number;
}

export interface AppResult {
  readonly kind: Kind;
  /** In ms, by the number of repositories. */
  readonly times: ReadonlyMap<number, SynthTimes>;
  /** For one repository more. */
  readonly each: Readonly<Record<'ms' | 'bytes' | 'bytesWritten' | 'resources' | 'constructs', number>>;
}

export interface AppResults {
  /** In ms, on top of aws-cdk-lib. */
  readonly load: number;
  readonly kinds: readonly AppResult[];
}

/** Each process makes one stack, as `cdk synth` does. */
export async function measureApp(): Promise<AppResults> {
  const load = compile('app/measure-load.ts');
  const synth = compile('app/measure-synth.ts');
  const loads: number[] = [];
  const times = new Map<string, SynthTimes[]>();
  const counts = [...new Set([...COUNTS, ...SLOPE])];
  // A difference of two medians needs more of them than each median.
  const turns = [...COUNTS, ...SLOPE, ...SLOPE, ...SLOPE];
  for (let round = 0; round < ROUNDS; round++) {
    loads.push((await run<{ load: number }>({ args: [load] })).load);
    for (const count of turns) {
      for (const index of KINDS.keys()) {
        const kind = KINDS[(index + round) % KINDS.length]!;
        const key = `${kind} ${count}`;
        times.set(key, [...times.get(key) ?? [], await run<SynthTimes>({ args: [synth, kind, String(count)] })]);
      }
    }
  }
  const timesOf = (kind: Kind) => new Map(counts.map((count) => [count, medians(times.get(`${kind} ${count}`)!)]));
  return {
    load: median(loads),
    kinds: KINDS.map((kind) => ({ kind, times: timesOf(kind), each: slope(kind, timesOf(kind)) })),
  };
}

function slope(kind: Kind, times: ReadonlyMap<number, SynthTimes>): AppResult['each'] {
  const [few, many] = SLOPE.map((count) => {
    const { template, constructs } = synthesize(kind, count);
    const { construct, synth } = times.get(count)!;
    return {
      ms: construct + synth,
      bytes: JSON.stringify(template).length,
      bytesWritten: bytesWritten(template),
      resources: Object.keys(template.Resources).length,
      constructs,
    };
  });
  const each = (field: keyof AppResult['each']) => (many![field] - few![field]) / (SLOPE[1] - SLOPE[0]);
  return { ms: each('ms'), bytes: each('bytes'), bytesWritten: each('bytesWritten'), resources: each('resources'), constructs: each('constructs') };
}
