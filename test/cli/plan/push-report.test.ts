import type { JudgedPush, Verdict } from '../../../cli/plan/judge-pushes';
import { reportPushes } from '../../../cli/plan/push-report';
import { Settings } from '../../../src/shared/settings';
import { arnOf } from '../../support/cloudtrail-events';
import { IMMUTABLE, LOCKED } from '../../support/settings';

const push = (repository: string, tag: string, verdict: Verdict, by = 'build'): JudgedPush =>
  ({ kind: 'push', id: '', time: 0, repositoryArn: arnOf(repository), failed: verdict === 'failed', tag, by, verdict });

const PUSHES = [
  push('api', 'latest', 'unknown'), push('api', 'latest', 'refused'), push('api', 'latest', 'refused', 'mary'), push('web', 'latest', 'refused'),
  push('api', 'dev-1', 'refused'), push('api', 'dev-2', 'refused'), push('api', 'dev-2', 'unknown'), push('api', 'dev-2', 'accepted'),
  push('api', 'v1.0', 'refused'), push('api', 'v1.1', 'failed'),
  push('other', 'latest', 'refused'),
];

const report = (settings: Settings) => reportPushes(PUSHES, new Map([[arnOf('api'), settings], [arnOf('web'), settings]]));

test('without filters, all that moved would have been refused', () => {
  expect(report(IMMUTABLE)).toEqual({
    pushes: 9,
    moved: 6,
    refused: 6,
    unknown: 2,
    groups: [
      { beginsWith: 'latest', moved: 3, refused: 3, tags: 2, repositories: 2, by: { build: 2, mary: 1 } },
      { beginsWith: 'dev-*', moved: 2, refused: 2, tags: 2, repositories: 1, by: { build: 2 } },
      { beginsWith: 'v1.*', moved: 1, refused: 1, tags: 1, repositories: 1, by: { build: 1 } },
    ],
  });
});

test('with filters, it says what is left', () => {
  const { moved, refused, unknown, groups } = report(LOCKED);
  expect([moved, refused, unknown]).toEqual([6, 1, 0]);
  expect(groups.map(({ beginsWith, refused: left }) => [beginsWith, left])).toEqual([['v1.*', 1], ['latest', 0], ['dev-*', 0]]);
});

test('repositories that would not change are left out', () => {
  expect(reportPushes(PUSHES, new Map())).toEqual({ pushes: 0, moved: 0, refused: 0, unknown: 0, groups: [] });
});
