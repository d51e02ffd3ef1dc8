import * as fc from 'fast-check';
import { chooser } from './chooser';
import { GUEST, HOST, ModelAccount, Template } from './model-account';
import { Fault, NO_FAULT } from './model-registry';
import { FILTERED, IMMUTABLE, LONG, MUTABLE, locked } from './resources';
import { Circumstances } from './stack-operation';
import { SEED } from '../support/seed';

const SEQUENCES = Number(process.env.SEQUENCES ?? 3_000);
const TIMEOUT_MS = 60_000 + 30 * SEQUENCES;

const REPOSITORIES = ['team-a/api', 'team-b/web'] as const;
const STACKS = ['one', HOST, GUEST] as const;
const RULE_IDS = ['Rule', 'RenamedRule'] as const;
const LOGICAL_IDS = ['Tags', 'Renamed'] as const;

const settings = fc.constantFrom(MUTABLE, IMMUTABLE, FILTERED, LONG, locked('latest'), locked('dev-*'));
const repository = fc.constantFrom(...REPOSITORIES);

/** A template declares each repository once, apart from rules. */
const singles: fc.Arbitrary<Template> = fc
  .uniqueArray(fc.record({ id: fc.constantFrom(...LOGICAL_IDS), repository, settings, retain: fc.boolean() }), {
    maxLength: 2, selector: ({ id }) => id,
  })
  .filter((entries) => new Set(entries.map((entry) => entry.repository)).size === entries.length)
  .map((entries) => Object.fromEntries(entries.map(({ id, ...entry }) => [id, entry])));

const rule: fc.Arbitrary<Template> = fc
  .record({ id: fc.constantFrom(...RULE_IDS), repositories: fc.subarray([...REPOSITORIES], { minLength: 1 }), settings, retain: fc.boolean() })
  .map(({ id, ...entry }) => ({ [id]: entry }));

/** What is declared first comes first, so that a rule is rolled back after single declarations, or before. */
const template: fc.Arbitrary<Template> = fc.tuple(singles, fc.option(rule, { nil: {}, freq: 2 }), fc.boolean())
  .map(([one, other, isRuleFirst]) => isRuleFirst ? { ...other, ...one } : { ...one, ...other });

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(NO_FAULT) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('dies' as const), before: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('refused' as const, 'cut' as const, 'lags' as const), call: fc.nat(9) }) },
);

const rarely = fc.nat(9).map((number) => number === 9);

const circumstances: fc.Arbitrary<Circumstances> = fc.record({
  siblingFails: fc.nat(3).map((number) => number === 3),
  noRollback: fc.option(fc.constantFrom('delete, then create', 'create, then delete'), { nil: undefined, freq: 2 }),
  isCancelled: rarely,
  rollback: fc.constantFrom('update, then delete', 'delete, then update', 'delete'),
  rollbackRetains: fc.boolean(),
  faults: fc.array(fault, { maxLength: 6 }),
  isDeliveredTwice: rarely,
  cleanupIsRefused: rarely,
  choose: fc.nat().map(chooser),
});

type Action = (account: ModelAccount) => Promise<void> | void;

const named = (name: string, action: Action): Action => Object.assign(action, { toString: () => name });

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(fc.constantFrom(...STACKS), template, circumstances).map(([stack, wanted, how]) =>
      named(`deploy ${stack} ${JSON.stringify([wanted, how])}`, (account) => account.deploy(stack, wanted, how))),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...STACKS), circumstances).map(([stack, how]) =>
      named(`destroy ${stack} ${JSON.stringify(how)}`, (account) => account.destroy(stack, how))),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...STACKS), circumstances).map(([stack, how]) =>
      named(`sweep ${stack} ${JSON.stringify(how)}`, (account) => account.sweep(stack, how))),
  },
  { weight: 1, arbitrary: repository.map((name) => named(`delete ${name}`, (account) => account.deleteRepository(name))) },
  {
    weight: 2,
    arbitrary: fc.tuple(repository, settings).map(([name, given]) =>
      named(`create ${name} ${JSON.stringify(given)}`, (account) => account.createRepository(name, given))),
  },
  { weight: 1, arbitrary: repository.map((name) => named(`erase ${name}`, (account) => account.eraseRecord(name))) },
  {
    weight: 1,
    arbitrary: fc.tuple(repository, settings).map(([name, given]) =>
      named(`set ${name} by hand ${JSON.stringify(given)}`, (account) => account.setByHand(name, given))),
  },
);

const originals = fc.array(settings, { minLength: REPOSITORIES.length, maxLength: REPOSITORIES.length });
const sequence = fc.array(action, { minLength: 1, maxLength: 10 });

test(`the promise holds after each operation of ${SEQUENCES} sequences`, async () => {
  let operations = 0;
  await fc.assert(fc.asyncProperty(originals, sequence, async (found, actions) => {
    const account = new ModelAccount();
    REPOSITORIES.forEach((name, index) => account.createRepository(name, found[index]!));
    for (const next of actions) {
      operations++;
      await next(account);
      const problem = account.problem();
      if (problem) {
        throw new Error(`after ${String(next)}: ${problem}`);
      }
    }
  }), { numRuns: SEQUENCES, seed: SEED, path: process.env.SEED_PATH });
  process.stdout.write(`${SEQUENCES} sequences of ${operations} operations, 0 broke the promise\n`);
}, TIMEOUT_MS);
