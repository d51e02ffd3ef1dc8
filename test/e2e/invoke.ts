/**
 * Runs the Lambda's source in this process, for a debugger: a create, then the delete, against emulated ECR.
 *
 *   npx tsx --inspect-brk test/e2e/invoke.ts IMMUTABLE_WITH_EXCLUSION latest 'dev-*'
 */
import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import { handler } from '../../lambda';
import { ENV_OWNERSHIP_TAG_KEY, ENV_OWNERSHIP_TAG_VALUE, TAG_PREFIX } from '../../src/shared/contract';
import { startEmulators, type Emulators } from '../support/emulators';
import { settingsOf, tagsOf } from '../support/emulators/ecr';
import { startHttpServer } from '../support/emulators/http-server';

const REPOSITORY = 'team-a/api';
const [mutability = 'IMMUTABLE', ...filters] = process.argv.slice(2);

async function main(): Promise<void> {
  const emulators = await startEmulators();
  const ecr = emulators.ecr();
  const { repository } = await ecr.send(new CreateRepositoryCommand({ repositoryName: REPOSITORY }));
  const arn = repository?.repositoryArn ?? '';
  const stackId = `arn:aws:cloudformation:${emulators.region}:${emulators.accountId}:stack/Invoke/1`;
  Object.assign(process.env, emulators.env, { [ENV_OWNERSHIP_TAG_KEY]: `${TAG_PREFIX}stack:000000000000`, [ENV_OWNERSHIP_TAG_VALUE]: stackId });

  for (const RequestType of ['Create', 'Delete']) {
    console.log(`\n${RequestType} is answered:`, await invoke({
      RequestType,
      StackId: stackId,
      RequestId: RequestType,
      LogicalResourceId: 'Tags',
      ...RequestType === 'Delete' && { PhysicalResourceId: arn },
      ResourceProperties: {
        RepositoryArn: arn,
        ImageTagMutability: mutability,
        ...filters.length > 0 && {
          ImageTagMutabilityExclusionFilters: filters.map((filter) => (
            { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: filter }
          )),
        },
      },
    }));
    await show(emulators);
  }
  emulators.stop();
}

/** Gives an event to the handler, as Lambda does, and takes the answer, as CloudFormation does. */
async function invoke(event: object): Promise<unknown> {
  let answer = '';
  const server = await startHttpServer((_, response, body) => {
    answer = body;
    response.end();
  });
  try {
    await handler({ ...event, ResponseURL: `${server.url}/` });
  } finally {
    server.stop();
  }
  return JSON.parse(answer);
}

async function show(emulators: Emulators): Promise<void> {
  console.log(`${REPOSITORY} has:`, await settingsOf(emulators.ecr(), REPOSITORY), await tagsOf(emulators.ecr(), REPOSITORY));
}

main().then(() => process.exit(0), (error: unknown) => {
  console.error(error);
  process.exit(1);
});
