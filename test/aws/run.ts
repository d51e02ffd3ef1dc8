import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateBucketCommand, PutObjectCommand, type BucketLocationConstraint } from '@aws-sdk/client-s3';
import type { Aws } from './clients';
import { recordedCode } from './code';
import { EXAMPLE_ACCOUNT, SCHEMA_VERSION, type Evidence, type IamMeasurement, type RequestEvidence, type ScenarioEvidence } from './evidence';
import { measureIam } from './iam';
import type { Names } from './names';
import { play, type Stage } from './play';
import { readRecordings } from './recordings';
import type { Scenario } from './scenario';
import { readText } from '../support/project';

/** A new account has room for ten invocations of Lambda at once. */
const AT_ONCE = 4;
const CODE_KEY = 'function.zip';

export interface RunOptions {
  readonly aws: Aws;
  readonly names: Names;
  readonly scenarios: readonly Scenario[];
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Makes what the scenarios need, plays them, and collects what their functions recorded. What it makes is not removed here. */
export async function run({ aws, names, scenarios, say, signal }: RunOptions): Promise<Evidence> {
  const date = new Date().toISOString();
  const { zip, bundleSha256 } = recordedCode();
  const Bucket = names.bucket(aws.region);
  const elsewhere = aws.region === 'us-east-1' ? undefined : { LocationConstraint: aws.region as BucketLocationConstraint };
  await aws.s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: elsewhere }));
  await aws.s3.send(new PutObjectCommand({ Bucket, Key: CODE_KEY, Body: zip }));
  await aws.logs.send(new CreateLogGroupCommand({ logGroupName: names.logGroup }));

  const stage: Stage = { aws, names, code: { bucket: Bucket, key: CODE_KEY }, say, signal };
  // Those with many declarations would use up the rates of the others.
  const [few, many] = [scenarios.filter(({ isParallel }) => !isParallel), scenarios.filter(({ isParallel }) => isParallel)];
  const played: ScenarioEvidence[] = [];
  let iam: readonly IamMeasurement[] = [];
  await atOnce([
    async () => {
      iam = await measureIam(stage);
    },
    ...few.map((scenario) => async () => void played.push(await play(scenario, stage))),
  ]);
  for (const scenario of many) played.push(await play(scenario, stage));

  say('Reading the log of the functions ...');
  const requests = await readRecordings(aws.logs, names.logGroup, signal);
  return {
    schemaVersion: SCHEMA_VERSION,
    source: aws.source,
    date,
    region: aws.region,
    account: `masked: ${EXAMPLE_ACCOUNT} stands for it`,
    library: { version: (JSON.parse(readText('package.json')) as { version: string }).version, bundleSha256 },
    iam,
    scenarios: scenarios.map(({ name }) => withRequests(played.find((evidence) => evidence.name === name)!, names.stack(name), requests)),
  };
}

/** Does all, also where one throws: what is under way must be over before anything is removed. */
async function atOnce(tasks: readonly (() => Promise<void>)[]): Promise<void> {
  const waiting = [...tasks];
  const worker = async () => {
    for (let task = waiting.shift(); task; task = waiting.shift()) await task();
  };
  const results = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** Assigns to each step what the function got before the next one began. */
export function withRequests(scenario: ScenarioEvidence, stackName: string, requests: readonly RequestEvidence[]): ScenarioEvidence {
  const own = requests.filter(({ event }) => event.StackId.split('/')[1] === stackName);
  const between = (start: number, end: number) => own.filter(({ at }) => at >= start && at < end);
  const { steps, failed } = scenario;
  const endOf = (index: number) => steps[index + 1]?.at ?? failed?.at ?? Infinity;
  return {
    ...scenario,
    steps: steps.map((step, index) => ({ ...step, requests: between(index === 0 ? -Infinity : step.at, endOf(index)) })),
    failed: failed && { ...failed, requests: between(failed.at, Infinity) },
  };
}
