import { beginningOf } from '../../../cli/plan/tag-beginning';
import { matchesFilter } from '../../../src/shared/registry';
import { areValidSettings } from '../../../src/shared/settings';

test.each([
  ['latest', 'latest'],
  ['dev-42', 'dev-*'],
  ['v1.0.3', 'v1.*'],
  ['feature_login-page', 'feature_*'],
  ['sha256-0a1b2c.sig', 'sha256-*'],
  ['2026-01-02', '2026-*'],
  ['0a1b2c3', '0a1b2c3'],
  ['-', '-'],
  ['odd-', 'odd-'],
  ['a'.repeat(300), `${'a'.repeat(127)}*`],
  [`${'a'.repeat(200)}-1`, `${'a'.repeat(127)}*`],
])('%s begins with %s, a filter that excludes it', (tag, expected) => {
  expect(beginningOf(tag)).toBe(expected);
  expect(matchesFilter(tag, expected)).toBe(true);
  expect(areValidSettings({ mutability: 'IMMUTABLE_WITH_EXCLUSION', filters: [expected] })).toBe(true);
});
