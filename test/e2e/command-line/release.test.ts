import { Registry } from './registry';
import { FILTERED, IMMUTABLE, LOCKED } from '../../support/settings';
import { declarationIdOf } from '../../support/test-operation';
import { shared } from '../shared';

const registry = shared(() => Registry.start());
afterEach(() => registry().clear());

const declarations = (stdout: string): Record<string, unknown>[] => JSON.parse(stdout).declarations;

test('a stack that is gone: shown, restored, and no trace left', async () => {
  await registry().create('team-a/api', FILTERED);
  await registry().create('team-a/web');
  const { id, remove } = await registry().deploy('platform', 'Tags');
  await registry().declare('team-a/web', id, LOCKED);
  await remove();
  const { code, stdout, stderr } = await registry().run(['release', '--yes']);
  expect(stdout.trim().split('\n')).toEqual([
    'Repository  Declared by  Deployment     Has                                    Will have',
    'team-a/web  platform     stack is gone  IMMUTABLE_WITH_EXCLUSION latest dev-*  MUTABLE',
    '1 restored.',
  ]);
  expect([code, stderr, await registry().now('team-a/web'), await registry().now('team-a/api')]).toEqual([0, '', ['MUTABLE', 0], ['MUTABLE_WITH_EXCLUSION prod-*', 0]]);
});

test('a rule: all of its repositories, but one that another stack declares as well keeps that declaration', async () => {
  const { id: rule, remove } = await registry().deploy('platform', 'Rule');
  const { id: other } = await registry().deploy('team-a', 'Tags');
  for (const name of ['team-a/api', 'team-a/web', 'team-b/api']) {
    await registry().create(name);
    await registry().declareByRule(name, rule, IMMUTABLE);
  }
  await registry().declare('team-a/web', other, LOCKED);
  await remove();
  const { code, stdout } = await registry().run(['release', '--yes', '--json']);
  expect(declarations(stdout).map(({ repository, stack, deployment, outcome }) => [repository, stack, deployment, outcome])).toEqual(
    ['team-a/api', 'team-a/web', 'team-b/api'].map((name) => [name, 'platform', 'stack is gone', 'released']));
  expect([code, await registry().now('team-a/api'), await registry().now('team-a/web'), await registry().now('team-b/api')])
    .toEqual([0, ['MUTABLE', 0], ['IMMUTABLE_WITH_EXCLUSION dev-* latest', 3], ['MUTABLE', 0]]);
});

test('a release that died half way: what it left tells its stack by the ownership tag', async () => {
  const { id, remove } = await registry().deploy('platform', 'Tags');
  await registry().create('team-a/web');
  await registry().declare('team-a/web', id, IMMUTABLE);
  await registry().forget('team-a/web', ':declared');
  await remove();
  const { code, stdout } = await registry().run(['release', '--yes', '--json', '--stack', 'platform']);
  expect([code, declarations(stdout)]).toEqual([0, [expect.objectContaining({ stack: 'platform', deployment: 'stack is gone', outcome: 'released' })]]);
  expect(await registry().now('team-a/web')).toEqual(['MUTABLE', 0]);
});

test('what CloudFormation skipped is released, and what is deployed stays, unless told otherwise', async () => {
  const { id: deployed } = await registry().deploy('platform', 'Tags');
  const skipped = { ...deployed, logicalId: 'Skipped' };
  await registry().create('team-a/api');
  await registry().create('team-a/web');
  await registry().declare('team-a/api', deployed, LOCKED);
  await registry().declare('team-a/web', skipped, LOCKED);
  const { stdout } = await registry().run(['release', '--yes', '--json']);
  expect(declarations(stdout)).toEqual([expect.objectContaining({ repository: 'team-a/web', deployment: 'not in its stack', outcome: 'released' })]);
  expect([await registry().now('team-a/api'), await registry().now('team-a/web')]).toEqual([['IMMUTABLE_WITH_EXCLUSION dev-* latest', 3], ['MUTABLE', 0]]);

  expect((await registry().run(['release', '--yes'])).stdout).toMatch(/^There is nothing to release/);
  expect(await registry().run(['release', '--yes', '--even-if-deployed'])).toMatchObject({ code: 1, stderr: expect.stringContaining('by --stack') });
  const told = await registry().run(['release', '--yes', '--json', '--even-if-deployed', '--stack', 'platform']);
  expect(declarations(told.stdout)).toEqual([expect.objectContaining({ repository: 'team-a/api', deployment: 'deployed', outcome: 'released' })]);
  expect(await registry().now('team-a/api')).toEqual(['MUTABLE', 0]);
});

test('a stack that was created anew under the name is another one', async () => {
  const { id, remove } = await registry().deploy('platform', 'Tags');
  await registry().create('team-a/web');
  await registry().declare('team-a/web', id, LOCKED);
  await remove();
  await registry().deploy('platform', 'Tags');
  expect(declarations((await registry().run(['release', '--yes', '--json'])).stdout)).toEqual([expect.objectContaining({ deployment: 'stack is gone', outcome: 'released' })]);
});

test('a retained declaration is forgotten: its record goes, its settings stay', async () => {
  await registry().create('team-a/web');
  await registry().declare('team-a/web', declarationIdOf('gone'), LOCKED);
  const { code, stdout } = await registry().run(['release', '--forget', '--yes']);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^team-a\/web +gone +stack is gone +IMMUTABLE_WITH_EXCLUSION latest dev-\* +the same\n1 forgotten\.\n$/m)]);
  expect(await registry().now('team-a/web')).toEqual(['IMMUTABLE_WITH_EXCLUSION dev-* latest', 0]);
});

test('nobody is asked where nobody is there, and nothing is changed', async () => {
  await registry().create('team-a/web');
  await registry().declare('team-a/web', declarationIdOf('gone'), LOCKED);
  const { code, stdout, stderr } = await registry().run(['release']);
  expect([code, stdout, stderr]).toEqual([1, expect.stringContaining('stack is gone'), 'error: nobody is there to ask. Add --yes to go on without\n']);
  expect(await registry().now('team-a/web')).toEqual(['IMMUTABLE_WITH_EXCLUSION dev-* latest', 3]);
});

test.each([['y', ['MUTABLE', 0], '1 restored.'], ['n', ['IMMUTABLE_WITH_EXCLUSION dev-* latest', 3], '1 not touched.']])('asked, and answered by %s', async (answer, now, said) => {
  await registry().create('team-a/web');
  await registry().declare('team-a/web', declarationIdOf('gone'), LOCKED);
  const { stdout } = await registry().runInTerminal(['release'], 120, `${answer}\n`);
  expect(stdout).toContain('Release 1 declaration? [y/N]');
  expect(stdout).toContain(said);
  expect(await registry().now('team-a/web')).toEqual(now);
});

test('without permission to ask CloudFormation nothing is released', async () => {
  await registry().create('team-a/web');
  await registry().declare('team-a/web', declarationIdOf('gone'), LOCKED);
  registry().aws.fault = (operation) => operation === 'DescribeStacks' ? { error: 'AccessDenied', message: 'not you' } : undefined;
  const { code, stdout, stderr } = await registry().run(['release', '--yes']);
  expect([code, stdout]).toEqual([1, expect.stringMatching(/^There is nothing to release/)]);
  expect(stderr).toContain('warning: cloudformation:DescribeStacks failed: ');
  expect(stderr).toContain('warning: of 1 declaration it is not known whether their stack still has them.');
  expect(await registry().now('team-a/web')).toEqual(['IMMUTABLE_WITH_EXCLUSION dev-* latest', 3]);
});

test('one repository that refuses does not keep the others from their settings', async () => {
  for (const name of ['team-a/api', 'team-a/web']) {
    await registry().create(name);
    await registry().declare(name, declarationIdOf('gone'), LOCKED);
  }
  let puts = 0;
  registry().aws.fault = (operation) => operation === 'PutImageTagMutability' && ++puts === 1 ? { error: 'AccessDeniedException', message: 'not you' } : undefined;
  const { code, stdout, stderr } = await registry().run(['release', '--yes']);
  expect([code, stdout.split('\n').slice(-3, -1)]).toEqual([1, ['1 restored.', '1 not touched.'].join(' ').split(/(?<=\.) /)]);
  expect(stderr).toMatch(/^warning: release of team-a\/(api|web) failed: no permission \(not you\)\n$/);
  const states = [await registry().now('team-a/api'), await registry().now('team-a/web')];
  expect(states).toContainEqual(['MUTABLE', 0]);
});
