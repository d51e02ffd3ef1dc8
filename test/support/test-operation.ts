import { FakeClock, FakeEcr } from './fake-ecr';
import { ownershipTagOf, stackId } from './fake-stack';
import { MUTABLE } from './settings';
import { DeclarationId, Operation, keyOf, stackNameOf } from '../../lambda/protocol/operation';
import { Precedence, writeDeclaration } from '../../lambda/protocol/record';
import { Settings } from '../../src/shared/settings';

export const declarationIdOf = (stack: string, logicalId = 'Tags'): DeclarationId =>
  ({ stackId: stackId(stack), logicalId, ownershipTag: ownershipTagOf(stack) });

/** What the protocol works with, on an ECR in memory; and the lines that it logged. */
export interface TestOperation extends Operation {
  readonly ecr: FakeEcr;
  readonly clock: FakeClock;
  readonly key: string;
  readonly lines: { readonly level: string; readonly decision: string; readonly details?: object }[];
}

export function operationOn(ecr: FakeEcr, declaration = declarationIdOf('a')): TestOperation {
  const lines: TestOperation['lines'] = [];
  const clock = new FakeClock();
  return { ecr, clock, declaration, key: keyOf(declaration), lines, log: (level, decision, details) => lines.push({ level, decision, details }) };
}

/** Long ago, so that a declaration is not a new one. */
export const LONG_AGO = Date.parse('2025-01-02T03:04:05.000Z');

/** Of the physical id of what was recorded, unless said otherwise. */
export const TOKEN = '0123456789ab';

interface Recorded {
  readonly settings: Settings;
  readonly original?: Settings;
  readonly precedence?: Precedence;
  readonly since?: number;
  readonly token?: string;
}

/** Writes a declaration, with its ownership tag, as an earlier invocation left it. */
export function record(
  ecr: FakeEcr, id: DeclarationId, { settings, precedence = { sequence: 1, revision: 0 }, since = LONG_AGO, token = TOKEN, ...rest }: Recorded,
): void {
  const original = 'original' in rest ? rest.original : MUTABLE;
  writeDeclaration({ key: keyOf(id), declared: { precedence, stackName: stackNameOf(id), since, token, settings }, original })
    .forEach((value, key) => ecr.tags.set(key, value));
  ecr.tags.set(id.ownershipTag.key, id.ownershipTag.value);
}
