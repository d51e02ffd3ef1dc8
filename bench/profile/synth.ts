import { Classify, profile } from './profile';
import { Kind } from '../app/declarations';
import { compile } from '../compile';

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

/** An app of 480 declarations in a new process. */
export function profileSynth(kind: Kind): Promise<Record<string, number>> {
  return profile(process.execPath, [compile('app/measure-synth.ts'), kind, '480'], {}, classify, SYNTH_GROUPS);
}
