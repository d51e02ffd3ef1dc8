import { MUTABILITIES } from '../../../src/shared/contract';
import { validateSettings, isMutability, matchesEveryTag, sameSettings, takesFilters, unknownMutability } from '../../../src/shared/settings';

const WITH_EXCLUSION = ['IMMUTABLE_WITH_EXCLUSION', 'MUTABLE_WITH_EXCLUSION'] as const;
const WITHOUT = ['IMMUTABLE', 'MUTABLE'] as const;
const long = 'x'.repeat(128);

describe('ECR takes', () => {
  test.each(WITHOUT)('%s without filters', (mutability) => expect(validateSettings(mutability, undefined)).toBeUndefined());

  test.each(WITH_EXCLUSION.flatMap((mutability) => [
    ['one filter', ['latest']],
    ['five', ['a', 'b', 'c', 'd', 'e']],
    ['a filter of one character', ['a']],
    ['one of 128', [long]],
    ['all characters that there are', ['azAZ09._-*']],
    ['two wildcards', ['*-dev-*']],
    ['filters that differ in case', ['dev', 'DEV']],
  ].map(([what, filters]) => [mutability, what, filters] as const)))('%s with %s', (mutability, _, filters) => {
    expect(validateSettings(mutability, filters as string[])).toBeUndefined();
  });
});

describe('ECR refuses, and the message says what to do', () => {
  const given = (what: string) => `imageTagMutabilityExclusionFilters ${what}`;
  const odd = (shown: string, length: number) =>
    given(`has the filter '${shown}' of ${length} characters, but a filter is 1 to 128 letters, digits, '.', '_', '-' and '*'. Correct or remove that filter.`);

  test.each([
    ['IMMUTABLE_WITH_EXCLUSION', undefined, given('is missing, but imageTagMutability is IMMUTABLE_WITH_EXCLUSION, which needs 1 to 5 filters. Add filters, or use IMMUTABLE.')],
    ['MUTABLE_WITH_EXCLUSION', undefined, given('is missing, but imageTagMutability is MUTABLE_WITH_EXCLUSION, which needs 1 to 5 filters. Add filters, or use MUTABLE.')],
    ['IMMUTABLE', ['latest', 'dev-*'], given('was given (\'latest\', \'dev-*\'), but imageTagMutability is IMMUTABLE, which takes no filters. Use IMMUTABLE_WITH_EXCLUSION, or remove the filters.')],
    ['MUTABLE', [], given('was given (an empty list), but imageTagMutability is MUTABLE, which takes no filters. Use MUTABLE_WITH_EXCLUSION, or remove the filters.')],
    ['MUTABLE', [...'abcdefgh'], given('was given (\'a\', \'b\', \'c\', \'d\', \'e\', \'f\'), but imageTagMutability is MUTABLE, which takes no filters. Use MUTABLE_WITH_EXCLUSION, or remove the filters.')],
    ['IMMUTABLE_WITH_EXCLUSION', [], given('has 0 filters, but ECR takes 1 to 5 with IMMUTABLE_WITH_EXCLUSION. Add a filter, or use IMMUTABLE.')],
    ['MUTABLE_WITH_EXCLUSION', [...'abcdef'], given('has 6 filters, but ECR takes 1 to 5 with MUTABLE_WITH_EXCLUSION. Cover several tags by one filter with a wildcard, such as \'dev-*\'.')],
    ['IMMUTABLE_WITH_EXCLUSION', ['a', '*-dev-**'], given('has the filter \'*-dev-**\' with 3 wildcards, but ECR takes at most 2 \'*\' in a filter. Split it into several filters, or use fewer \'*\'.')],
    ['IMMUTABLE_WITH_EXCLUSION', ['dev', 'latest', 'dev'], given('has the filter \'dev\' twice, but each filter may be there once. Remove one of the two.')],
    ['IMMUTABLE_WITH_EXCLUSION', ['a', ''], odd('', 0)],
    ['IMMUTABLE_WITH_EXCLUSION', [`${long}x`], odd(`${long}x`, 129)],
    ['IMMUTABLE_WITH_EXCLUSION', ['x'.repeat(140)], odd('x'.repeat(140), 140)],
    ['IMMUTABLE_WITH_EXCLUSION', ['x'.repeat(141)], odd(`${'x'.repeat(140)}...`, 141)],
    ['IMMUTABLE_WITH_EXCLUSION', ['dev 1'], odd('dev 1', 5)],
    ['IMMUTABLE_WITH_EXCLUSION', ['a/b'], odd('a/b', 3)],
    ['IMMUTABLE_WITH_EXCLUSION', ['latest\n'], odd('latest?', 7)],
    ['IMMUTABLE_WITH_EXCLUSION', ['\n\u001b[31m~é'], odd('??[31m~?', 8)],
  ] as const)('%s with %j', (mutability, filters, message) => expect(validateSettings(mutability, filters)).toBe(message));
});

test('a setting that does not exist is named, harmlessly, with those that do', () => {
  const allowed = 'but ECR takes MUTABLE, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE_WITH_EXCLUSION. Use one of ecr.TagMutability.';
  expect(unknownMutability('FROZEN\u0007')).toBe(`imageTagMutability is 'FROZEN?', ${allowed}`);
  expect(unknownMutability(undefined)).toBe(`imageTagMutability is of type undefined, ${allowed}`);
});

test('the settings that there are, and those with filters', () => {
  expect(MUTABILITIES.filter(isMutability)).toEqual(MUTABILITIES);
  expect(['immutable', '', undefined, null, ['MUTABLE']].filter(isMutability)).toEqual([]);
  expect(MUTABILITIES.filter(takesFilters)).toEqual(WITH_EXCLUSION);
});

test.each([['*', true], ['**', true], ['', false], ['a*', false], ['*a', false], ['*-*', false]])('that %j matches every tag is %p', (filter, expected) => {
  expect(matchesEveryTag(filter)).toBe(expected);
});

describe('settings are the same', () => {
  const of = (filters: string[], mutability: typeof MUTABILITIES[number] = 'IMMUTABLE_WITH_EXCLUSION') => ({ mutability, filters });

  test.each([
    ['with the same filters', of(['a', 'b']), of(['a', 'b']), true],
    ['with filters in another order', of(['a', 'b']), of(['b', 'a']), true],
    ['but not with another filter', of(['a', 'b']), of(['a', 'c']), false],
    ['but not with one more', of(['a']), of(['a', 'b']), false],
    ['but not with one less', of(['a', 'b']), of(['a']), false],
    ['but not with another mutability', of(['a']), of(['a'], 'MUTABLE_WITH_EXCLUSION'), false],
  ])('%s', (_, a, b, expected) => expect(sameSettings(a, b)).toBe(expected));
});
