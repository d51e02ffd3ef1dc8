import { Context } from './context';
import { Ecr } from './ecr';
import { Reading, read } from './reading';
import { Settings, sameSettings } from '../src/shared/settings';

/** What an invocation wants of a repository that was read so. Asked again after each change, its own and those of others. */
export interface Intent {
  /** The tags of its own that are to be changed; those without a value, to be removed. */
  readonly amend: (reading: Reading) => TagChanges;
  /** The settings that the repository should have; none where the original is unknown: they are left as they are. */
  readonly effective: (reading: Reading) => Settings | undefined;
}

export type TagChanges = ReadonlyMap<string, string | undefined>;

export const NO_CHANGES: TagChanges = new Map();

/** Each round answers to something that others did meanwhile, and nobody does that forever. */
const MOST_ROUNDS = 10;
const PAUSE_BETWEEN_ROUNDS = 100;

/**
 * Writes what is wanted until a reading shows it that was made after the last write. Whoever writes last reads last, so that
 * of several invocations at once the last one leaves what all of them want.
 *
 * @param reading what is known of the repository, the own writes included
 * @param isCertain whether it was read after the last of them
 * @returns the reading that shows it
 */
export async function settle({ ecr, clock, log }: Context, intent: Intent, reading: Reading, isCertain: boolean): Promise<Reading> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const amended = intent.amend(reading);
    await change(ecr, amended);
    const effective = intent.effective(reading);
    const differs = effective !== undefined && !sameSettings(reading.found, effective);
    if (differs) {
      await ecr.putSettings(effective);
      log('INFO', 'settings-changed', { before: reading.found, effective });
    }
    if (amended.size === 0 && !differs && (isCertain || round > 0)) {
      return reading;
    }
    if (round > 0) {
      await clock.sleep(PAUSE_BETWEEN_ROUNDS * round);
    }
    reading = await read(ecr);
  }
  throw new Error(`the repository's tags and settings still changed after ${MOST_ROUNDS} rounds. Find out who else changes them, then deploy again`);
}

/** Tags and removes, in as few calls as that takes. */
export async function change(ecr: Ecr, changes: TagChanges): Promise<void> {
  const tags = new Map([...changes].filter((tag): tag is [string, string] => tag[1] !== undefined));
  const removed = [...changes.keys()].filter((key) => !tags.has(key));
  if (tags.size > 0) {
    await ecr.tag(tags);
  }
  if (removed.length > 0) {
    await ecr.untag(removed);
  }
}
