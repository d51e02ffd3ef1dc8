import { isSelected } from '../../cli/repository-filter';

test.each([
  ['no filter selects all', [], [], 'team-a/api', true],
  ['one of several filters is enough', ['team-a/*', 'team-b/api'], [], 'team-b/api', true],
  ['a filter is for the whole name', ['team-a'], [], 'team-a/api', false],
  ['an exclusion holds over a filter', ['team-a/*'], ['*-cache'], 'team-a/build-cache', false],
  ['an exclusion alone leaves the rest', [], ['*-cache'], 'team-a/api', true],
])('%s', (_, repositoryFilter, excludeRepositoryFilter, name, expected) => {
  expect(isSelected(name, { repositoryFilter, excludeRepositoryFilter })).toBe(expected);
});
