import { parseArgs } from 'node:util';
import type { ECRClient } from '@aws-sdk/client-ecr';
import { EXAMPLE, installInExample } from './example';
import { createRepositories, demoRepositories, MOVING_TAGS, OWNERS_TAGS, type DemoRepository } from './repositories';
import { table } from './table';
import { bold, green, red, say, seconds, step } from './terminal';
import { startEmulators, type Emulators } from '../../test/support/emulators';
import { cdk } from '../../test/support/emulators/cdk';
import { push, recordOf, settingsOf, tagsOf } from '../../test/support/emulators/ecr';
import { Failure } from '../../test/support/emulators/failure';
import { virtualEnvironment } from '../../test/support/emulators/virtual-environment';

async function demo(keep: boolean): Promise<boolean> {
  const start = performance.now();
  await step('Python virtual environment .venv with ministack and moto', virtualEnvironment);
  const emulators = await step('Start moto (Amazon ECR) and ministack (the rest of AWS)', () => startEmulators({ keepable: keep }));
  const ecr = emulators.ecr();
  const repositories = demoRepositories(emulators.accountId, emulators.region);
  const runCdk = (...args: string[]) => step(`cdk ${args.join(' ')}`, () => cdk(args, { app: EXAMPLE, env: emulators.env }));

  await step(`Create ${repositories.length} repositories, as other teams would`, () => createRepositories(ecr, repositories));
  installInExample();
  await runCdk('bootstrap', `aws://${emulators.accountId}/${emulators.region}`);

  await runCdk('deploy', '--require-approval', 'never');
  const declared = await show(ecr, repositories, ({ declared: settings }) => settings);
  const locked = await tryPushes(ecr, [
    ['team-a/api', 'v1.0.0', 'refused'],
    ['team-a/api', 'latest', 'accepted'],
    ['team-a/api', 'buildcache', 'accepted'],
    ['team-b/web', 'release-1', 'refused'],
    ['team-b/web', 'try-1', 'accepted'],
  ]);

  await runCdk('deploy', '--require-approval', 'never', '--context', `movingTags=${MOVING_TAGS}`);
  const changed = await show(ecr, repositories, ({ changed: settings }) => settings);
  const relocked = await tryPushes(ecr, [
    ['team-a/api', 'buildcache', 'refused'],
    ['team-a/api', 'dev-1', 'accepted'],
  ]);

  await runCdk('destroy', '--force');
  const restored = await show(ecr, repositories, () => undefined);
  const clean = await showTags(ecr, repositories);

  const ok = declared && locked && changed && relocked && restored && clean;
  say(ok ? green(bold('Every state was the expected one.')) : red(bold('NOT every state was the expected one: see above.')));
  say(`In all ${seconds(performance.now() - start)}.`);
  if (keep) leave(emulators);
  else emulators.stop();
  return ok;
}

async function show(
  ecr: ECRClient, repositories: readonly DemoRepository[], declared: (repository: DemoRepository) => DemoRepository['declared'] | undefined,
): Promise<boolean> {
  return table(await Promise.all(repositories.map(async (repository) => ({
    name: repository.name,
    before: repository.before,
    declared: declared(repository),
    now: await settingsOf(ecr, repository.name),
  }))));
}

/** Pushes two images under each tag, since the first push of a new tag goes through in any case. */
async function tryPushes(ecr: ECRClient, tries: ReadonlyArray<readonly [repository: string, tag: string, expected: 'accepted' | 'refused']>): Promise<boolean> {
  let allExpected = true;
  for (const [repository, tag, expected] of tries) {
    const refusal = await refusalOf(async () => {
      await push(ecr, repository, tag);
      await push(ecr, repository, tag);
    });
    const result = refusal === undefined ? 'accepted' : 'refused';
    allExpected &&= result === expected;
    say(`push ${repository}:${tag} again: ${result}, ${result === expected ? green('as expected') : red(`NOT AS EXPECTED (${expected})`)}`);
    if (refusal) say(`  ${refusal.name}: ${refusal.message}`);
  }
  say();
  return allExpected;
}

async function refusalOf(action: () => Promise<void>): Promise<Error | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (error instanceof Error && /^Image(Tag)?AlreadyExistsException$/.test(error.name)) return error;
    throw error;
  }
}

async function showTags(ecr: ECRClient, repositories: readonly DemoRepository[]): Promise<boolean> {
  let clean = true;
  for (const { name } of repositories) {
    const left = await recordOf(ecr, name);
    const tags = await tagsOf(ecr, name);
    const expected = left.length === 0 && JSON.stringify(tags) === JSON.stringify(OWNERS_TAGS);
    clean &&= expected;
    say(`tags of ${name}: ${JSON.stringify(tags)}, ${left.length} of the library, ${expected ? green('as expected') : red('NOT AS EXPECTED')}`);
  }
  say();
  return clean;
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
