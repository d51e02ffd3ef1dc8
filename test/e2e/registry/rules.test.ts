import { Account } from '../account';
import { startEmulators } from '../emulators';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE } from '../settings';
import { RuleStack } from './rule-stack';
import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import type { Settings } from '../../support/emulators/ecr';

let account: Account;

beforeAll(async () => {
  account = new Account(await startEmulators());
}, 300_000);

afterAll(() => account?.emulators.stop());

async function make(names: string[], settings: Settings) {
  await Promise.all(names.map((repositoryName) => account.emulators.ecr().send(new CreateRepositoryCommand({
    repositoryName, imageTagMutability: settings.imageTagMutability,
    ...settings.filters.length > 0 && { imageTagMutabilityExclusionFilters: settings.filters.map((filter) => ({ filterType: 'WILDCARD' as const, filter })) },
  }))));
}
const all = (names: string[]) => Promise.all(names.map((name) => account.now(name)));
const times = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

test('60', async () => {
  const a = times(30, 'many/a-');
  const b = times(30, 'many/b-');
  await make(a, FILTERED); await make(b, MUTABLE);
  let t = Date.now(); const lap = (what: string) => { console.log(what, Date.now() - t); t = Date.now(); };
  const stack = await new RuleStack(account, 'many').create({ rules: [{ filters: ['many/*'], settings: LOCKED }] });
  lap('create');
  expect(await all([...a, ...b])).toEqual([...a, ...b].map(() => [LOCKED, 3]));
  await stack.update({ rules: [{ filters: ['many/a-*'], settings: IMMUTABLE }] });
  lap('update');
  expect(await all(a)).toEqual(a.map(() => [IMMUTABLE, 3]));
  expect(await all(b)).toEqual(b.map(() => [MUTABLE, 0]));
  t = Date.now();
  await stack.remove();
  lap('remove');
  expect(await all(a)).toEqual(a.map(() => [FILTERED, 0]));
});
