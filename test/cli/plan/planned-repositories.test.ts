import { PlannedRepository, planRepositories } from '../../../cli/plan/planned-repositories';
import { IMMUTABLE, LOCKED, MUTABLE } from '../../support/settings';
import { listed } from '../listed';

const all = { repositoryFilter: ['*'], excludeRepositoryFilter: ['*-cache'] };
const API = listed('team-a/api', MUTABLE);
const WEB = listed('team-a/web', IMMUTABLE);
const CACHE = listed('team-a/build-cache', MUTABLE);
const names = (planned: readonly PlannedRepository[]) => planned.map(({ repository, wouldHave, changes }) => [repository.name, wouldHave, changes]);

test('what matches a filter would have the settings, and changes where it has others', () => {
  expect(names(planRepositories([API, WEB, CACHE], [{ settings: IMMUTABLE, target: all }])))
    .toEqual([['team-a/api', IMMUTABLE, true], ['team-a/web', IMMUTABLE, false]]);
});

test('settings that are not known may change', () => {
  expect(names(planRepositories([listed('team-a/api', undefined)], [{ settings: MUTABLE, target: all }]))).toEqual([['team-a/api', MUTABLE, true]]);
});

test('a declaration of the repository itself holds over one of many, whichever comes first', () => {
  const declarations = [{ settings: LOCKED, target: API.arn, declaredBy: 'a/Api' }, { settings: IMMUTABLE, target: all, declaredBy: 'a/All' }];
  for (const each of [declarations, declarations.toReversed()]) {
    expect(planRepositories([API, WEB], each)).toMatchObject([{ wouldHave: LOCKED, declaredBy: 'a/Api' }, { wouldHave: IMMUTABLE, declaredBy: 'a/All' }]);
  }
});

test('of two for many the later is taken', () => {
  expect(planRepositories([API], [{ settings: IMMUTABLE, target: all }, { settings: LOCKED, target: all }])).toMatchObject([{ wouldHave: LOCKED }]);
});
