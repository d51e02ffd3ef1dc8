/**
 * The repository of the integration tests, which no stack of theirs may own. With the credentials and the region of the environment:
 *
 *   integ-repository.ts create NAME            makes it, as others would
 *   integ-repository.ts expect-put-back NAME   fails unless it is as it was made, and removes it
 */
import { deepStrictEqual } from 'node:assert';
import { CreateRepositoryCommand, DeleteRepositoryCommand, DescribeRepositoriesCommand, ECRClient, ListTagsForResourceCommand } from '@aws-sdk/client-ecr';

const TAGS = [{ Key: 'owner', Value: 'another-team' }];

const ecr = new ECRClient();
const [command, repositoryName = ''] = process.argv.slice(2);

async function create(): Promise<void> {
  await ecr.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability: 'MUTABLE', tags: TAGS }));
}

async function expectPutBack(): Promise<void> {
  const { repositories: [repository] = [] } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }));
  const { tags } = await ecr.send(new ListTagsForResourceCommand({ resourceArn: repository.repositoryArn }));
  await ecr.send(new DeleteRepositoryCommand({ repositoryName }));
  deepStrictEqual({ mutability: repository.imageTagMutability, tags }, { mutability: 'MUTABLE', tags: TAGS });
}

const commands: Record<string, () => Promise<void>> = { 'create': create, 'expect-put-back': expectPutBack };
commands[command]().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
