import { Context, Owner, keyOf } from './context';
import { Ecr, Tags } from './ecr';
import { RepositoryRecord, declarationOf, keysOf, newest, readRecord } from './record';
import { SHORTEST_LIFE } from './timing';
import { Settings, sameSettings } from '../src/shared/settings';

/** A repository's tags, the record that they hold, and the settings that were found just after them. */
export interface Reading {
  readonly tags: Tags;
  readonly record: RepositoryRecord;
  readonly found: Settings;
}

const MOST_READINGS = 20;

export async function read(ecr: Ecr): Promise<Reading> {
  const tags = await ecr.readTags();
  return readingOf(tags, await ecr.readSettings());
}

export const readingOf = (tags: Tags, found: Settings): Reading => ({ tags, record: readRecord(tags), found });

/**
 * Settings are an original only if no declaration was there when they were read, which takes tags without any before and after.
 * A declaration that comes and goes in between is excluded where the reading was quicker than a declaration's life; a slower
 * one is believed when the next finds the same.
 */
export async function readUntilCertain({ ecr, clock }: Context): Promise<Reading> {
  let slow: Settings | undefined;
  for (let round = 0; round < MOST_READINGS; round++) {
    const started = clock.now();
    const reading = await read(ecr);
    if (isDeclared(reading)) {
      return reading;
    }
    const again = readingOf(await ecr.readTags(), reading.found);
    if (!isDeclared(again)) {
      if (clock.now() - started < SHORTEST_LIFE || (slow && sameSettings(slow, reading.found))) {
        return again;
      }
      slow = reading.found;
    }
  }
  throw new Error(`the repository's tags still changed after ${MOST_READINGS} readings. Find out who else changes them, then deploy again`);
}

/** Says what others did to the repository, before any of it is overwritten. */
export function reportChanges({ log, owner }: Context, { tags, record, found: before }: Reading): void {
  const damaged = [...record.damaged, ...missingIn(tags, record, owner)];
  if (damaged.length > 0) {
    log('WARN', 'record-damaged', { tags: damaged, before });
  }
  const declared = newest(record.declarations)?.declared.settings;
  if (declared && !sameSettings(before, declared)) {
    log('WARN', 'drifted', { declared, before });
  }
}

/** The texts of declarations without a say, and the own mark. Where one is being released, its text is missing rightly: that is told too. */
function missingIn(tags: Tags, record: RepositoryRecord, owner: Owner): string[] {
  const unsaid = record.declarations.filter(({ key }) => keysOf(key, tags, 'declared').length === 0).map(({ key }) => `${key}:declared`);
  const isMarkWrong = declarationOf(keyOf(owner), record) !== undefined && tags.get(owner.mark.key) !== owner.mark.value;
  return [...unsaid, ...isMarkWrong ? [owner.mark.key] : []];
}

const isDeclared = ({ record }: Reading): boolean => record.declarations.length > 0;
