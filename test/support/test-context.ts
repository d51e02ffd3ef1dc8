import { FakeClock, FakeEcr } from './fake-ecr';
import { MUTABLE, markOf, stackId } from './fake-stack';
import { Context, Owner, keyOf, stackNameOf } from '../../lambda/context';
import { Place, writeDeclaration } from '../../lambda/record';
import { Settings } from '../../src/shared/settings';

export const ownerOf = (stack: string, logicalId = 'Tags'): Owner => ({ stackId: stackId(stack), logicalId, mark: markOf(stack) });

/** What the protocol works with, on an ECR in memory; and the lines that it logged. */
export interface TestContext extends Context {
  readonly ecr: FakeEcr;
  readonly clock: FakeClock;
  readonly key: string;
  readonly lines: { readonly level: string; readonly decision: string; readonly details?: object }[];
}

export function contextOn(ecr: FakeEcr, owner = ownerOf('a')): TestContext {
  const lines: TestContext['lines'] = [];
  const clock = new FakeClock();
  return { ecr, clock, owner, key: keyOf(owner), lines, log: (level, decision, details) => lines.push({ level, decision, details }) };
}

/** Long ago, so that a declaration is not a new one. */
export const LONG_AGO = Date.parse('2025-01-02T03:04:05.000Z');

interface Recorded {
  readonly settings: Settings;
  readonly original?: Settings;
  readonly place?: Place;
  readonly since?: number;
}

/** Writes a declaration, with its mark, as an earlier invocation left it. */
export function record(ecr: FakeEcr, owner: Owner, { settings, place = { order: 1, rename: 0 }, since = LONG_AGO, ...rest }: Recorded): void {
  const original = 'original' in rest ? rest.original : MUTABLE;
  writeDeclaration({ key: keyOf(owner), declared: { place, stackName: stackNameOf(owner), since, settings }, original })
    .forEach((value, key) => ecr.tags.set(key, value));
  ecr.tags.set(owner.mark.key, owner.mark.value);
}
