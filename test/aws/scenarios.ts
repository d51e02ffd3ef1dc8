import { HELD, type Action, type Scenario, type Step, type Template } from './scenario';
import type { Mutability } from '../../src/shared/contract';
import type { Settings } from '../../src/shared/settings';

const MUTABLE: Settings = { mutability: 'MUTABLE', filters: [] };
const IMMUTABLE: Settings = { mutability: 'IMMUTABLE', filters: [] };
const LOCKED: Settings = { mutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['latest', 'dev-*'] };
const FILTERED: Settings = { mutability: 'MUTABLE_WITH_EXCLUSION', filters: ['release-*'] };
/** The function refuses it before it calls ECR. */
const INVALID: Settings = { mutability: 'NONE' as Mutability, filters: [] };

/** A repository that no scenario makes. */
const MISSING = 'missing';
const FAILING = { repository: MISSING, settings: LOCKED };

type Expected = Step['settings'];
const deploy = (template: Template, status: string, settings?: Expected, how: Partial<Extract<Action, { do: 'deploy' }>> = {}): Step =>
  ({ action: { do: 'deploy', template, ...how }, status, settings });
const remove = (settings?: Expected, status = 'DELETE_COMPLETE', retain?: readonly string[]): Step =>
  ({ action: { do: 'delete', ...retain && { retain } }, status, settings });
const put = (repository: string, settings: Settings): Step => ({ action: { do: 'put', repository, settings }, settings: { [repository]: settings } });
const eraseRecord = (repository: string): Step => ({ action: { do: 'erase record', repository } });
const setFormat = (repository: string, format: number): Step => ({ action: { do: 'set format of record', repository, format } });

const MANY = Array.from({ length: 60 }, (_, index) => `r${String(index + 1).padStart(2, '0')}`);
const forMany = <T>(value: (name: string) => T): Readonly<Record<string, T>> => Object.fromEntries(MANY.map((name) => [name, value(name)]));

/** The stacks are named after the scenarios: keep the names short. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'lifecycle',
    shows: 'create, update, replacement, renaming and delete',
    repositories: { one: FILTERED, two: MUTABLE },
    steps: [
      deploy({ Tags: { repository: 'one', settings: LOCKED } }, 'CREATE_COMPLETE', { one: LOCKED }),
      deploy({ Tags: { repository: 'one', settings: IMMUTABLE } }, 'UPDATE_COMPLETE', { one: IMMUTABLE }),
      deploy({ Tags: { repository: 'two', settings: IMMUTABLE } }, 'UPDATE_COMPLETE', { one: FILTERED, two: IMMUTABLE }),
      deploy({ Renamed: { repository: 'two', settings: LOCKED } }, 'UPDATE_COMPLETE', { two: LOCKED }),
      remove({ one: FILTERED, two: MUTABLE }),
    ],
  },
  {
    name: 'failed-create',
    shows: 'a create that fails, and the rollback of one that succeeded',
    repositories: { one: MUTABLE },
    steps: [
      deploy({ Tags: { repository: 'one', settings: LOCKED }, Failing: FAILING }, 'ROLLBACK_COMPLETE', { one: MUTABLE }),
      remove({ one: MUTABLE }),
    ],
  },
  {
    name: 'failed-update',
    shows: 'an update that fails, and its rollback',
    repositories: { one: FILTERED },
    steps: [
      deploy({ Tags: { repository: 'one', settings: LOCKED } }, 'CREATE_COMPLETE', { one: LOCKED }),
      deploy({ Tags: { repository: 'one', settings: INVALID } }, 'UPDATE_ROLLBACK_COMPLETE', { one: LOCKED }),
      remove({ one: FILTERED }),
    ],
  },
  {
    name: 'undone-update',
    shows: 'the rollback of an update that succeeded',
    repositories: { one: FILTERED },
    steps: [
      deploy({ Tags: { repository: 'one', settings: LOCKED } }, 'CREATE_COMPLETE', { one: LOCKED }),
      deploy({ Tags: { repository: 'one', settings: IMMUTABLE }, Failing: FAILING }, 'UPDATE_ROLLBACK_COMPLETE', { one: LOCKED }),
      remove({ one: FILTERED }),
    ],
  },
  {
    name: 'failed-replacement',
    shows: 'a replacement that fails, and its rollback',
    repositories: { one: FILTERED },
    steps: [
      deploy({ Tags: { repository: 'one', settings: LOCKED } }, 'CREATE_COMPLETE', { one: LOCKED }),
      deploy({ Tags: FAILING }, 'UPDATE_ROLLBACK_COMPLETE', { one: LOCKED }),
      remove({ one: FILTERED }),
    ],
  },
  {
    name: 'undone-replacement',
    shows: 'the rollback of a replacement that succeeded',
    repositories: { one: FILTERED, two: MUTABLE },
    steps: [
      deploy({ Tags: { repository: 'one', settings: LOCKED } }, 'CREATE_COMPLETE', { one: LOCKED }),
      deploy({ Tags: { repository: 'two', settings: LOCKED }, Failing: FAILING }, 'UPDATE_ROLLBACK_COMPLETE', { one: LOCKED, two: MUTABLE }),
      remove({ one: FILTERED, two: MUTABLE }),
    ],
  },
  {
    name: 'cancelled-create',
    shows: 'an update that is cancelled while a create runs',
    repositories: { one: FILTERED, two: MUTABLE, three: MUTABLE },
    steps: [
      deploy({ Tags: { repository: 'one', settings: LOCKED } }, 'CREATE_COMPLETE', { one: LOCKED }),
      deploy({
        Tags: { repository: 'one', settings: LOCKED },
        [HELD]: { repository: 'two', settings: LOCKED },
        After: { repository: 'three', settings: LOCKED },
      }, 'UPDATE_ROLLBACK_COMPLETE', { one: LOCKED, two: MUTABLE, three: MUTABLE }, { isCancelled: true }),
      remove({ one: FILTERED, two: MUTABLE, three: MUTABLE }),
    ],
  },
  {
    name: 'no-rollback',
    shows: 'a create that fails and is kept, and the next deployment',
    repositories: { one: FILTERED },
    steps: [
      deploy({ Tags: { repository: 'one', settings: LOCKED }, Late: { repository: 'two', settings: LOCKED } }, 'CREATE_FAILED', { one: LOCKED }, { keepsFailed: true }),
      { action: { do: 'create repository', repository: 'two', settings: MUTABLE } },
      deploy({ Tags: { repository: 'one', settings: LOCKED }, Late: { repository: 'two', settings: IMMUTABLE } }, 'UPDATE_COMPLETE', { one: LOCKED, two: IMMUTABLE }, { keepsFailed: true }),
      remove({ one: FILTERED, two: MUTABLE }),
    ],
  },
  {
    name: 'failed-delete',
    shows: 'a delete that fails with its stack, and deletes after it',
    repositories: { one: FILTERED },
    steps: [
      deploy({ Tags: { repository: 'one', settings: LOCKED } }, 'CREATE_COMPLETE', { one: LOCKED }),
      setFormat('one', 2),
      remove({ one: LOCKED }, 'DELETE_FAILED'),
      remove({ one: LOCKED }, 'DELETE_FAILED'),
      remove({ one: LOCKED }, 'DELETE_COMPLETE', ['Tags']),
    ],
  },
  {
    name: 'failed-cleanup',
    shows: 'a delete that fails at the end of an update',
    repositories: { one: FILTERED, two: MUTABLE },
    steps: [
      deploy({ Tags: { repository: 'one', settings: LOCKED }, Other: { repository: 'two', settings: LOCKED } }, 'CREATE_COMPLETE', { one: LOCKED, two: LOCKED }),
      setFormat('one', 2),
      deploy({ Other: { repository: 'two', settings: LOCKED } }, 'UPDATE_COMPLETE', { one: LOCKED, two: LOCKED }),
      setFormat('one', 1),
      remove({ two: MUTABLE }),
    ],
  },
  {
    name: 'erased-record',
    shows: 'an update and a delete after others have removed the tags',
    repositories: { one: FILTERED },
    steps: [
      deploy({ Tags: { repository: 'one', settings: LOCKED } }, 'CREATE_COMPLETE', { one: LOCKED }),
      eraseRecord('one'),
      deploy({ Tags: { repository: 'one', settings: IMMUTABLE } }, 'UPDATE_COMPLETE', { one: IMMUTABLE }),
      eraseRecord('one'),
      remove({ one: FILTERED }),
    ],
  },
  {
    name: 'filters',
    shows: 'what DescribeRepositories says of filters when a setting takes them no more',
    repositories: { one: LOCKED, two: MUTABLE, three: IMMUTABLE },
    steps: [
      put('one', MUTABLE),
      put('one', LOCKED),
      put('one', IMMUTABLE),
      deploy({ First: { repository: 'two', settings: LOCKED }, Second: { repository: 'three', settings: FILTERED } }, 'CREATE_COMPLETE', { two: LOCKED, three: FILTERED }),
      remove({ two: MUTABLE, three: IMMUTABLE }),
    ],
  },
  {
    name: 'parallel',
    shows: '60 declarations at once',
    repositories: forMany(() => MUTABLE),
    isParallel: true,
    steps: [
      deploy(Object.fromEntries(MANY.map((repository) => [`Tags${repository}`, { repository, settings: LOCKED }])), 'CREATE_COMPLETE', forMany(() => LOCKED)),
      remove(forMany(() => MUTABLE)),
    ],
  },
];
