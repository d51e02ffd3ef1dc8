import { parseArgs } from 'node:util';
import { driftAct } from './acts/drift';
import { registryAct } from './acts/registry';
import { repositoriesAct } from './acts/repositories';
import { APP, EXAMPLE, installInApp } from './install';
import type { Stage } from './stage';
import { bold, green, red, say, seconds, step } from './terminal';
import { startEmulators, type Emulators } from '../../test/support/emulators';
import { cdk } from '../../test/support/emulators/cdk';
import { Failure } from '../../test/support/emulators/failure';
import { virtualEnvironment } from '../../test/support/emulators/virtual-environment';

const ACTS: ReadonlyArray<readonly [title: string, play: (stage: Stage) => Promise<boolean>]> = [
  ['Single repositories: declared, changed, restored', repositoriesAct],
  ['A whole registry: one rule, an exception, a new repository', registryAct],
  ['Somebody changes a setting by hand', driftAct],
];

async function demo(keep: boolean): Promise<boolean> {
  const start = performance.now();
  await step('Python virtual environment .venv with ministack and moto', virtualEnvironment);
  const emulators = await step('Start moto (Amazon ECR) and ministack (the rest of AWS)', () => startEmulators({ keepable: keep }));
  const stage: Stage = {
    emulators,
    ecr: emulators.ecr(),
    cdk: (app, ...args) => step(`cdk ${args.join(' ')}`, () => cdk(args, { app, env: emulators.env })),
  };
  installInApp(EXAMPLE);
  installInApp(APP);
  await stage.cdk(EXAMPLE, 'bootstrap', `aws://${emulators.accountId}/${emulators.region}`);
  let ok = true;
  for (const [index, [title, play]] of ACTS.entries()) {
    say();
    say(bold(`${index + 1}. ${title}`));
    say();
    ok = await play(stage) && ok;
  }
  say(ok ? green(bold('Every state was the expected one.')) : red(bold('NOT every state was the expected one: see above.')));
  say(`In all ${seconds(performance.now() - start)}.`);
  if (keep) leave(emulators);
  else emulators.stop();
  return ok;
}

function leave(emulators: Emulators): void {
  say();
  say('The emulators go on running. The environment for the CDK CLI, the AWS CLI and the SDKs:');
  say();
  for (const [name, value] of Object.entries(emulators.env)) if (name.startsWith('AWS_')) say(`  export ${name}='${value}'`);
  say();
  say(`Then for example: (cd '${EXAMPLE}' && npx cdk deploy)`);
  say('To stop them and remove their files:');
  say();
  say(`  ${emulators.keep()}`);
}

async function main(): Promise<void> {
  // Otherwise each SDK client may warn about the end of support for this Node, in the middle of a line.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  process.exit(await demo(isKeepAsked()) ? 0 : 1);
}

function isKeepAsked(): boolean {
  try {
    return parseArgs({ options: { keep: { type: 'boolean', default: false } } }).values.keep;
  } catch (error) {
    throw new Failure(`${(error as Error).message}. The demo knows --keep only.`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Failure ? red(error.message) : error);
  process.exit(1);
});
