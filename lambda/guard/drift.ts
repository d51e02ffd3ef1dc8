import { Guarded } from './input';
import { Settings, sameSettings } from '../../src/shared/settings';
import { DeclarationId, keyOf } from '../protocol/operation';
import { Declared, declarationOf, newest, originalOf } from '../protocol/record';
import { Snapshot } from '../protocol/snapshot';

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
      : !isAsDeclared(own.declared, own.original, { id, settings }) ? 'different'
        : tags.get(ownershipTag.key) !== ownershipTag.value ? 'not-owned' : 'none',
  };
  return hasSettingDrifted(drift) || drift.record !== 'none' ? drift : undefined;
}

export const hasSettingDrifted = ({ expected, actual }: Drift): boolean => !sameSettings(expected, actual);

/** What a guard writes again. A record that can be read is never overwritten. */
export const isRecordLost = ({ record }: Drift): boolean => record === 'missing' || record === 'not-owned';

/** Whether a guard may set it right. */
export const isCorrectable = (drift: Drift): boolean => hasSettingDrifted(drift) || isRecordLost(drift);

/** The original of the physical id holds over that of the tags, which others can edit. */
export const originalFor = ({ id }: Guarded, key: string, { record }: Snapshot): Settings | undefined =>
  id.original ?? originalOf(record.declarations, key);

function isAsDeclared(declared: Declared, original: Settings | undefined, { id, settings }: Pick<Guarded, 'id' | 'settings'>): boolean {
  return sameSettings(declared.settings, settings)
    && (id.token === undefined || declared.token === id.token)
    && (id.original === undefined || (original !== undefined && sameSettings(original, id.original)));
}
