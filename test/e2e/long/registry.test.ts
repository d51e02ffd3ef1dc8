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
