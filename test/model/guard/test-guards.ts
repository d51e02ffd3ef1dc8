import { DriftKind, exploreGuard, guardsOf } from './explore-guard';
import { GuardFaults } from './guard-world';
import { Case, casesOf } from '../cases';
import { FILTERED } from '../resources';

const NO_FAULTS: GuardFaults = { deaths: 0, erasures: 0, slowness: false };

/** Those whose declarations and requests are all of single repositories. */
const CASES = casesOf(FILTERED).filter(([, , participants]) => participants.every(({ request }) => 'event' in request.delivery));

/** Each case's requests by themselves, once each. */
export const SINGLE_CASES: readonly Case[] = [...new Map(CASES.flatMap(([, start, participants]) => participants
  .filter(({ request }) => !request.isOvertaken && !request.isDeliveredTwice)
  .map((one): [string, Case] => {
    const name = `${one.request.name} over ${start.length} declarations`;
    return [JSON.stringify([name, one.request.delivery]), [name, start, [one]]];
  }))).values()];

/** Two at once. The other ones take minutes each. */
export const PAIRS: readonly Case[] = CASES.filter(([name]) => name.startsWith('one declares while'));

/** A create over an erased record takes what it finds for the original, which is a limit of the promise. */
const isKnown = ([, , participants]: Case, kind: DriftKind): boolean => kind === 'setting'
  || participants.every(({ request }) => !request.isOvertaken && (!request.name.startsWith('create') || request.isDeliveredTwice));

/** Makes a test of each case, in which a guard that finds drift of these kinds is one more invocation. */
export function testGuards(cases: readonly Case[], kinds: readonly DriftKind[], faults: Partial<GuardFaults> = {}): void {
  const total = { states: 0, ends: 0, broken: 0 };
  const each = cases.flatMap((one) => guardsOf(one, FILTERED).flatMap((guard) => kinds.filter((kind) => isKnown(one, kind)).map((kind) => {
    const name = `${one[0]}, a guard of ${guard.resource.stack} with the ${guard.isNew ? 'new' : 'old'} input, drift of ${kind}`;
    return [name, { one, guard, kind }] as const;
  })));
  test.each(each)('%s', async (_, { one, guard, kind }) => {
    const { states, ends, broken } = await exploreGuard(one, guard, kind, FILTERED, { ...NO_FAULTS, ...faults });
    total.states += states;
    total.ends += ends;
    total.broken += broken.length;
    expect(broken.join('\n')).toBe('');
    expect(ends).toBeGreaterThan(0);
  }, 300_000);
  afterAll(() => void process.stdout.write(
    `${total.states} states of a guard beside stack operations, ${total.ends} different ends, ${total.broken} broke the promise\n`,
  ));
}
