import { Classify, profile } from './profile';
import { serveEcr } from '../../test/support/http-ecr';
import { NodeRelease } from '../../test/support/node-releases';
import { compile } from '../compile';
import { environment, event } from '../lambda/lambda';
import { Subject, formerly, subjects } from '../lambda/subjects';

export const COLD_START_GROUPS = [
  'Node.js starts, and loads its own modules',
  'the bundle is compiled',
  'the bundle runs',
  'Node.js works for it: HTTP, streams, hashes',
  'garbage collection',
  'nothing: waits for ECR',
] as const;
type Group = typeof COLD_START_GROUPS[number];

const classify: Classify = (stack): Group => {
  const [{ functionName, url }] = stack as [typeof stack[number]];
  switch (functionName) {
    case '(garbage collector)': return 'garbage collection';
    case '(idle)': return 'nothing: waits for ECR';
    case 'wrapSafe': return 'the bundle is compiled';
  }
  if (url.startsWith('file:') || url.startsWith('/')) {
    return 'the bundle runs';
  }
  const isLoading = stack.some((frame) => ['compileForInternalLoader', 'requireBuiltin', 'internalBinding'].includes(frame.functionName));
  const isOfBundle = stack.some((frame) => frame.url.endsWith('/index.js'));
  return isLoading || !isOfBundle ? 'Node.js starts, and loads its own modules' : 'Node.js works for it: HTTP, streams, hashes';
};

export interface ColdStartProfile {
  readonly subject: Subject;
  readonly groups: Record<string, number>;
}

/** A create in a new process: bundled plainly, as it was bundled before, and now. */
export async function profileColdStarts({ executable }: NodeRelease): Promise<ColdStartProfile[]> {
  const [now, plain] = subjects() as [Subject, Subject];
  const program = compile('lambda/measure-cold-start.ts');
  const served = await serveEcr();
  try {
    const profiles: ColdStartProfile[] = [];
    for (const subject of [plain, formerly(), now]) {
      const env = environment(subject, served, [event(subject, 'Create', subject.name.replace(/\W+/g, '-'), 'IMMUTABLE')]);
      profiles.push({ subject, groups: await profile(executable, [program], env, classify, COLD_START_GROUPS) });
    }
    return profiles;
  } finally {
    await served[Symbol.asyncDispose]();
  }
}
