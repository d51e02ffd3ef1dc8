import type { Results } from './report';
import { table } from './table';
import { bytes, ms, ratio } from './units';
import { AppResult } from '../app/app';
import { ColdStart, KINDS_OF_EVENT, LambdaResult } from '../lambda/lambda';
import { GOALS, LIMITS } from '../limits';

/** What was to be reached, and whether it is. */
export function goals({ app, capacities, lambda, apiCalls }: Results): string {
  const [ours, custom, native] = app.kinds as readonly [AppResult, AppResult, AppResult];
  const row = (what: string, measured: number, most: number, text = (value: number) => String(value)) =>
    [what, text(measured), `≤ ${text(most)}`, measured <= most ? 'yes' : 'no'];
  const coldStarts = byNode(lambda).flatMap(({ node, ...coldStart }) => [
    row(`cold start to the answer, to the plain bundle's (${node})`, coldStart.ours.total / coldStart.plain.total, GOALS.coldStartToPlain, ratio),
    row(`the same to AwsCustomResource's (${node})`, coldStart.ours.total / coldStart.custom.total, GOALS.coldStartToAwsCustomResource, ratio),
  ]);
  const { repositories } = capacities[0]!;
  return table(['', 'measured', 'goal', 'reached'], [
    row('template bytes for each repository, to AwsCustomResource\'s', ours.each.bytes / custom.each.bytes, GOALS.templateBytes, ratio),
    row('construct + synth for each repository, to AwsCustomResource\'s', ours.each.ms / custom.each.ms, GOALS.synthToAwsCustomResource, ratio),
    row('the same to native\'s', ours.each.ms / native.each.ms, GOALS.synthToNative, ratio),
    ['repositories in one stack', String(repositories), `≥ ${GOALS.repositories}`, repositories >= GOALS.repositories ? 'yes' : 'no'],
    row('Lambda bundle', lambda[0]!.subject.bytes, LIMITS.bundleBytes, bytes),
    ...coldStarts,
    ...KINDS_OF_EVENT.map((kind) => row(`calls of ECR: ${kind}`, apiCalls[0]!.calls[kind].length, LIMITS.apiCalls[kind])),
    row('package load on top of aws-cdk-lib', app.load, GOALS.loadMs, ms),
  ]);
}

/** The cold starts of what `subjects()` has, in its order. */
function byNode(lambda: readonly LambdaResult[]): { node: string; ours: ColdStart; plain: ColdStart; custom: ColdStart }[] {
  return [...new Set(lambda.map(({ node }) => node))].map((node) => {
    const results = lambda.filter((result) => result.node === node).map(({ coldStart }) => coldStart);
    const [ours, plain, custom] = results as [ColdStart, ColdStart, ColdStart];
    return { node: node.name, ours, plain, custom };
  });
}

/** Where the time goes that misses a goal: a paragraph, or nothing. */
export function misses({ app, lambda, apiCalls }: Results): string {
  const [declared, , native] = app.kinds as readonly [AppResult, AppResult, AppResult];
  const furtherCalls = apiCalls[0]!.calls.create.length - 1;
  const firstCallEnds = ({ start, load, firstCall }: ColdStart) => start + load + firstCall;
  const synth = declared.each.ms / native.each.ms > GOALS.synthToNative && `- Construct and synth: a declaration takes ${declared.each.constructs.toFixed(1)} constructs, those of the imported repository, the declaration and
  its resource, and a native repository ${native.each.constructs.toFixed(1)}. For each construct it is ${ratio(declared.each.ms / declared.each.constructs / (native.each.ms / native.each.constructs))} of native's time. The profile below tells the steps.`;
  const coldStarts = byNode(lambda).flatMap(({ node, ours, plain, custom }) => [
    ours.total / plain.total > GOALS.coldStartToPlain && `- The plain bundle's, ${node}: this bundle loads in ${ratio(ours.load / plain.load)} of the time. The rest is the start of
  Node.js and the same calls by the same client. A bundle that loads in no time would come to ${ratio((ours.total - ours.load) / plain.total)}.`,
    ours.total / custom.total > GOALS.coldStartToAwsCustomResource && `- AwsCustomResource's, ${node}: to the end of the first call it is ${ratio(firstCallEnds(ours) / firstCallEnds(custom))}. AwsCustomResource makes no other, and
  answers in ${ms(custom.rest)}. The ${furtherCalls} further calls and the answer take ${ms(ours.rest)}: they record and verify what is declared.`,
  ]);
  const reasons = [synth, ...coldStarts].filter((line) => line !== false);
  return reasons.length > 0 ? `Where the time goes that misses a goal:\n\n${reasons.join('\n')}\n\n` : '';
}
