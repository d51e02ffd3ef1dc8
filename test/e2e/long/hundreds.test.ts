import { mapConcurrently } from '../../../cli/concurrency';
import type { Settings } from '../../support/emulators/ecr';
import { Account } from '../account';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE } from '../settings';
import { shared } from '../shared';

/** moto answers one call at a time: more at once only wait. */
const AT_ONCE = 20;

const account = shared(() => Account.start());

// The emulated CloudFormation sends one event after the other, so that one process of the function does; AWS sends many at once.
test('480 repositories in one stack: created, all changed, and deleted', async () => {
  const originals = Array.from({ length: 480 }, (_, index) => index % 2 === 0 ? FILTERED : MUTABLE);
  const repositories = await mapConcurrently(originals, AT_ONCE, (original) => account().repository(original));
  const declarations = (settings: Settings) => repositories.map((repository, index) => ({ id: `Tags${index}`, repository, settings }));
  const now = () => mapConcurrently(repositories, AT_ONCE, (repository) => account().now(repository));

  const stack = await account().stack().create(...declarations(LOCKED));
  expect(await now()).toEqual(repositories.map(() => [LOCKED, 3]));
  await stack.update(...declarations(IMMUTABLE));
  expect(await now()).toEqual(repositories.map(() => [IMMUTABLE, 3]));
  await stack.remove();
  expect(await now()).toEqual(originals.map((original) => [original, 0]));
}, 1_500_000);
