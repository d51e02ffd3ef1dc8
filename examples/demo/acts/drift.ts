import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { CreateRepositoryCommand, PutImageTagMutabilityCommand } from '@aws-sdk/client-ecr';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { digestOf, putImage } from '../../../test/support/cloudtrail-events';
import type { Emulators } from '../../../test/support/emulators';
import { runAwsCommands } from '../../../test/support/emulators/aws-cli';
import { physicalIds } from '../../../test/support/emulators/cloudformation';
import { recordOf, settingsOf } from '../../../test/support/emulators/ecr';
import type { Environment } from '../../../test/support/emulators/environment';
import { serveAws } from '../../../test/support/http-aws';
import { ROOT } from '../../../test/support/project';
import { APP } from '../install';
import type { Stage } from '../stage';
import { bold, green, red, say, step } from '../terminal';

const REPOSITORY = 'bank/payments';
const HOUR = 3_600_000;

/** A setting that somebody changes by hand: `status` shows it, the guard restores it, and `plan` tells what locking would have refused. */
export async function driftAct({ emulators, ecr, cdk }: Stage): Promise<boolean> {
  await step(`Create ${REPOSITORY}`, () => ecr.send(new CreateRepositoryCommand({ repositoryName: REPOSITORY })));
  // The emulators keep no event history, so that a stand-in has one: three pushes, of which two moved a tag.
  await using aws = await serveAws(emulators.env.AWS_ENDPOINT_URL!);
  aws.events = ['first', 'second', 'third'].map((image, index) => putImage(Date.now() - (3 - index) * HOUR, REPOSITORY, 'v1', digestOf(image)));
  const command = (...args: string[]) => runCommand({ ...emulators.env, AWS_ENDPOINT_URL: aws.url }, args);
  const plan = await command('plan', '--image-tag-mutability', 'IMMUTABLE', '--repository-filter', 'bank/*');

  await cdk(APP, 'deploy', 'Guarded', '--require-approval', 'never');
  const declared = await command('status', '--repository-filter', 'bank/*');
  await step(`Set ${REPOSITORY} to MUTABLE by hand`, () => ecr.send(new PutImageTagMutabilityCommand({ repositoryName: REPOSITORY, imageTagMutability: 'MUTABLE' })));
  const drifted = await command('status', '--repository-filter', 'bank/*');
  await step('Run the guard, as its schedule does once an hour', () => runGuard(emulators));
  const corrected = await command('status', '--repository-filter', 'bank/*');

  await cdk(APP, 'destroy', 'Guarded', '--force');
  const { imageTagMutability } = await settingsOf(ecr, REPOSITORY);
  const isClean = imageTagMutability === 'MUTABLE' && (await recordOf(ecr, REPOSITORY)).length === 0;
  return [
    expected('plan: done', plan === 0),
    expected('status: as declared, then drift, then as declared again', declared === 0 && drifted === 2 && corrected === 0),
    expected(`${REPOSITORY} is ${imageTagMutability} again, and has no tag of the library`, isClean),
  ].every((each) => each);
}

function expected(what: string, is: boolean): boolean {
  say(`${what}, ${is ? green('as expected') : red('NOT AS EXPECTED')}`);
  return is;
}

/** Runs the package's command, shows what it prints, and answers its exit code. */
async function runCommand(env: Environment, args: readonly string[]): Promise<number> {
  say(bold(`npx cdk-ecr-tag-mutability ${args.join(' ')}`));
  return new Promise((resolve) => {
    execFile(process.execPath, [join(ROOT, 'lib/cli/index.js'), ...args], { env }, (error, stdout, stderr) => {
      say(stdout + stderr);
      resolve(error ? Number(error.code) : 0);
    });
  });
}

async function runGuard(emulators: Emulators): Promise<void> {
  const [[schedule], [FunctionName]] = await Promise.all(['AWS::Scheduler::Schedule', 'AWS::Lambda::Function'].map((type) => physicalIds(emulators.cloudFormation, 'Guarded', type)));
  const { Target: { Input } } = JSON.parse(await runAwsCommands(emulators, `aws scheduler get-schedule --name ${schedule} --output json`)) as { Target: { Input: string } };
  // EventBridge Scheduler fills in the time.
  const Payload = Input.replace('<aws.scheduler.scheduled-time>', new Date().toISOString());
  await emulators.lambda.send(new InvokeCommand({ FunctionName, Payload }));
}
