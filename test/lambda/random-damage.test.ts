import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Result } from '../../lambda/lifecycle';
import { readRecord } from '../../lambda/record';
import { TAG_PREFIX } from '../../src/shared/contract';
import { Settings, areValidSettings, sameSettings } from '../../src/shared/settings';
import { FakeEcr } from '../support/fake-ecr';
import { ARN, FILTERED, FORGED_KEY, IMMUTABLE, INVENTED, LOCKED, MUTABLE, OF_OTHER, Stack } from '../support/fake-stack';

/** Edits of any kind: what is removed, cut, exchanged, added; also what a careful forger would write. */
const KEYS = fc.constantFrom('declared', 'original', 'mark', 'others-declared', 'others-original', 'others-mark', 'forged-declared', 'forged-original', 'nobody', 'part');
const WORDS = fc.oneof(
  fc.constantFrom('MUTABLE', 'IMMUTABLE', 'IMMUTABLE_WITH_EXCLUSION', 'MUTABLE_WITH_EXCLUSION', 'unknown', 'latest', 'dev-@', '@', '@@@', 'a/b', '', '1', '2', '1/1', '1/2',
    '2/2', '1.0', '999999999.999999999', 'by', 'since', 'x', '2026-01-02T03:04:05.000Z', '2999-01-02T03:04:05.000Z'),
  fc.string({ maxLength: 12 }),
);
const VALUE = fc.oneof(
  fc.tuple(fc.constantFrom('1 1/1', '1 1/2', '2 1/1'), fc.array(WORDS, { maxLength: 8 })).map(([start, words]) => [start, ...words].join(' ')),
  fc.tuple(fc.constantFrom('0.0', '1.0', '7.3', '999999999.0'), fc.array(WORDS, { minLength: 1, maxLength: 4 }))
    .map(([place, words]) => `1 1/1 ${place} by forger since 2026-01-02T03:04:05.000Z ${words.join(' ')}`),
);
type Edit = { readonly key: string } & ({ readonly how: 'remove' } | { readonly how: 'write'; readonly value: string }
| { readonly how: 'replace'; readonly at: number; readonly word: string });
const EDIT: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ key: KEYS, how: fc.constant('remove' as const) }),
  fc.record({ key: KEYS, how: fc.constant('write' as const), value: VALUE }),
  fc.record({ key: KEYS, how: fc.constant('replace' as const), at: fc.nat(9), word: WORDS }),
);
const SETTINGS = fc.constantFrom(MUTABLE, IMMUTABLE, LOCKED, FILTERED, OF_OTHER);
const EVENT = fc.record({
  by: fc.constantFrom('a', 'b', 'c'),
  type: fc.constantFrom('create', 'update', 'remove', 'remove-invented'),
  settings: SETTINGS,
  edits: fc.array(EDIT, { maxLength: 3 }),
});

const RUNS = 3_000;
/** Replays a run that failed: `SEED=<the seed that it printed> npx jest test/lambda/random-damage`. */
const SEED = process.env.SEED === undefined ? Date.now() % 2 ** 31 : Number(process.env.SEED);

test(`${RUNS} runs of edits and events: always an answer, and only settings that somebody declared, had or recorded`, async () => {
  const seen = { SUCCESS: 0, FAILED: 0, puts: 0, damaged: 0 };
  await fc.assert(fc.asyncProperty(SETTINGS, fc.array(EVENT, { minLength: 1, maxLength: 8 }), async (original, events) => {
    const ecr = new FakeEcr(original);
    ecr.tags.set('team', 'a');
    const stacks = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, new Stack(ecr, name)] as const));
    const last: Record<string, Settings> = { a: LOCKED, b: OF_OTHER, c: MUTABLE };
    const known: Settings[] = [original];
    for (const name of ['a', 'b']) {
      known.push(last[name]!);
      await stacks[name]!.create(last[name]!);
    }
    const intact = [...ecr.trace];
    const keyNamed = (name: string) => ({
      'declared': intact[0]!,
      'original': intact[1]!,
      'mark': intact[2]!,
      'others-declared': intact[3]!,
      'others-original': intact[4]!,
      'others-mark': intact[5]!,
      'forged-declared': `${FORGED_KEY}:declared`,
      'forged-original': `${FORGED_KEY}:original`,
      'nobody': `${TAG_PREFIX}nobody`,
      'part': `${intact[0]!}.2`,
    })[name]!;

    for (const { by, type, settings, edits } of events) {
      edits.forEach((edit) => apply(ecr, keyNamed(edit.key), edit));
      // What can be read is believed, for whoever may write it may steer.
      const recorded = readable(ecr);
      known.push(settings, ...recorded);
      const from = ecr.puts.length;
      const stack = stacks[by]!;
      const answer: Result = type === 'create' ? await stack.create(settings)
        : type === 'update' ? await stack.update(settings, last[by]!)
          : await stack.remove(last[by]!, 'Tags', type === 'remove' ? ARN : INVENTED);
      last[by] = type === 'remove' ? last[by]! : settings;

      seen[answer.Status]++;
      assert.ok(answer.Status === 'SUCCESS' || answer.Reason.length > 40);
      for (const settled of ecr.puts.slice(from)) {
        seen.puts++;
        assert.ok(areValidSettings(settled), `${JSON.stringify(settled)} breaks ECR's rules`);
        assert.ok(known.some((one) => sameSettings(one, settled)), `nobody said ${JSON.stringify(settled)}`);
      }
      assert.equal(ecr.tags.get('team'), 'a');
    }
    seen.damaged += Object.values(stacks).flatMap((stack) => stack.decided('record-damaged')).length;
  }), { numRuns: RUNS, seed: SEED });
  // Edits that are never believed, or never noticed, would prove nothing.
  expect(Object.values(seen).every((count) => count > RUNS / 4)).toBe(true);
  process.stdout.write(`damaged records (seed ${SEED}): ${JSON.stringify(seen)}\n`);
}, 60_000);

const NOT_ORIGINALS = fc.record({
  edits: fc.array(EDIT.filter(({ key }) => ['declared', 'others-declared', 'mark', 'others-mark', 'part'].includes(key)), { maxLength: 3 }),
  by: fc.constantFrom('a', 'b'),
  settings: SETTINGS,
});

test(`${RUNS} runs of edits to all but the originals: the original is restored, and nothing is left`, async () => {
  const someSteps = fc.array(NOT_ORIGINALS, { minLength: 1, maxLength: 6 });
  await fc.assert(fc.asyncProperty(SETTINGS, someSteps, fc.boolean(), async (original, steps, reversed) => {
    const ecr = new FakeEcr(original);
    const stacks = { a: new Stack(ecr, 'a'), b: new Stack(ecr, 'b') };
    await stacks.a.create(LOCKED);
    await stacks.b.create(OF_OTHER);
    const [declaredOfA, , mark, declaredOfB, , markOfB] = ecr.trace as [string, string, string, string, string, string];
    const keys: Record<string, string> = {
      'declared': declaredOfA, 'mark': mark, 'others-declared': declaredOfB, 'others-mark': markOfB, 'part': `${declaredOfA}.2`,
    };
    for (const { edits, by, settings } of steps) {
      edits.forEach((edit) => apply(ecr, keys[edit.key]!, edit));
      // A newer format stops everything, as is tested above: here all goes on.
      [...ecr.tags].filter(([, value]) => Number(/^\d+(?= )/.exec(value)) > 1).forEach(([key]) => ecr.tags.set(key, '1 1/1'));
      assert.equal((await stacks[by].update(settings, LOCKED)).Status, 'SUCCESS');
    }
    for (const name of reversed ? ['b', 'a'] as const : ['a', 'b'] as const) {
      assert.equal((await stacks[name].remove(LOCKED)).Status, 'SUCCESS');
    }
    assert.ok(sameSettings(ecr.settings, original), JSON.stringify(ecr.settings));
    assert.deepEqual(ecr.trace, []);
  }), { numRuns: RUNS, seed: SEED });
}, 60_000);

function apply({ tags }: FakeEcr, key: string, edit: Edit): void {
  if (edit.how === 'remove') {
    tags.delete(key);
  } else if (edit.how === 'write') {
    tags.set(key, edit.value);
  } else if (tags.has(key)) {
    const words = tags.get(key)!.split(' ');
    words.splice(edit.at % words.length, 1, edit.word);
    tags.set(key, words.join(' '));
  }
}

function readable({ tags }: FakeEcr): Settings[] {
  try {
    return readRecord(tags).declarations.flatMap((one) => [one.declared?.settings, one.original]).filter((one) => one !== undefined);
  } catch {
    return [];
  }
}
