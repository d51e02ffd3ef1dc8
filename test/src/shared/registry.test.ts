import fc from 'fast-check';
import { matchesFilter, matchesRule, validateRepositoryFilters } from '../../../src/shared/registry';
import { isRepositoryName } from '../../../src/shared/repository-name';
import { SEED } from '../../support/seed';

describe('a filter', () => {
  test.each([
    ['team-a/api', 'team-a/api', true],
    ['team-a/api', 'team-a', false],
    ['team-a', 'team-a/api', false],
    ['team-a/*', 'team-a/api', true],
    ['team-a/*', 'team-a/api/v1', true],
    ['team-a/*', 'team-a', false],
    ['team-a/*', 'a-team-a/api', false],
    ['*-cache', 'team-a/build-cache', true],
    ['*-cache', 'team-a/build-cache-2', false],
    ['*', 'team-a/api', true],
    ['**', 'team-a/api', true],
    ['*/api', 'team-a/v1/api', true],
    ['*a*b*c', 'xaxbxbc', true],
    ['*a*b*c', 'xaxbxcx', false],
    ['a*a', 'a', false],
    ['a.b', 'axb', false],
  ])('%s matches %s: %p', (filter, name, matches) => {
    expect(matchesFilter(name, filter)).toBe(matches);
  });

  const text = (alphabet: string, maxLength: number) => fc.array(fc.constantFrom(...alphabet), { maxLength }).map((characters) => characters.join(''));

  test('matches as a regular expression does', () => {
    fc.assert(fc.property(text('ab*', 8), text('ab', 10), (filter, name) => {
      expect(matchesFilter(name, filter)).toBe(new RegExp(`^${filter.replaceAll('*', '.*')}$`).test(name));
    }), { seed: SEED, numRuns: 5_000 });
  });

  test('takes no time that grows faster than the product of the lengths', () => {
    expect(matchesFilter(`${'a'.repeat(255)}b`, `${'*a'.repeat(60)}*c`)).toBe(false);
  });

  test('is refused exactly where no name can match', () => {
    // Names of up to 7 characters out of each kind that names distinguish.
    const names: string[] = [];
    const grow = (start: string) => {
      if (isRepositoryName(start)) names.push(start);
      if (start.length < 7) [...'a._-/'].forEach((character) => grow(start + character));
    };
    grow('');
    fc.assert(fc.property(text('a._-/*', 5), (filter) => {
      const canMatch = names.some((name) => matchesFilter(name, filter));
      expect([filter, validateRepositoryFilters([filter], []) === undefined]).toEqual([filter, canMatch]);
    }), { seed: SEED, numRuns: 1_000 });
  });
});

test.each([
  ['team-a/api', true],
  ['team-a/build-cache', false],
  ['team-b/api', true],
  ['team-b/web', false],
])('a rule is about %s: %p', (name, matches) => {
  expect(matchesRule(name, ['team-a/*', 'team-b/api'], ['*-cache', 'cdk-*'])).toBe(matches);
});

test.each([
  [['a'.repeat(256)]],
  [['a/b_c__d-e--f.g']],
  [[`${'a'.repeat(255)}*`]],
  [['*-cache', '*']],
  [['*.*']],
])('the filters %j are taken', (filters) => {
  expect(validateRepositoryFilters(filters, [])).toBeUndefined();
});

test.each([
  ['no filter', [], [], /repositoryFilters is an empty list, .* Add names, such as 'team-a\/\*'/],
  ['an empty filter', ['team-a/*', ''], [], /repositoryFilters has an empty filter, .*'\*' for every repository/],
  ['an empty exclude', ['*'], [''], /excludeRepositoryFilters has an empty filter/],
  ['capitals', ['Team-A/*'], [], /repositoryFilters has the filter 'Team-A\/\*', which no repository's name can match/],
  ['a name of one character', ['a'], [], /'a', which no/],
  ['a name of 257 characters', ['a'.repeat(257)], [], /no repository's name can match/],
  ['257 characters and a wildcard', [`${'a'.repeat(257)}*`], [], /no repository's name can match/],
  ['255 characters, a wildcard and what needs two more', [`${'a'.repeat(255)}-*`], [], /no repository's name can match/],
  ['two slashes', ['*//*'], [], /no repository's name can match/],
  ['a slash at the end', ['team-a/'], [], /no repository's name can match/],
  ['three underscores', ['a___*'], [], /no repository's name can match/],
  ['another wildcard', ['team-?'], [], /no repository's name can match/],
  ['an ARN', ['arn:aws:ecr:*:repository/a'], [], /no repository's name can match/],
  ['an exclude that nothing can match', ['*'], ['-*'], /excludeRepositoryFilters has the filter '-\*'/],
  ['all excluded', ['*'], ['*'], /excludeRepositoryFilters \('\*'\) leave nothing of repositoryFilters/],
  ['each excluded by another one', ['team-a/api', 'x/*-cache'], ['team-*', '*-cache'], /leave nothing/],
  ['control characters', ['a\u001b[31m'], [], /'a\?\[31m'/],
])('%s: refused', (_, filters, excludes, said) => {
  expect(validateRepositoryFilters(filters, excludes)).toMatch(said);
});

test('excludes that leave something are taken', () => {
  expect(validateRepositoryFilters(['team-a/*'], ['team-a/api', '*-cache'])).toBeUndefined();
  expect(validateRepositoryFilters(['team-a/*', 'x/y'], ['team-*'])).toBeUndefined();
});
