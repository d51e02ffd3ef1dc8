import { formerLibrary } from './former-library';
import { Classify, profile } from './profile';
import { KINDS } from '../app/declarations';
import { compile } from '../compile';
import { run } from '../run';

export const SYNTH_GROUPS = [
  'Node.js loads aws-cdk-lib',
  'this library, besides aws-cdk-lib that it calls',
  'constructs: made',
  'constructs: their tokens resolved',
  'constructs: visited, checked and written',
  'the manifest is checked',
  'garbage collection',
] as const;
type Group = typeof SYNTH_GROUPS[number];

const classify: Classify = (stack): Group => {
  const [{ functionName, url }] = stack as [typeof stack[number]];
  const isIn = (...paths: readonly string[]) => stack.some((frame) => paths.some((path) => frame.url.includes(path)));
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (/\/lib\/[a-z-]+\.js$/.test(url) && !url.includes('/node_modules/')) return 'this library, besides aws-cdk-lib that it calls';
  if (stack.some((frame) => frame.functionName === 'Module._load' || frame.functionName === 'wrapModuleLoad')
    && url.startsWith('node:internal/modules')) return 'Node.js loads aws-cdk-lib';
  if (isIn('jsonschema/')) return 'the manifest is checked';
  if (isIn('core/lib/private/resolve.js', 'core/lib/resolvable.js')) return 'constructs: their tokens resolved';
  if (isIn('core/lib/private/synthesis.js')) return 'constructs: visited, checked and written';
  if (isIn('measure-synth.js')) return 'constructs: made';
  return 'Node.js loads aws-cdk-lib';
};

export const BEFORE = 'before';

export interface SynthProfile {
  readonly name: string;
  readonly groups: Record<string, number>;
  /** Of the template, as aws-cdk-lib writes it. */
  readonly bytes: number;
}

/** An app of 480 declarations in a new process: with this library before, where the clone has it, and now, and with the alternatives. */
export async function profileSynth(): Promise<SynthProfile[]> {
  const now = compile('app/measure-synth.ts');
  const former = formerLibrary();
  const apps = [
    ...former ? [{ name: BEFORE, program: compile('app/measure-synth.ts', former), kind: KINDS[0] }] : [],
    ...KINDS.map((kind) => ({ name: kind, program: now, kind })),
  ];
  const profiles: SynthProfile[] = [];
  for (const { name, program, kind } of apps) {
    const args = [program, kind, '480'];
    const { bytes } = await run<{ bytes: number }>({ args });
    profiles.push({ name, groups: await profile(process.execPath, args, {}, classify, SYNTH_GROUPS), bytes });
  }
  return profiles;
}
