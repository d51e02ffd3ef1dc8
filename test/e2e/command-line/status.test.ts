import { Registry } from './registry';
import { arnOf } from '../../support/cloudtrail-events';
import { IMMUTABLE, LOCKED, MUTABLE } from '../../support/settings';
import { shared } from '../shared';

const registry = shared(() => Registry.start());
afterEach(() => registry().clear());

/** Two repositories as declared, one by two stacks, and two of nobody's. */
async function declareSome() {
  for (const name of ['team-a/api', 'team-a/web', 'team-b/api', 'team-b/cache']) await registry().create(name);
  await registry().declare('team-a/api', 'team-a', LOCKED);
  await registry().declare('team-b/api', 'team-a', IMMUTABLE, 1);
  await registry().declare('team-b/api', 'platform', LOCKED, 2);
}

const PLAIN = [
  'Repository  Drift  Has                                    Should have                            Original  Declared by',
  'team-a/api  -      IMMUTABLE_WITH_EXCLUSION latest dev-*  IMMUTABLE_WITH_EXCLUSION latest dev-*  MUTABLE   team-a',
  'team-b/api  -      IMMUTABLE_WITH_EXCLUSION latest dev-*  IMMUTABLE_WITH_EXCLUSION latest dev-*  MUTABLE   team-a platform (holds)',
];

test('what is declared, by few calls where nothing has drifted', async () => {
  await declareSome();
  registry().aws.tags = await registry().tags();
  const { code, stdout, stderr } = await registry().run(['status']);
  expect(stdout.split('\n').slice(0, 5)).toEqual([...PLAIN, '', '2 repositories have declarations, and no drift.']);
  expect([code, stderr, registry().aws.calls]).toEqual([0, '', ['DescribeRepositories', 'GetResources']]);
});

test('drift exits with 2, in the table and in the JSON', async () => {
  await declareSome();
  await registry().put('team-a/api', MUTABLE);
  registry().aws.tags = await registry().tags();
  const table = await registry().run(['status']);
  expect(table.code).toBe(2);
  expect(table.stdout).toMatch(/^team-a\/api +settings +MUTABLE +IMMUTABLE_WITH_EXCLUSION latest dev-\* +MUTABLE +team-a$/m);
  const { code, stdout } = await registry().run(['status', '--json']);
  expect([code, JSON.parse(stdout)]).toEqual([2, expect.objectContaining({ region: 'eu-west-1', drifted: 1, problems: [] })]);
  expect(JSON.parse(stdout).repositories[0]).toMatchObject({
    repository: 'team-a/api',
    arn: arnOf('team-a/api'),
    has: { imageTagMutability: 'MUTABLE', imageTagMutabilityExclusionFilters: [] },
    shouldHave: { imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', imageTagMutabilityExclusionFilters: ['latest', 'dev-*'] },
    original: { imageTagMutability: 'MUTABLE' },
    declaredBy: [{ stack: 'team-a', holds: true }],
    drift: ['settings'],
    compliance: { 'Security Hub ECR.2': 'fails', 'Prowler': 'fails' },
  });
});

test('drift that only the lagging Tagging API shows is none', async () => {
  await declareSome();
  registry().aws.tags = await registry().tags();
  // The stack has declared something else since.
  await registry().declare('team-a/api', 'team-a', IMMUTABLE);
  const { code, stdout } = await registry().run(['status', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).repositories[0]).toMatchObject({ drift: [], shouldHave: { imageTagMutability: 'IMMUTABLE' } });
  expect(registry().aws.calls).toEqual(['DescribeRepositories', 'GetResources', 'ListTagsForResource', 'DescribeRepositories']);
});

test.each([
  ['is refused', { error: 'AccessDeniedException', message: 'not you' }, 'tag:GetResources failed: no permission (not you). Each repository is asked'],
  ['knows no repository', undefined, ''],
])('where the Tagging API %s, each repository is asked', async (_, fault, note) => {
  await declareSome();
  registry().aws.fault = (operation) => operation === 'GetResources' ? fault : undefined;
  const { code, stdout, stderr } = await registry().run(['status']);
  expect([code, stdout.split('\n').slice(0, 3)]).toEqual([0, PLAIN]);
  expect(stderr).toContain(note);
  expect(registry().aws.calls.filter((call) => call === 'ListTagsForResource')).toHaveLength(4);
});

test('where one repository may not be read, the others are shown, and the exit code is 1', async () => {
  await declareSome();
  let reads = 0;
  const denied = { error: 'AccessDeniedException', message: 'not you' };
  registry().aws.fault = (operation) => operation === 'ListTagsForResource' && ++reads === 1 ? denied : undefined;
  const { code, stdout, stderr } = await registry().run(['status', '--repository-filter', 'team-*', '--json']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout).problems).toEqual([
    'ecr:ListTagsForResource failed: no permission (not you)',
    'the declarations of 1 of 4 repositories are not known (ecr:ListTagsForResource: AccessDeniedException)',
  ]);
  expect(stderr.trim().split('\n').map((line) => line.slice(0, 9))).toEqual(['warning: ', 'warning: ']);
});

test('filters choose the repositories', async () => {
  await declareSome();
  const { stdout } = await registry().run(['status', '--json', '--repository-filter', 'team-*', '--exclude-repository-filter', '*-a/*']);
  expect(JSON.parse(stdout).repositories.map(({ repository }: { repository: string }) => repository)).toEqual(['team-b/api']);
});

test('a registry without declarations', async () => {
  await registry().create('team-a/api');
  expect(await registry().run(['status'])).toEqual({ code: 0, stdout: 'No repository has declarations.\n', stderr: '' });
});

describe('one clear line, and no stack trace', () => {
  const withEnv = (more: Record<string, string | undefined>) =>
    Object.fromEntries(Object.entries({ ...registry().env, ...more }).filter(([, value]) => value !== undefined)) as Record<string, string>;

  test.each([
    ['without credentials', { AWS_ACCESS_KEY_ID: undefined }, ['status'], 'error: no valid credentials (Could not load credentials from any providers). Sign in'],
    ['without a region', { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined }, ['status'], 'error: no region (Region is missing). Name one by --region'],
    ['with a profile that is not there', {}, ['status', '--profile', 'nobody'], 'error: profile nobody: no valid credentials ('],
    ['with a region that is none', {}, ['status', '--region', 'not a region'], 'error: ecr:DescribeRepositories failed: Error: Region not accepted'],
    ['where nobody answers', { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }, ['status'], 'error: ecr:DescribeRepositories failed: no answer (connect ECONNREFUSED 127.0.0.1:9)'],
  ])('%s', async (_, more, args, expected) => {
    const { code, stdout, stderr } = await registry().run(args, withEnv(more));
    expect([code, stdout, stderr.split('\n').length]).toEqual([1, '', 2]);
    expect(stderr).toContain(expected);
  });

  test.each([
    ['ExpiredTokenException', 'the session has expired. Sign in'],
    ['UnrecognizedClientException', 'AWS does not take these credentials in region eu-west-1'],
    ['AccessDeniedException', 'no permission (as the test wants it)'],
  ])('where ECR answers %s', async (error, expected) => {
    registry().aws.fault = () => ({ error, message: 'as the test wants it' });
    const { code, stdout, stderr } = await registry().run(['status']);
    expect([code, stdout, stderr.split('\n').length]).toEqual([1, '', 2]);
    expect(stderr).toContain(`error: ecr:DescribeRepositories failed: ${expected}`);
  });
});

test('many repositories: the reader of a pipe has seen enough, and terminals are narrow', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `team-${index}/${'api-'.repeat(20)}x`);
  await Promise.all(names.map(async (name) => {
    await registry().create(name);
    await registry().declare(name, 'platform', LOCKED);
  }));
  registry().aws.tags = await registry().tags();

  const piped = await registry().runInShell('"$NODE" "$COMMAND" status --json | head -n 1; echo done');
  expect([piped.stdout, piped.stderr]).toEqual(['{\ndone\n', '']);

  for (const width of [60, 120]) {
    const { code, stdout } = await registry().runInTerminal(['status'], width);
    expect([code, stdout]).toEqual([0, expect.stringContaining('Reading tags [')]);
    // Less the progress, which it has wiped away.
    const [table] = stdout.replace(/^.*\u001b\[2K/s, '').split('60 repositories have declarations');
    expect(table.split('\r\n').filter((line) => line.length > width)).toEqual([]);
    expect(table.match(/IMMUTABLE_WITH_EXCLUSION/g)).toHaveLength(120);
  }
});
