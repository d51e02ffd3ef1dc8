import { FAILING_SIBLING } from '../declaration';
import { RegistryAccount } from '../registry/registry-account';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE } from '../settings';
import { shared } from '../shared';

const registry = shared(() => RegistryAccount.start());

test('300 repositories by one rule: created, all changed, and deleted', async () => {
  const [filtered, mutable] = [FILTERED, MUTABLE].map((settings, half) => ({ settings, names: Array.from({ length: 150 }, (_, index) => `scale/${half}-${index}`) }));
  await registry().repositories(filtered!.settings, ...filtered!.names);
  await registry().repositories(mutable!.settings, ...mutable!.names);
  const names = [...filtered!.names, ...mutable!.names];

  const stack = await registry().stack('scale').create({ rules: [{ filters: ['scale/*'], settings: IMMUTABLE }] });
  expect(await registry().now(names)).toEqual(names.map(() => [IMMUTABLE, 3]));
  await stack.update({ rules: [{ filters: ['scale/*'], settings: LOCKED }] });
  expect(await registry().now(names)).toEqual(names.map(() => [LOCKED, 3]));
  await stack.remove();
  expect(await registry().untouched(filtered!.settings, ...filtered!.names)).toBe(true);
  expect(await registry().untouched(mutable!.settings, ...mutable!.names)).toBe(true);
}, 600_000);

test('an update that is rolled back: the rule declares what it did before, and so does its sweep', async () => {
  await registry().repositories(FILTERED, 'rolled/a', 'rolled/b');
  const rule = { filters: ['rolled/*'], settings: LOCKED };
  const stack = await registry().stack('rolled').create({ rules: [rule] });

  await expect(stack.update({ rules: [{ ...rule, excludes: ['*/b'], settings: IMMUTABLE }], declarations: [FAILING_SIBLING] }))
    .rejects.toThrow('UPDATE_ROLLBACK_COMPLETE');
  expect(await registry().now(['rolled/a', 'rolled/b'])).toEqual([[LOCKED, 3], [LOCKED, 3]]);

  await registry().repositories(MUTABLE, 'rolled/new');
  await registry().sweep(stack);
  expect(await registry().now(['rolled/a', 'rolled/b', 'rolled/new'])).toEqual([[LOCKED, 3], [LOCKED, 3], [LOCKED, 3]]);
  await stack.remove();
  expect(await registry().untouched(FILTERED, 'rolled/a', 'rolled/b')).toBe(true);
  expect(await registry().untouched(MUTABLE, 'rolled/new')).toBe(true);
}, 300_000);
