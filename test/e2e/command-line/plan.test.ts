import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import { Registry } from './registry';
import { ImageTagMutability } from '../../../src';
import { batchDeleteImage, byRole, deleteRepository, digestOf, policyExecution, putImage } from '../../support/cloudtrail-events';
import { IMMUTABLE } from '../../support/settings';
import { shared } from '../shared';

const [A, B, C] = ['A', 'B', 'C'].map(digestOf);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** So many hours ago, in whole seconds. */
const ago = (hours: number) => Math.floor((Date.now() - hours * HOUR) / 1000) * 1000;

const registry = shared(() => Registry.start());
afterEach(() => registry().clear());

beforeEach(async () => {
  await registry().create('team-a/api');
  await registry().create('team-a/web', IMMUTABLE);
  await registry().create('team-a/build-cache');
});

/** A week of pushes, of which two moved `latest`, one a dev tag and one a release, and what makes others uncertain. */
function aWeek() {
  const mary = byRole('mary');
  return [
    putImage(ago(9 * 24), 'team-a/api', 'v2.0', A),
    putImage(ago(100), 'team-a/api', 'latest', A),
    putImage(ago(90), 'team-a/api', 'latest', B),
    putImage(ago(80), 'team-a/api', 'latest', C, mary),
    putImage(ago(79), 'team-a/api', 'latest', C),
    putImage(ago(70), 'team-a/api', 'dev-1', A),
    putImage(ago(60), 'team-a/api', 'dev-1', B),
    putImage(ago(50), 'team-a/api', 'v1.0', A),
    putImage(ago(49), 'team-a/api', 'v1.0', B),
    // Deleted before it is pushed again: by hand, by a lifecycle policy, with the repository.
    putImage(ago(40), 'team-a/api', 'v1.1', A),
    batchDeleteImage(ago(39), 'team-a/api', [{ imageTag: 'v1.1' }]),
    putImage(ago(38), 'team-a/api', 'v1.1', B),
    policyExecution(ago(37), 'team-a/api', [{ digest: B, tagList: ['v1.1'] }]),
    putImage(ago(36), 'team-a/api', 'v1.1', C),
    putImage(ago(30), 'team-a/build-cache', 'cache', A),
    deleteRepository(ago(29), 'team-a/build-cache'),
    putImage(ago(28), 'team-a/build-cache', 'cache', B),
    // What it was before the window is not known, nor after a call that failed.
    putImage(ago(20), 'team-a/api', 'v2.0', B),
    putImage(ago(10), 'team-a/api', 'v2.0', C, { errorCode: 'ImageTagAlreadyExistsException', responseElements: null }),
    putImage(ago(9), 'team-a/api', 'v2.0', C),
    // Of a repository that would not change.
    putImage(ago(8), 'team-a/web', 'latest', A),
    putImage(ago(7), 'team-a/web', 'latest', B),
  ];
}

test('what would change, and what would have been refused', async () => {
  registry().aws.events = aWeek();
  const { code, stdout, stderr } = await registry().run(['plan', '--image-tag-mutability', 'IMMUTABLE', '--repository-filter', 'team-a/*']);
  const [changes, pushes] = stdout.split(/\n(?=Pushes from)/);
  expect(changes.trim().split('\n')).toEqual([
    'Repository          Has      Would have',
    'team-a/api          MUTABLE  IMMUTABLE',
    'team-a/build-cache  MUTABLE  IMMUTABLE',
    '',
    '2 of 3 repositories would change.',
  ]);
  expect(pushes.trim().split('\n')).toEqual([
    expect.stringMatching(/^Pushes from [\dT:-]{19}Z to [\dT:-]{19}Z:$/),
    'Tags    Refused  Moved  Tags moved  Repositories  Pushed by',
    'latest  2        2      1           1             build (1) mary (1)',
    'dev-*   1        1      1           1             build (1)',
    'v1.*    1        1      1           1             build (1)',
    '15 pushed a tag. 4 would have been refused.',
    'Of 7 it is not known: CloudTrail does not tell whether the tag was on another image before.',
  ]);
  expect([code, stderr]).toEqual([0, '']);
});

test('the JSON has the same, and filters leave what they do not exclude', async () => {
  registry().aws.events = aWeek();
  const { code, stdout } = await registry().run(['plan', '--json', '--image-tag-mutability', 'IMMUTABLE_WITH_EXCLUSION', '--exclusion-filter', 'latest', '--exclusion-filter', 'dev-*',
    '--exclude-repository-filter', '*-cache']);
  const { repositories, pushes, problems } = JSON.parse(stdout);
  expect([code, problems]).toEqual([0, []]);
  expect(repositories.map(({ repository, changes }: Record<string, unknown>) => [repository, changes])).toEqual([['team-a/api', true], ['team-a/web', true]]);
  expect(repositories[0]).toMatchObject({
    has: { imageTagMutability: 'MUTABLE' },
    wouldHave: { imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', imageTagMutabilityExclusionFilters: ['latest', 'dev-*'] },
  });
  expect(pushes).toMatchObject({ complete: true, pushes: 15, moved: 5, refused: 1, unknown: 4 });
  expect(pushes.groups.map(({ beginsWith, moved, refused }: Record<string, unknown>) => [beginsWith, moved, refused])).toEqual([
    ['v1.*', 1, 1], ['latest', 3, 0], ['dev-*', 1, 0],
  ]);
  expect(Date.parse(pushes.until) - Date.parse(pushes.seenSince)).toBe(7 * DAY);
});

test('a longer look back makes certain what was unknown', async () => {
  registry().aws.events = aWeek();
  const { stdout } = await registry().run(['plan', '--json', '--image-tag-mutability', 'IMMUTABLE', '--days', '10']);
  expect(JSON.parse(stdout).pushes).toMatchObject({ refused: 5, groups: expect.arrayContaining([expect.objectContaining({ beginsWith: 'v2.*', refused: 1 })]) });
});

test('a setting that refuses no push needs no events', async () => {
  const { code, stdout } = await registry().run(['plan', '--image-tag-mutability', 'MUTABLE']);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^team-a\/web +IMMUTABLE +MUTABLE\n\n1 of 3 repositories would change.\n$/m)]);
  expect(registry().aws.calls).toEqual(['DescribeRepositories']);
});

test('no permission for the events: what would change is shown, and the exit code is 1', async () => {
  registry().aws.fault = (operation) => operation === 'LookupEvents' ? { error: 'AccessDeniedException', message: 'not you' } : undefined;
  const { code, stdout, stderr } = await registry().run(['plan', '--image-tag-mutability', 'IMMUTABLE']);
  expect([code, stdout]).toEqual([1, expect.stringContaining('2 of 3 repositories would change.')]);
  expect(stderr).toMatch(/^warning: cloudtrail:LookupEvents failed: no permission \(not you\)\. .*\n$/);
});

test('Ctrl-C prints what is known so far', async () => {
  // A thousand pages would take eight minutes.
  registry().aws.events = Array.from({ length: 50_000 }, (_, index) => putImage(ago(index / 1000), 'team-a/api', 'latest', index % 2 ? A : B));
  let lookUps = 0;
  const running = registry().start(['plan', '--json', '--image-tag-mutability', 'IMMUTABLE']);
  registry().aws.before = (operation) => {
    if (operation === 'LookupEvents' && ++lookUps === 6) running.interrupt();
  };
  const { code, stdout, stderr } = await running.ended;
  const { pushes } = JSON.parse(stdout);
  expect([code, stderr, pushes.complete]).toEqual([130, '', false]);
  expect(pushes.refused).toBeGreaterThan(50);
  expect(pushes.refused).toBeLessThan(400);
  expect(Date.parse(pushes.until) - Date.parse(pushes.seenSince)).toBeLessThan(HOUR);
});

describe('an app', () => {
  let app: App;
  beforeEach(() => {
    app = new App({ outdir: mkdtempSync(join(tmpdir(), 'plan-')) });
  });
  afterEach(() => rmSync(app.outdir, { recursive: true }));

  test('what its stacks declare is planned', async () => {
    registry().aws.events = aWeek();
    const stack = new Stack(app, 'TagMutability');
    for (const name of ['team-a/api', 'team-a/gone']) {
      new ImageTagMutability(stack, name, { repository: Repository.fromRepositoryName(stack, `${name}Repository`, name), imageTagMutability: TagMutability.IMMUTABLE });
    }
    app.synth();
    const { code, stdout, stderr } = await registry().run(['plan', '--app', app.outdir]);
    expect(stdout).toMatch(/^team-a\/api +MUTABLE +IMMUTABLE +TagMutability\/teamaapi\w+$/m);
    expect(stdout).toContain('1 of 1 repository would change.');
    expect(stdout).toContain('4 would have been refused.');
    expect([code, stderr]).toEqual([1, 'warning: there is no such repository in eu-west-1: team-a/gone\n']);
  });

  test('without declarations there is nothing to plan', async () => {
    new Stack(app, 'Empty');
    app.synth();
    const { code, stdout, stderr } = await registry().run(['plan', '--app', app.outdir]);
    expect([code, stdout, stderr]).toEqual([1, '', `error: --app: no stack in ${app.outdir} declares the tag mutability of a repository by cdk-ecr-tag-mutability\n`]);
  });

  test('a folder without an app is refused before anybody signs in', async () => {
    const { code, stderr } = await registry().run(['plan', '--app', tmpdir()]);
    expect([code, stderr.split('\n').length, registry().aws.calls]).toEqual([1, 2, []]);
    expect(stderr).toContain('Give the folder that cdk synth writes');
  });
});
