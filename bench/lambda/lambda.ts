import { Subject, REGION, arnOf, subjects } from './subjects';
import { HttpEcr, serveEcr } from '../../test/support/http-ecr';
import { NodeRelease, nodeReleases } from '../../test/support/node-releases';
import { compile } from '../compile';
import { run } from '../run';
import { medians } from '../statistics';

/** A multiple of how many take turns. */
const ROUNDS = 18;
const WARM_EVENTS = 11;

/** In ms after the start of the process, or of what the field says; memory in MB. */
export interface ColdStart extends Record<string, number> {
  readonly start: number;
  readonly load: number;
  readonly firstCall: number;
  readonly rest: number;
  readonly total: number;
  readonly cpu: number;
  readonly memory: number;
  readonly warm: number;
}

export interface LambdaResult {
  readonly node: NodeRelease;
  readonly subject: Subject;
  readonly coldStart: ColdStart;
}

/** A cold start handles a create; the warm function then unchanged updates. */
export async function measureColdStarts(): Promise<LambdaResult[]> {
  const program = compile('lambda/measure-cold-start.ts');
  const measured = nodeReleases().flatMap((node) => subjects().map((subject) => ({ node, subject, rounds: [] as ColdStart[] })));
  const served = await serveEcr();
  try {
    for (let round = 0; round < ROUNDS; round++) {
      // Each begins a round in turn: the first process after others of another Node.js takes longer.
      for (const index of measured.keys()) {
        const { node, subject, rounds } = measured[(index + round) % measured.length]!;
        const repository = `cold/${round}-${index}`;
        const create = event(subject, 'Create', repository, 'IMMUTABLE');
        const update = event(subject, 'Update', repository, 'IMMUTABLE', 'IMMUTABLE');
        rounds.push(await run<ColdStart>({
          executable: node.executable, args: [program], env: environment(subject, served, [create, ...Array<object>(WARM_EVENTS).fill(update)]),
        }));
        expectAnswered(served, WARM_EVENTS + 1, subject);
      }
    }
  } finally {
    await served[Symbol.asyncDispose]();
  }
  return measured.map(({ node, subject, rounds }) => ({ node, subject, coldStart: medians(rounds) }));
}

export const KINDS_OF_EVENT = ['create', 'the same create again', 'unchanged update', 'changed update', 'delete soon after the create'] as const;
export type ApiCalls = Readonly<Record<typeof KINDS_OF_EVENT[number], readonly string[]>>;

/** The calls of ECR that a function makes for each kind of event, in their order. */
export async function countApiCalls(subject: Subject): Promise<ApiCalls> {
  const program = compile('lambda/measure-cold-start.ts');
  const served = await serveEcr();
  const events: Record<typeof KINDS_OF_EVENT[number], object> = {
    'create': event(subject, 'Create', 'calls', 'IMMUTABLE'),
    'the same create again': event(subject, 'Create', 'calls', 'IMMUTABLE'),
    'unchanged update': event(subject, 'Update', 'calls', 'IMMUTABLE', 'IMMUTABLE'),
    'changed update': event(subject, 'Update', 'calls', 'IMMUTABLE_WITH_EXCLUSION', 'IMMUTABLE'),
    'delete soon after the create': event(subject, 'Delete', 'calls', 'IMMUTABLE_WITH_EXCLUSION'),
  };
  try {
    const calls: [string, string[]][] = [];
    for (const kind of KINDS_OF_EVENT) {
      served.calls.length = 0;
      await run({ executable: nodeReleases()[0]!.executable, args: [program], env: environment(subject, served, [events[kind]]) });
      expectAnswered(served, 1, subject);
      calls.push([kind, served.calls.map(({ operation }) => operation)]);
    }
    return Object.fromEntries(calls) as unknown as ApiCalls;
  } finally {
    await served[Symbol.asyncDispose]();
  }
}

export function environment(subject: Subject, served: HttpEcr, events: readonly object[]): Record<string, string> {
  return {
    AWS_LAMBDA_FUNCTION_NAME: 'function',
    _X_AMZN_TRACE_ID: 'Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0',
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'AKID',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
    OWNERSHIP_TAG_KEY: 'cdk-ecr-tag-mutability:stack:0123456789ab',
    OWNERSHIP_TAG_VALUE: 'stack',
    HANDLER: subject.file,
    SERVER: served.url,
    EVENTS: JSON.stringify(events),
  };
}

export function event(subject: Subject, type: 'Create' | 'Update' | 'Delete', repository: string, mutability: string, before?: string): object {
  return {
    RequestType: type,
    ResponseURL: 'https://cloudformation.example/answer',
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Declaration',
    ...type !== 'Create' && { PhysicalResourceId: arnOf(repository) },
    ResourceProperties: subject.properties(repository, mutability),
    ...before && { OldResourceProperties: subject.properties(repository, before) },
  };
}

/** A fast failure is no result. */
export function expectAnswered({ answers }: HttpEcr, count: number, { name }: Subject): void {
  const failed = answers.find((answer) => (answer as { Status: string }).Status !== 'SUCCESS');
  if (failed || answers.length !== count) {
    throw new Error(`${name} gave ${answers.length} answers, not ${count}${failed ? `, of them ${JSON.stringify(failed).slice(0, 400)}` : ''}`);
  }
  answers.length = 0;
}
