import { statusOf } from '../../../cli/status/repository-status';
import { NewerRecordError } from '../../../lambda/protocol/record';
import { Settings } from '../../../src/shared/settings';
import { FakeEcr } from '../../support/fake-ecr';
import { IMMUTABLE, LOCKED, MUTABLE } from '../../support/settings';
import { declarationIdOf, record } from '../../support/test-operation';
import { listed } from '../listed';

const ecr = () => new FakeEcr(MUTABLE);
const status = (has: Settings | undefined, { tags }: FakeEcr) => statusOf(listed('team-a/api', has), tags);

test('a repository without declarations has no status', () => {
  const owned = ecr();
  owned.tags.set('owner', 'team-a');
  expect(status(MUTABLE, owned)).toBeUndefined();
});

test('as declared', () => {
  const declared = ecr();
  record(declared, declarationIdOf('a'), { settings: LOCKED });
  expect(status(LOCKED, declared)).toMatchObject({ shouldHave: LOCKED, original: MUTABLE, drift: [], damaged: [], holds: { declared: { stackName: 'a' } } });
});

test('of two declarations the newer holds', () => {
  const declared = ecr();
  record(declared, declarationIdOf('a'), { settings: LOCKED, precedence: { sequence: 2, revision: 0 } });
  record(declared, declarationIdOf('b'), { settings: IMMUTABLE, precedence: { sequence: 1, revision: 0 } });
  const { shouldHave, declarations, holds, drift } = status(IMMUTABLE, declared)!;
  expect([shouldHave, declarations.length, holds?.declared?.stackName, drift]).toEqual([LOCKED, 2, 'a', ['settings']]);
});

test('filters in another order are no drift, other filters are', () => {
  const declared = ecr();
  record(declared, declarationIdOf('a'), { settings: LOCKED });
  expect(status({ ...LOCKED, filters: LOCKED.filters.toReversed() }, declared)?.drift).toEqual([]);
  expect(status({ ...LOCKED, filters: ['latest'] }, declared)?.drift).toEqual(['settings']);
  expect(status(undefined, declared)?.drift).toEqual(['settings']);
});

test('where the only declaration is being released, the original is what it should have', () => {
  const releasing = ecr();
  record(releasing, declarationIdOf('a'), { settings: LOCKED });
  for (const key of releasing.trace.filter((tag) => tag.endsWith(':declared'))) releasing.tags.delete(key);
  expect(status(LOCKED, releasing)).toMatchObject({ shouldHave: MUTABLE, holds: undefined, drift: ['settings'] });
  expect(status(MUTABLE, releasing)?.drift).toEqual([]);
});

test('a damaged record is drift, and what it says no more is not known', () => {
  const damaged = ecr();
  record(damaged, declarationIdOf('a'), { settings: LOCKED });
  for (const key of damaged.trace.filter((tag) => !tag.includes(':stack:'))) damaged.tags.set(key, 'edited by hand');
  expect(status(LOCKED, damaged)).toMatchObject({ shouldHave: undefined, original: undefined, drift: ['record'] });
});

test('a record of a newer version is not judged', () => {
  const newer = ecr();
  record(newer, declarationIdOf('a'), { settings: LOCKED });
  const [key] = newer.trace;
  newer.tags.set(key, newer.tags.get(key)!.replace(/^1 /, '2 '));
  expect(() => status(LOCKED, newer)).toThrow(NewerRecordError);
});
