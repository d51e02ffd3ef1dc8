import { isSelected, refuseUselessFilters } from '../../cli/repository-filter';

test.each([
  ['no filter selects all', [], [], 'team-a/api', true],
  ['one of several filters is enough', ['team-a/*', 'team-b/api'], [], 'team-b/api', true],
  ['a filter is for the whole name', ['team-a'], [], 'team-a/api', false],
  ['an exclusion holds over a filter', ['team-a/*'], ['*-cache'], 'team-a/build-cache', false],
  ['an exclusion alone leaves the rest', [], ['*-cache'], 'team-a/api', true],
])('%s', (_, repositoryFilter, excludeRepositoryFilter, name, expected) => {
  expect(isSelected(name, { repositoryFilter, excludeRepositoryFilter })).toBe(expected);
});

test.each([
  [['Team-a/*'], [], '--repository-filter has the filter \'Team-a/*\', which no repository\'s name can match'],
  [[], [''], '--exclude-repository-filter has an empty filter'],
  [['team-a/*'], ['team-*'], '--exclude-repository-filter (\'team-*\') leave nothing of --repository-filter'],
])('%j without %j is refused', (repositoryFilter, excludeRepositoryFilter, expected) => {
  expect(() => refuseUselessFilters({ repositoryFilter, excludeRepositoryFilter })).toThrow(expected);
});

test('filters that can match are taken, and so are none', () => {
  refuseUselessFilters({ repositoryFilter: [], excludeRepositoryFilter: [] });
  refuseUselessFilters({ repositoryFilter: ['team-a/*'], excludeRepositoryFilter: ['*-cache'] });
});
