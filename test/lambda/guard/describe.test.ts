import { Repository, parseRepositoryArn } from '../../../lambda/ecr/repository';
import { describeAll } from '../../../lambda/guard/describe';
import { named } from '../../support/fake-ecr';
import { LOCKED } from '../../support/settings';

const repository = (name: string, region = 'eu-west-1'): Repository => parseRepositoryArn(`arn:aws:ecr:${region}:111122223333:repository/${name}`)!;
const many = (count: number, region?: string) => Array.from({ length: count }, (_, index) => repository(`team-a/api-${index}`, region));

/** ECR, in which some repositories are missing. */
function registry(...missing: string[]) {
  const calls: string[][] = [];
  const describe = async (repositories: readonly Repository[]) => {
    calls.push(repositories.map(({ name }) => name));
    if (repositories.some(({ name }) => missing.includes(name))) {
      throw named('RepositoryNotFoundException', 'one of them is missing');
    }
    return new Map(repositories.map(({ name }) => [name, LOCKED]));
  };
  return { calls, describe };
}

test('100 names in a call, of one registry and region', async () => {
  const { calls, describe } = registry();
  const found = await describeAll({ describe }, [...many(250), ...many(3, 'us-east-1')]);
  expect(calls.map(({ length }) => length)).toEqual([100, 100, 50, 3]);
  expect(found.size).toBe(253);
});

test('one that is missing does not hide the others, and costs a few calls', async () => {
  const { calls, describe } = registry('team-a/api-41');
  const found = await describeAll({ describe }, many(100));
  expect([found.size, found.has(repository('team-a/api-41').arn)]).toEqual([99, false]);
  expect(calls.length).toBeLessThan(16);
});

test('where all are missing, none is found', async () => {
  const { describe } = registry(...many(10).map(({ name }) => name));
  expect(await describeAll({ describe }, many(10))).toEqual(new Map());
});

test('nothing is asked where there is nothing to ask for', async () => {
  const { calls, describe } = registry();
  expect([await describeAll({ describe }, []), calls]).toEqual([new Map(), []]);
});

test('another error is the reason for each of its call, and so is a repository of which ECR says nothing', async () => {
  const describe = async ([{ region }]: readonly Repository[]) => {
    if (region === 'us-east-1') {
      throw named('AccessDeniedException', 'not authorized');
    }
    return new Map();
  };
  const found = await describeAll({ describe }, [...many(1), ...many(2, 'us-east-1')]);
  expect([...found.values()].map((error) => (error as Error).message)).toEqual([
    'DescribeRepositories answered nothing for team-a/api-0',
    'DescribeRepositories failed: AccessDeniedException: not authorized',
    'DescribeRepositories failed: AccessDeniedException: not authorized',
  ]);
});
