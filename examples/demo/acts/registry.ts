import { CreateRepositoryCommand, DescribeRepositoriesCommand, type ECRClient } from '@aws-sdk/client-ecr';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { Emulators } from '../../../test/support/emulators';
import { runAwsCommands } from '../../../test/support/emulators/aws-cli';
import { physicalIds } from '../../../test/support/emulators/cloudformation';
import { recordOf } from '../../../test/support/emulators/ecr';
import { APP } from '../install';
import type { Stage } from '../stage';
import { bold, green, red, say, step } from '../terminal';

const CACHE = 'shop/build-cache';
const EXCEPTION = 'shop/checkout';
const NEW = 'shop/new-service';
const SERVICES = Array.from({ length: 48 }, (_, index) => `shop/service-${index + 1}`);
const REPOSITORIES = [EXCEPTION, CACHE, ...SERVICES];

/** What the repositories of the shop had before: every other one its own setting. */
const before = (index: number) => index % 2 === 0 ? 'MUTABLE' : 'IMMUTABLE_WITH_EXCLUSION';

/** A rule over a registry of 50 repositories, an exception from it, and a repository that comes later. */
export async function registryAct({ emulators, ecr, cdk }: Stage): Promise<boolean> {
  await step(`Create ${REPOSITORIES.length} repositories`, () => Promise.all(REPOSITORIES.map((name, index) => create(ecr, name, before(index)))));
  const original = await settings(ecr);

  await cdk(APP, 'deploy', 'Platform', '--require-approval', 'never');
  await cdk(APP, 'deploy', 'Checkout', '--require-approval', 'never');
  const locked = await show(ecr, {
    ...count(SERVICES, 'IMMUTABLE'), [EXCEPTION]: 'IMMUTABLE_WITH_EXCLUSION latest', [CACHE]: original[CACHE]!,
  });

  // The emulators have no CloudTrail, so that the event is delivered by hand.
  await step(`Create ${NEW}, and deliver CloudTrail's event to the rule's target`, async () => {
    await create(ecr, NEW, 'MUTABLE');
    await announce(emulators, NEW);
  });
  const covered = await show(ecr, { [NEW]: 'IMMUTABLE' });

  await cdk(APP, 'destroy', 'Checkout', '--force');
  const back = await show(ecr, { [EXCEPTION]: 'IMMUTABLE' });
  await cdk(APP, 'destroy', 'Platform', '--force');
  const restored = await show(ecr, { ...original, [NEW]: 'MUTABLE' });
  const records = (await Promise.all([...REPOSITORIES, NEW].map((name) => recordOf(ecr, name)))).flat();
  say(`${records.length} tags of the library are left, ${records.length === 0 ? green('as expected') : red('NOT AS EXPECTED')}`);
  return locked && covered && back && restored && records.length === 0;
}

async function create(ecr: ECRClient, repositoryName: string, imageTagMutability: 'MUTABLE' | 'IMMUTABLE_WITH_EXCLUSION'): Promise<void> {
  await ecr.send(new CreateRepositoryCommand({
    repositoryName,
    imageTagMutability,
    imageTagMutabilityExclusionFilters: imageTagMutability === 'MUTABLE' ? undefined : [{ filterType: 'WILDCARD', filter: 'dev-*' }],
  }));
}

const count = (names: readonly string[], setting: string) => Object.fromEntries(names.map((name) => [name, setting]));

/** The settings of all repositories of the shop, each in one line. */
async function settings(ecr: ECRClient): Promise<Record<string, string>> {
  const { repositories = [] } = await ecr.send(new DescribeRepositoriesCommand({}));
  return Object.fromEntries(repositories.filter(({ repositoryName }) => repositoryName?.startsWith('shop/')).map((repository) => [
    repository.repositoryName,
    [repository.imageTagMutability, ...(repository.imageTagMutabilityExclusionFilters ?? []).map(({ filter }) => filter)].join(' '),
  ]));
}

/** Says how many repositories have each setting, and whether these have what is expected. */
async function show(ecr: ECRClient, expected: Readonly<Record<string, string>>): Promise<boolean> {
  const now = await settings(ecr);
  say();
  for (const setting of new Set(Object.values(now))) {
    const names = Object.keys(now).filter((name) => now[name] === setting);
    say(`  ${bold(setting)}: ${names.length === 1 ? names[0] : `${names.length} repositories, such as ${names[0]}`}`);
  }
  const wrong = Object.keys(expected).filter((name) => now[name] !== expected[name]);
  say(wrong.length === 0 ? green('  as expected') : red(`  NOT AS EXPECTED: ${wrong.join(', ')}`));
  say();
  return wrong.length === 0;
}

/** Invokes the function with what EventBridge makes of the event that a repository was created. */
async function announce(emulators: Emulators, repositoryName: string): Promise<void> {
  const [[rule], [FunctionName]] = await Promise.all(['AWS::Events::Rule', 'AWS::Lambda::Function'].map((type) => physicalIds(emulators.cloudFormation, 'Platform', type)));
  const { Targets: [{ InputTransformer: { InputPathsMap, InputTemplate } }] } = JSON.parse(
    await runAwsCommands(emulators, `aws events list-targets-by-rule --rule ${rule} --output json`),
  ) as { Targets: [{ InputTransformer: { InputPathsMap: Record<string, string>; InputTemplate: string } }] };
  const Payload = InputTemplate.replace(`<${Object.keys(InputPathsMap)[0]}>`, JSON.stringify(repositoryName));
  await emulators.lambda.send(new InvokeCommand({ FunctionName, Payload }));
}
