import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { describeBelongings, findBelongings, isNothing, removeBelongings } from './belongings';
import { connect, type Aws } from './clients';
import { EXAMPLE_ACCOUNT, parseEvidence, problemsOf, writeEvidence, type Evidence } from './evidence';
import { Names, PREFIX } from './names';
import { describeError } from './play';
import { run } from './run';
import type { Scenario } from './scenario';
import { SCENARIOS } from './scenarios';
import { compareWithModel, renderDifference } from '../model/replay';

const USAGE = `npm run verify:aws -- [options]

Tries the library on AWS, with the usual credentials and region, and writes one file of what it saw.

  --yes              asks nothing
  --output FILE      the file to write (default: verify-<aws or emulator>-<region>-<date>.json)
  --scenario NAME    plays this scenario only; may be given more than once
  --clean-up         removes what former runs have left, and does nothing else
  --replay FILE      compares a file with the tests' model of CloudFormation, and does nothing else
  --help             prints this

Scenarios: ${SCENARIOS.map(({ name }) => name).join(', ')}`;

/** A mistake of the caller's, which its message explains. */
class UsageError extends Error {}

function parseOptions() {
  try {
    const { values } = parseArgs({
      options: {
        'yes': { type: 'boolean', default: false },
        'output': { type: 'string' },
        'scenario': { type: 'string', multiple: true, default: [] },
        'clean-up': { type: 'boolean', default: false },
        'replay': { type: 'string' },
        'help': { type: 'boolean', default: false },
      },
    });
    const unknown = values.scenario.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
    if (unknown.length > 0) throw new UsageError(`There is no scenario ${unknown.join(', ')}`);
    return values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

const CLEAN_UP = 'npm run verify:aws -- --clean-up';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** @returns the code to exit with */
async function main(): Promise<number> {
  const options = parseOptions();
  if (options.help) {
    say(USAGE);
    return 0;
  }
  if (options.replay !== undefined) {
    await replay(parseEvidence(readFileSync(options.replay, 'utf8')));
    return 0;
  }
  const mayAsk = options.yes || process.stdin.isTTY;
  if (!mayAsk) throw new UsageError('There is no terminal to ask at: pass --yes, where you agree to what README.md beside this file describes.');
  const aws = await connect();
  if (options['clean-up']) return cleanUp(aws, options.yes);

  const scenarios = options.scenario.length > 0 ? SCENARIOS.filter(({ name }) => options.scenario.includes(name)) : SCENARIOS;
  announce(aws, scenarios);
  return await agreed(options.yes) ? verify(aws, scenarios, options.output) : 1;
}

async function verify(aws: Aws, scenarios: readonly Scenario[], output: string | undefined): Promise<number> {
  const names = new Names(randomBytes(3).toString('hex'));
  const signal = interruption();
  const [result] = await Promise.allSettled([run({ aws, names, scenarios, say, signal })]);
  // Before the removal, which may fail.
  const problems = result.status === 'fulfilled' ? await report(aws, result.value, output) : [];

  say('Removing what was made ...');
  const left = await removeBelongings(aws, await findBelongings(aws, names.prefix));
  for (const problem of left) say(`NOT REMOVED: ${problem}`);
  if (left.length > 0) say(`Try again: ${CLEAN_UP}`);
  if (result.status === 'rejected') {
    if (!signal.aborted) throw result.reason;
    say('Interrupted: no file was written.');
    return 128 + constants.signals.SIGINT;
  }
  return problems.length + left.length > 0 ? 1 : 0;
}

/** Writes the file, and says what is in it. @returns what is not as expected */
async function report(aws: Aws, evidence: Evidence, output: string | undefined): Promise<string[]> {
  const path = output ?? `verify-${evidence.source}-${evidence.region}-${evidence.date.slice(0, 10)}.json`;
  writeEvidence(path, evidence, [[aws.callerArn, 'the caller'], [aws.accountId, EXAMPLE_ACCOUNT]]);
  await replay(evidence);
  const problems = problemsOf(evidence);
  for (const problem of problems) say(`NOT AS EXPECTED: ${problem}`);
  say(`${evidence.scenarios.length} scenarios, ${problems.length} problems. Written to ${path}`);
  return problems;
}

async function cleanUp(aws: Aws, yes: boolean): Promise<number> {
  const belongings = await findBelongings(aws);
  if (isNothing(belongings)) {
    say(`Nothing in ${aws.region} has a name that starts with ${PREFIX}.`);
    return 0;
  }
  say(`This removes from account ${aws.accountId}, ${aws.region}:`);
  for (const line of describeBelongings(belongings)) say(`  ${line}`);
  if (!await agreed(yes)) return 1;
  const problems = await removeBelongings(aws, belongings);
  for (const problem of problems) say(`NOT REMOVED: ${problem}`);
  return problems.length > 0 ? 1 : 0;
}

function announce(aws: Aws, scenarios: readonly Scenario[]): void {
  const repositories = scenarios.reduce((sum, scenario) => sum + Object.keys(scenario.repositories).length, 1);
  say(`This tries the library in ${aws.source === 'aws' ? 'AWS' : 'an emulator of AWS'}, account ${aws.accountId}, ${aws.region}, as ${aws.callerArn}.

It makes, by names that start with ${PREFIX}:
  CloudFormation stacks (${scenarios.length}), each with a Lambda function of 256 MB, its role and its policies,
  ECR repositories without images (about ${repositories}), a role, a log group, and an S3 bucket with the function's code.
All is removed at the end, also after Ctrl-C. No other repository is touched.

It takes ${aws.source === 'aws' ? 'an estimated half an hour' : 'some minutes'}.
It should cost less than a cent, and nothing within the free tier of Lambda, CloudWatch Logs and S3: CloudFormation charges nothing for
custom resources, ECR nothing for repositories without images, and the functions run for some minutes in all.
`);
}

async function agreed(yes: boolean): Promise<boolean> {
  if (yes) return true;
  const declined = new AbortController();
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  terminal.on('SIGINT', () => declined.abort());
  try {
    return /^y(es)?$/i.test((await terminal.question('Go on? [y/N] ', { signal: declined.signal })).trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}

async function replay(evidence: Evidence): Promise<void> {
  const differences = await compareWithModel(evidence);
  say(differences.length === 0
    ? 'CloudFormation did what the tests\' model of it does.'
    : `CloudFormation differs from the tests' model of it in ${differences.length} points:`);
  for (const difference of differences) say(`  ${renderDifference(difference)}`);
}

/** From now on, the first Ctrl-C only stops the run, so that what it made is removed. The second one ends everything. */
function interruption(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (interrupted.signal.aborted) {
        say(`Ended. To remove what is left: ${CLEAN_UP}`);
        process.exit(128 + constants.signals[signal]);
      }
      interrupted.abort();
      say('Stopping, and removing what was made, which takes some minutes. Once more ends at once.');
    });
  }
  return interrupted.signal;
}

main().then((code) => process.exit(code), (error: unknown) => {
  console.error(error instanceof UsageError ? error.message : describeError(error));
  process.exit(error instanceof UsageError ? 2 : 1);
});
