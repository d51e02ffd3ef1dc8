import { bars } from './chart';
import { goals, misses } from './goals';
import { table } from './table';
import { bytes, ms, shown } from './units';
import { AppResults, COUNTS } from '../app/app';
import { Capacity, PolicySizes } from '../app/capacity';
import { DeploymentResult } from '../deployment/deployment';
import { ApiCalls, KINDS_OF_EVENT, LambdaResult } from '../lambda/lambda';
import { Subject } from '../lambda/subjects';
import { LIMITS } from '../limits';
import { ColdStartProfile, COLD_START_GROUPS } from '../profile/cold-start';
import { FORMER_COMMIT } from '../profile/former-library';
import { BEFORE, SYNTH_GROUPS, SynthProfile } from '../profile/synth';

export interface Results {
  readonly versions: Readonly<Record<string, string>>;
  readonly minutes: number;
  readonly app: AppResults;
  readonly capacities: readonly Capacity[];
  readonly lambda: readonly LambdaResult[];
  readonly apiCalls: readonly { readonly subject: Subject; readonly calls: ApiCalls }[];
  readonly deployments: readonly DeploymentResult[];
  readonly coldStartProfiles: { readonly node: string; readonly profiles: readonly ColdStartProfile[] };
  readonly synthProfiles: readonly SynthProfile[];
}

function policyText({ inline, managed }: PolicySizes): string {
  const all = managed.reduce((a, b) => a + b, inline);
  return `${all.toLocaleString('en')}${managed.length > 0 ? ` (${managed.length} managed policies)` : ''}`;
}

export function report(results: Results): string {
  return `# What it costs, measured

\`npm run bench\` wrote this in ${results.minutes.toFixed(1)} minutes. The alternatives and this library take turns in the one run; times are medians of its
rounds. They depend on the machine, and on what else it does: compare them within this run.

${table(['', 'version'], Object.entries(results.versions))}

## Goals

${goals(results)}

${misses(results)}## The app

![construct and synth](charts/synth.svg)

Repositories with names of 30 characters and one filter each, imported by name; those of \`native\` are created by the stack. \`AwsCustomResource\` sets
and resets by \`putImageTagMutability\`, may call it on that repository only, and bears a repository that is gone. Loading this library on top of
aws-cdk-lib, where an app has a stack and a repository already, takes ${ms(results.app.load)}.

${table(['construct + synth', ...COUNTS.map(String), 'each (20 to 220)'], results.app.kinds.map(({ kind, times, each }) =>
  [kind, ...COUNTS.map((count) => ms(times.get(count)!.construct + times.get(count)!.synth)), ms(each.ms)]))}

${table(['each repository', 'template', 'as aws-cdk-lib writes it', 'resources'], results.app.kinds.map(({ kind, each }) =>
  [kind, `${shown(each.bytes)} B`, `${shown(each.bytesWritten)} B`, each.resources.toFixed(2)]))}

${table(['one stack takes', 'repositories', 'until'], results.capacities.map(({ kind, repositories, limit }) => [kind, String(repositories), limit]))}

${table(['characters of the role\'s policies', ...COUNTS.map(String)], results.capacities.map(({ kind, policies }) =>
  [kind, ...COUNTS.map((count) => policyText(policies.get(count)!))]))}

## The Lambda

![cold start](charts/cold-start.svg)

A cold start is a new process that handles a create, from its start to the answer sent; *warm* is an unchanged update after it. Each column is a
median of its own, so that the parts, which the chart shows, add up to the total only nearly. ECR and
CloudFormation are a server on the loopback address, without TLS, that answers at once: what AWS takes to answer comes on top, for each call.
\`AwsCustomResource\` loads the SDK that Lambda's runtime has, here from the disk's cache.

${table(['', 'bundle', 'start', 'load', 'first call', 'rest', 'total', 'CPU', 'memory', 'warm'], results.lambda.map(({ node, subject, coldStart: it }) => [
  `${subject.name}, ${node.name}`, `${(subject.bytes / 1_000).toFixed(0)} KB`,
  ...[it.start, it.load, it.firstCall, it.rest, it.total, it.cpu].map(ms), `${it.memory.toFixed(0)} MB`, ms(it.warm),
]))}

${table(['calls of ECR', ...KINDS_OF_EVENT], results.apiCalls.map(({ subject, calls }) =>
  [subject.name, ...KINDS_OF_EVENT.map((kind) => String(calls[kind].length))]))}

CloudFormation sends no update where nothing changed; a deployment that changes another property of the resource does. The calls of this library:

${KINDS_OF_EVENT.map((kind) => `- ${kind}: ${results.apiCalls[0]!.calls[kind].join(', ')}`).join('\n')}

A delete 105 s after the create or later does not read the tags again: \`npx jest test/creep\` holds it to ${LIMITS.apiCalls.delete} calls.

## The deployment

![deployment](charts/deployment.svg)

Whole stack operations on the emulators, which call one custom resource after the other. IAM would refuse \`AwsCustomResource\` with 200 repositories, see
above; the emulator does not count.

${table(['', 'repositories', 'create', 'update of all', 'delete', 'rounds'], results.deployments.map(({ kind, count, seconds, rounds }) =>
  [kind, String(count), ...[seconds.create, seconds.update, seconds.delete].map((value) => `${shown(value)} s`), String(rounds)]))}

## Where it goes

The cold start on ${results.coldStartProfiles.node}, with the profiler on. *Before* is the bundle without what \`projenrc/bundle.ts\` takes away.

${table(['', ...results.coldStartProfiles.profiles.map(({ subject }) => subject.name)], [
  ...COLD_START_GROUPS.map((group) => [group, ...results.coldStartProfiles.profiles.map(({ groups }) => ms(groups[group] ?? 0))]),
  ['**size of the bundle**', ...results.coldStartProfiles.profiles.map(({ subject }) => bytes(subject.bytes))],
])}

An app of 480 repositories, likewise.${before(results)}

${table(['', ...results.synthProfiles.map(({ name }) => name)], [
  ...SYNTH_GROUPS.map((group) => [group, ...results.synthProfiles.map(({ groups }) => ms(groups[group] ?? 0))]),
  ['**size of the template, as aws-cdk-lib writes it**', ...results.synthProfiles.map((profile) => bytes(profile.bytes))],
])}
`;
}

/** What changed since the former library, where it was profiled. */
function before({ synthProfiles }: Results): string {
  return synthProfiles.some(({ name }) => name === BEFORE) ? ` *Before* is this library at commit ${FORMER_COMMIT}. Since then a declaration is one construct, not two; it waits for
one resource that waits for the role's policies, not for each of them; its repository's ARN is one text with pseudo parameters in it, not eleven pieces,
and is put together once; and its attributes are made when somebody asks for them.` : '';
}

export function charts({ app, lambda, deployments }: Results): Record<string, string> {
  return {
    'synth.svg': bars({
      title: 'Construct and synthesize a stack',
      unit: 'ms',
      legend: ['construct', 'synth'],
      groups: COUNTS.map((count) => ({
        label: `${count} ${count === 1 ? 'repository' : 'repositories'}`,
        rows: app.kinds.map(({ kind, times }) => ({ label: kind, segments: [times.get(count)!.construct, times.get(count)!.synth] })),
      })),
    }),
    'cold-start.svg': bars({
      title: 'Cold start of the Lambda, to the answer',
      unit: 'ms',
      legend: ['Node.js starts', 'load', 'first call', 'rest'],
      groups: [...new Set(lambda.map(({ node }) => node))].map((node) => ({
        label: node.name,
        rows: lambda.filter((result) => result.node === node)
          .map(({ subject, coldStart: { start, load, firstCall, rest } }) => ({ label: subject.name, segments: [start, load, firstCall, rest] })),
      })),
    }),
    'deployment.svg': bars({
      title: 'Create, update and delete a stack on the emulators',
      unit: 's',
      legend: ['create', 'update of all', 'delete'],
      groups: [...new Set(deployments.map(({ count }) => count))].map((count) => ({
        label: `${count} ${count === 1 ? 'repository' : 'repositories'}`,
        rows: deployments.filter((result) => result.count === count)
          .map(({ kind, seconds }) => ({ label: kind, segments: [seconds.create, seconds.update, seconds.delete] })),
      })),
    }),
  };
}
