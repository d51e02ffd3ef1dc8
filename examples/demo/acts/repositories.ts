import type { ECRClient } from '@aws-sdk/client-ecr';
import { createRepositories, demoRepositories, MOVING_TAGS, OWNERS_TAGS, type DemoRepository } from './repositories-of-teams';
import { push, recordOf, settingsOf, tagsOf } from '../../../test/support/emulators/ecr';
import { EXAMPLE } from '../install';
import type { Stage } from '../stage';
import { table } from '../table';
import { green, red, say, step } from '../terminal';

/** Single repositories: declared, changed and restored. */
export async function repositoriesAct({ emulators, ecr, cdk }: Stage): Promise<boolean> {
  const repositories = demoRepositories(emulators.accountId, emulators.region);
  await step(`Create ${repositories.length} repositories, as other teams would`, () => createRepositories(ecr, repositories));

  await cdk(EXAMPLE, 'deploy', '--require-approval', 'never');
  const declared = await show(ecr, repositories, ({ declared: settings }) => settings);
  const locked = await tryPushes(ecr, [
    ['team-a/api', 'v1.0.0', 'refused'],
    ['team-a/api', 'latest', 'accepted'],
    ['team-a/api', 'buildcache', 'accepted'],
    ['team-b/web', 'release-1', 'refused'],
    ['team-b/web', 'try-1', 'accepted'],
  ]);

  await cdk(EXAMPLE, 'deploy', '--require-approval', 'never', '--context', `movingTags=${MOVING_TAGS}`);
  const changed = await show(ecr, repositories, ({ changed: settings }) => settings);
  const relocked = await tryPushes(ecr, [
    ['team-a/api', 'buildcache', 'refused'],
    ['team-a/api', 'dev-1', 'accepted'],
  ]);

  await cdk(EXAMPLE, 'destroy', '--force');
  const restored = await show(ecr, repositories, () => undefined);
  const clean = await showTags(ecr, repositories);
  return declared && locked && changed && relocked && restored && clean;
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
