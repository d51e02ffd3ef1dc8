import { Context } from './context';
import { Ecr, Tags } from './ecr';
import { RepositoryRecord, newest, readRecord } from './record';
import { SHORTEST_LIFE } from './timing';
import { Settings, sameSettings } from '../src/settings';

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
export function reportChanges({ log }: Context, { record: { declarations, damaged }, found }: Reading): void {
  if (damaged.length > 0) {
    log('WARN', 'record-damaged', { tags: damaged });
  }
  const declared = newest(declarations)?.declared.settings;
  if (declared && !sameSettings(found, declared)) {
    log('WARN', 'changed-by-others', { declared, found });
  }
}

const isDeclared = ({ record }: Reading): boolean => record.declarations.length > 0;
