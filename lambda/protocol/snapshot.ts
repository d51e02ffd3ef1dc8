import { Operation, ReleaseOperation, keyOf } from './operation';
import { RepositoryRecord, declarationOf, keysOf, newest, readRecord } from './record';
import { MIN_LIFETIME_MS } from './windows';
import { Settings, sameSettings } from '../../src/shared/settings';
import { Ecr, Tags } from '../ecr/ecr';

/** A repository's tags, the record in them, and the settings that were read just after them. */
export interface Snapshot {
  readonly tags: Tags;
  readonly record: RepositoryRecord;
  readonly actual: Settings;
}

const MAX_ROUNDS = 20;

/** @param known settings that a listing has shown a while ago. They serve where there are declarations: an original is always read anew */
export async function takeSnapshot(ecr: Ecr, known?: Settings): Promise<Snapshot> {
  const tags = await ecr.readTags();
  const isRead = known === undefined || readRecord(tags).declarations.length === 0;
  return snapshotOf(tags, isRead ? await ecr.readSettings() : known);
}

export const snapshotOf = (tags: Tags, actual: Settings): Snapshot => ({ tags, record: readRecord(tags), actual });

/**
 * Reads settings that are nobody's declaration, or the declarations that are there.
 *
 * Settings are an original only if no declaration was there when they were read. So the tags are read before and after the settings. A
 * declaration lives for at least `MIN_LIFETIME_MS`, so a quicker reading cannot miss one. A slower reading is repeated, and believed when it
 * finds the same settings again.
 *
 * @param known as for `takeSnapshot`
 */
export async function readStableSnapshot({ ecr, clock }: Pick<Operation, 'ecr' | 'clock'>, known?: Settings): Promise<Snapshot> {
  let slow: Settings | undefined;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const started = clock.now();
    const snapshot = await takeSnapshot(ecr, round === 0 ? known : undefined);
    if (isDeclared(snapshot)) {
      return snapshot;
    }
    const again = snapshotOf(await ecr.readTags(), snapshot.actual);
    if (!isDeclared(again)) {
      if (clock.now() - started < MIN_LIFETIME_MS || (slow && sameSettings(slow, snapshot.actual))) {
        return again;
      }
      slow = snapshot.actual;
    }
  }
  throw new Error(`the repository's tags still changed after ${MAX_ROUNDS} readings. Find out who else changes them, then try again`);
}

/** Logs what others did to the repository, before any of it is overwritten. */
export function reportDrift({ log, declaration }: ReleaseOperation, { tags, record, actual: before }: Snapshot): void {
  const damaged = [...record.damaged, ...missingIn(tags, record, declaration)];
  if (damaged.length > 0) {
    log('WARN', 'record-damaged', { tags: damaged, before });
  }
  const declared = newest(record.declarations)?.declared.settings;
  if (declared && !sameSettings(before, declared)) {
    log('WARN', 'drifted', { declared, before });
  }
}

/** Logs that others have edited the original in the tags. The one that is used comes from the physical id then. */
export function reportEditedOriginal({ log }: ReleaseOperation, recorded: Settings | undefined, original: Settings | undefined): void {
  if (recorded && original && !sameSettings(recorded, original)) {
    log('WARN', 'original-edited', { recorded, original, consequence: 'the original of the physical id holds' });
  }
}

/** Tags that should be there. A declaration that another invocation is just releasing lacks its `:declared` rightly; it is known, too. */
function missingIn(tags: Tags, record: RepositoryRecord, declaration: ReleaseOperation['declaration']): string[] {
  const { key, value } = declaration.ownershipTag;
  const undeclared = record.declarations.filter((other) => keysOf(other.key, tags, 'declared').length === 0).map((other) => `${other.key}:declared`);
  const isOwnershipTagWrong = declarationOf(keyOf(declaration), record) !== undefined && tags.get(key) !== value;
  return [...undeclared, ...isOwnershipTagWrong ? [key] : []];
}

const isDeclared = ({ record }: Snapshot): boolean => record.declarations.length > 0;
