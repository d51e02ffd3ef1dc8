import { DeleteRepositoryCommand, PutImageTagMutabilityCommand, TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-ecr';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { RemovalPolicy } from 'aws-cdk-lib';
import { Code, Function, determineLatestNodeRuntime } from 'aws-cdk-lib/aws-lambda';
import { createStack, physicalIds } from '../../support/emulators/cloudformation';
import { recordOf, tagsOf } from '../../support/emulators/ecr';
import { publishedTemplate } from '../../support/emulators/template';
import { Account } from '../account';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE } from '../settings';
import { shared } from '../shared';

const account = shared(() => Account.start());

test.concurrent('functions run on the Node.js that these tests are run for', async () => {
  const { emulators } = account();
  const template = await publishedTemplate(emulators, 'version', (stack) => {
    new Function(stack, 'Function', {
      runtime: determineLatestNodeRuntime(stack), handler: 'index.handler', code: Code.fromInline('exports.handler = async () => process.version;'),
    });
  });
  await createStack(emulators.cloudFormation, 'version', template);
  const [FunctionName] = await physicalIds(emulators.cloudFormation, 'version', 'AWS::Lambda::Function');
  const { Payload } = await emulators.lambda.send(new InvokeCommand({ FunctionName }));
  const { LAMBDA_NODE = '24' } = process.env;
  expect(JSON.parse(Payload!.transformToString())).toMatch(LAMBDA_NODE === 'own' ? process.version : `v${LAMBDA_NODE}.`);
});

test.concurrent('create, update and delete: the settings are the declared ones, then the original with its filters again', async () => {
  const repository = await account().repository(FILTERED);
  const stack = await account().stack().create({ repository, settings: LOCKED });
  expect(await account().now(repository)).toEqual([LOCKED, 3]);
  await stack.update({ repository, settings: IMMUTABLE });
  expect(await account().now(repository)).toEqual([IMMUTABLE, 3]);
  await stack.remove();
  expect(await account().now(repository)).toEqual([FILTERED, 0]);
  expect(await tagsOf(account().emulators.ecr(), repository)).toEqual({ owner: 'team' });
});

test.concurrent('a repository that does not exist: the stack\'s reason names it', async () => {
  await expect(account().stack().create({ repository: 'team-y/missing', settings: LOCKED }))
    .rejects.toThrow(/team-y\/missing.*eu-west-1.*RepositoryNotFoundException/);
});

test.concurrent('a repository deleted before its stack: the stack is deleted all the same', async () => {
  const repository = await account().repository(MUTABLE);
  const stack = await account().stack().create({ repository, settings: LOCKED });
  await account().emulators.ecr().send(new DeleteRepositoryCommand({ repositoryName: repository }));
  await expect(stack.remove()).resolves.toBeUndefined();
});

test.concurrent('a repository in another region', async () => {
  const region = 'us-west-2';
  const repository = await account().repository(IMMUTABLE, region);
  const stack = await account().stack().create({ repository, region, settings: LOCKED });
  expect(await account().now(repository, region)).toEqual([LOCKED, 3]);
  await stack.remove();
  expect(await account().now(repository, region)).toEqual([IMMUTABLE, 0]);
});

test.concurrent('RETAIN leaves the setting when the stack goes', async () => {
  const repository = await account().repository(MUTABLE);
  const stack = await account().stack().create({ repository, settings: LOCKED, removalPolicy: RemovalPolicy.RETAIN });
  await stack.remove();
  expect(await account().now(repository)).toEqual([LOCKED, 3]);
});

describe('the record is erased by others', () => {
  const erase = async (repository: string) => account().emulators.ecr().send(new UntagResourceCommand({
    resourceArn: account().arn(repository),
    tagKeys: await recordOf(account().emulators.ecr(), repository),
  }));

  test.concurrent('before an update, then a delete: the original is known from the physical id', async () => {
    const repository = await account().repository(FILTERED);
    const stack = await account().stack().create({ repository, settings: LOCKED });
    await erase(repository);
    await stack.update({ repository, settings: IMMUTABLE });
    expect(await account().now(repository)).toEqual([IMMUTABLE, 3]);
    await stack.remove();
    expect(await account().now(repository)).toEqual([FILTERED, 0]);
  });

  test.concurrent('before a delete: the original comes back', async () => {
    const repository = await account().repository(FILTERED);
    const stack = await account().stack().create({ repository, settings: LOCKED });
    await erase(repository);
    await stack.remove();
    expect(await account().now(repository)).toEqual([FILTERED, 0]);
  });

  test.concurrent('before a delete, and something else was set: that stays', async () => {
    const repository = await account().repository(FILTERED);
    const stack = await account().stack().create({ repository, settings: LOCKED });
    await erase(repository);
    await account().emulators.ecr().send(new PutImageTagMutabilityCommand({ repositoryName: repository, imageTagMutability: 'MUTABLE' }));
    await stack.remove();
    expect(await account().now(repository)).toEqual([MUTABLE, 0]);
  });
});

test.concurrent('failIfSuperseded: a rename under another stack\'s newer declaration fails and is rolled back', async () => {
  const repository = await account().repository(FILTERED);
  const older = await account().stack().create({ repository, settings: IMMUTABLE, failIfSuperseded: true });
  const newer = await account().stack().create({ repository, settings: LOCKED, failIfSuperseded: true });
  await expect(older.update({ id: 'Renamed', repository, settings: MUTABLE, failIfSuperseded: true }))
    .rejects.toThrow(/UPDATE_ROLLBACK_COMPLETE.*failIfSuperseded is set, and the stack stack-\d+ has a newer declaration/);
  expect(await account().now(repository)).toEqual([LOCKED, 6]);
  await newer.remove();
  expect(await account().now(repository)).toEqual([IMMUTABLE, 3]);
  await older.remove();
  expect(await account().now(repository)).toEqual([FILTERED, 0]);
});

test.concurrent('a repository whose tags are full: the create fails with the reason, the settings stay', async () => {
  const repository = await account().repository(MUTABLE);
  await account().emulators.ecr().send(new TagResourceCommand({
    resourceArn: account().arn(repository),
    tags: Array.from({ length: 48 }, (_, tag) => ({ Key: `tag-${tag}`, Value: 'x' })),
  }));
  await expect(account().stack().create({ repository, settings: LOCKED })).rejects.toThrow(/52 tags.*takes 50/);
  expect(await account().now(repository)).toEqual([MUTABLE, 0]);
});
