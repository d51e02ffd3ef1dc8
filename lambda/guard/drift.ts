import { Guarded } from './input';
import { DeclarationId, keyOf } from '../protocol/operation';
import { Declaration, declarationOf, newest, originalOf } from '../protocol/record';
import { Snapshot } from '../protocol/snapshot';
import { Settings, sameSettings } from '../../src/shared/settings';

/** What others have changed of a declaration. */
export interface Drift {
  /** What the record makes effective; where nobody's is left, what the template declares. */
  readonly expected: Settings;
  readonly actual: Settings;
  /** The stack of the newer declaration that holds, where it is another one's. */
  readonly supersededBy?: string;
  readonly record: RecordDrift;
}

/**
 * - `missing`: the declaration is not recorded, or its record cannot be read.
 * - `not-owned`: the ownership tag is missing or edited.
 * - `different`: it can be read, but says something else than the template and the physical id.
 */
export type RecordDrift = 'none' | 'missing' | 'not-owned' | 'different';

/** @returns nothing where all is as declared */
export function driftOf({ id, settings }: Guarded, declaration: DeclarationId, { tags, record, actual }: Snapshot): Drift | undefined {
  const key = keyOf(declaration);
  const own = declarationOf(key, record);
  const winner = newest(record.declarations);
  const { ownershipTag } = declaration;
  const drift: Drift = {
    expected: winner?.declared.settings ?? settings,
    actual,
    supersededBy: winner && winner.key !== key ? winner.declared.stackName : undefined,
    record: !own?.declared ? 'missing'
      : !isAsDeclared(own, id, settings) ? 'different'
        : tags.get(ownershipTag.key) !== ownershipTag.value ? 'not-owned' : 'none',
  };
  return hasSettingDrifted(drift) || drift.record !== 'none' ? drift : undefined;
}

export const hasSettingDrifted = ({ expected, actual }: Drift): boolean => !sameSettings(expected, actual);

/** Whether a guard may set it right. A record that can be read is never overwritten. */
export const isCorrectable = (drift: Drift): boolean => hasSettingDrifted(drift) || drift.record === 'missing' || drift.record === 'not-owned';

/** The original of the physical id holds over that of the tags, which others can edit. */
export const originalFor = ({ id }: Guarded, key: string, { record }: Snapshot): Settings | undefined => id.original ?? originalOf(record.declarations, key);

function isAsDeclared({ declared, original }: Declaration, id: Guarded['id'], settings: Settings): boolean {
  return declared !== undefined
    && sameSettings(declared.settings, settings)
    && (id.token === undefined || declared.token === id.token)
    && (id.original === undefined || (original !== undefined && sameSettings(original, id.original)));
}
