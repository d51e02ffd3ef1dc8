import { matchesWildcard } from '../../cli/wildcard';

test.each([
  ['latest', 'latest', true],
  ['latest', 'latest-arm64', false],
  ['latest', 'my-latest', false],
  ['latest*', 'latest', true],
  ['dev-*', 'dev-42', true],
  ['dev-*', 'Dev-42', false],
  ['*-cache', 'team/build-cache', true],
  ['team-a/*', 'team-a/web/api', true],
  ['team-a/*', 'team-b/team-a/x', false],
  ['*', 'anything/at.all', true],
  ['v1.0.*', 'v1x0.3', false],
  ['a*b*c', 'abc', true],
  ['a*b*c', 'acb', false],
])('%s on %s: %s', (pattern, name, expected) => {
  expect(matchesWildcard(pattern, name)).toBe(expected);
});
