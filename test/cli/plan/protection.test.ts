import { isProtected, protectsTags } from '../../../cli/plan/protection';
import { MUTABILITIES } from '../../../src/shared/contract';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE } from '../../support/settings';

test.each([
  ['MUTABLE protects none', MUTABLE, 'v1', false],
  ['IMMUTABLE protects all', IMMUTABLE, 'v1', true],
  ['IMMUTABLE_WITH_EXCLUSION leaves out what matches', LOCKED, 'dev-1', false],
  ['IMMUTABLE_WITH_EXCLUSION protects the rest', LOCKED, 'latest-1', true],
  ['MUTABLE_WITH_EXCLUSION protects what matches', FILTERED, 'prod-1', true],
  ['MUTABLE_WITH_EXCLUSION leaves out the rest', FILTERED, 'v1', false],
])('%s', (_, settings, tag, expected) => {
  expect(isProtected(tag, settings)).toBe(expected);
});

test('only MUTABLE protects no tag at all', () => {
  expect(MUTABILITIES.filter((mutability) => !protectsTags({ mutability, filters: [] }))).toEqual(['MUTABLE']);
});
