import { program } from '../../cli/program';

/** What the commands were called with, and what was printed instead. */
async function run(...args: string[]) {
  const calls: unknown[] = [];
  let printed = '';
  const action = (name: string) => async (options: unknown) => {
    calls.push([name, options]);
    return 0;
  };
  const commands = program({ status: action('status'), plan: action('plan'), release: action('release') }, () => {});
  const print = (text: string) => { printed += text; };
  [commands, ...commands.commands].forEach((command) => command.configureOutput({ writeOut: print, writeErr: print }));
  await commands.parseAsync(args, { from: 'user' }).catch(() => {});
  return { calls, printed };
}

const NONE = { json: false, repositoryFilter: [], excludeRepositoryFilter: [] };

test('without options', async () => {
  expect((await run('status')).calls).toEqual([['status', expect.objectContaining(NONE)]]);
  expect((await run('plan')).calls).toEqual([['plan', expect.objectContaining({ ...NONE, exclusionFilter: [], days: 7 })]]);
  expect((await run('release')).calls).toEqual([['release', expect.objectContaining({ ...NONE, forget: false, evenIfDeployed: false, yes: false })]]);
});

test('all options, those that may be repeated twice', async () => {
  const { calls } = await run('plan', '--repository-filter', 'a', '--repository-filter', 'b', '--exclude-repository-filter', 'c', '--exclude-repository-filter', 'd',
    '--image-tag-mutability', 'IMMUTABLE_WITH_EXCLUSION', '--exclusion-filter', 'e', '--exclusion-filter', 'f', '--days', '90', '--region', 'r', '--profile', 'p', '--json');
  expect(calls).toEqual([['plan', {
    repositoryFilter: ['a', 'b'],
    excludeRepositoryFilter: ['c', 'd'],
    exclusionFilter: ['e', 'f'],
    imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
    days: 90,
    region: 'r',
    profile: 'p',
    json: true,
  }]]);
});

test.each([
  [['plan', '--image-tag-mutabilities', 'IMMUTABLE'], 'error: unknown option \'--image-tag-mutabilities\'\n(Did you mean --image-tag-mutability?)'],
  [['plan', '--image-tag-mutability', 'immutable'], 'Allowed choices are MUTABLE, IMMUTABLE'],
  [['plan', '--days', '91'], 'It is 1 to 90.'],
  [['plan', '--days', '0'], 'It is 1 to 90.'],
  [['plan', '--days', '1.5'], 'It is 1 to 90.'],
  [['plan', '--app', 'cdk.out', '--exclusion-filter', 'a'], 'cannot be used with'],
  [['plan', '--app'], 'argument missing'],
  [['status', 'now'], 'too many arguments'],
  [['state'], 'unknown command \'state\'\n(Did you mean status?)'],
])('%j is refused', async (args, expected) => {
  const { calls, printed } = await run(...args);
  expect(calls).toEqual([]);
  expect(printed).toContain(expected);
});

test.each([['--help'], ['status', '--help'], ['plan', '--help'], ['release', '--help'], ['--version'], []])('%j explains', async (...args) => {
  const { calls, printed } = await run(...args);
  expect([calls, printed]).toEqual([[], expect.stringMatching(/Usage: cdk-ecr-tag-mutability|^\d+\.\d+\.\d+/)]);
});
