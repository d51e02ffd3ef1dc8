import { TAG_PREFIX } from '../../src/shared/contract';
import { Clock } from '../clock';
import { Ecr, Tags } from '../ecr/ecr';

/**
 * A guard changes a repository without a stack operation, and nobody repeats what it leaves unfinished. So it announces its correction in a tag
 * of the repository, before it asks CloudFormation whether the stack is stable, and whoever works for a stack operation waits until the
 * correction has ended. An operation that began before the question makes the guard give way. One that begins after it sees the announcement.
 *
 *   <key of the declaration>:guard.<run>   1 correcting since 2026-01-02T03:04:05.000Z
 *
 * An announcement counts for as long as the guard may write. A guard that died leaves one behind, which the next run, update or delete of the
 * declaration removes.
 */
export interface Announcement {
  readonly tag: Tags;
  /** Until when, in ms, the guard may write. */
  readonly until: number;
}

/** How long a correction may take. A deployment waits for it at most so long. */
export const CORRECTION_WINDOW_MS = 30_000;

export const LOOK_AGAIN_AFTER_MS = 2_000;
const KEY = /:guard\.[0-9a-f]{8}$/;
const VALUE = /^1 correcting since (\S{24})$/;

/** @param run 8 hexadecimal digits, so that no run removes the announcement of another */
export function announcementOf(key: string, run: string, now: number): Announcement {
  return { tag: new Map([[`${key}:guard.${run}`, `1 correcting since ${new Date(now).toISOString()}`]]), until: now + CORRECTION_WINDOW_MS };
}

/** The keys of announcements of this declaration that count no more. */
export function leftAnnouncements(key: string, tags: Tags, now: number): string[] {
  return [...tags].filter(([name, value]) => name.startsWith(`${key}:`) && KEY.test(name) && !isRunning(value, now)).map(([name]) => name);
}

/** The tags, less the announcements of this declaration. */
export const withoutAnnouncements = (key: string, tags: Tags): Tags =>
  new Map([...tags].filter(([name]) => !(name.startsWith(`${key}:`) && KEY.test(name))));

/** ECR for a stack operation: a read of the tags waits for corrections that are under way. */
export function waitForGuards(ecr: Ecr, clock: Clock): Ecr {
  return {
    ...ecr,
    async readTags() {
      const until = clock.now() + CORRECTION_WINDOW_MS;
      let tags = await ecr.readTags();
      while (isBeingCorrected(tags, clock.now()) && clock.now() < until) {
        await clock.sleep(LOOK_AGAIN_AFTER_MS);
        tags = await ecr.readTags();
      }
      return tags;
    },
  };
}

const isBeingCorrected = (tags: Tags, now: number): boolean =>
  [...tags].some(([key, value]) => key.startsWith(TAG_PREFIX) && KEY.test(key) && isRunning(value, now));

/** A time that lies ahead is that of a clock that is a little fast, or was edited. */
function isRunning(value: string, now: number): boolean {
  const since = Date.parse(VALUE.exec(value)?.[1] ?? '');
  return Math.abs(now - since) < CORRECTION_WINDOW_MS;
}
