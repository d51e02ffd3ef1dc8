import { Clock } from '../clock';
import { Ecr, Tags } from './ecr';
import { sameSettings, Settings } from '../../src/shared/settings';
import { MAX_READ_LAG_MS } from '../protocol/windows';

const FIRST_PAUSE_MS = 200;
const PAUSES_MS = [FIRST_PAUSE_MS, MAX_READ_LAG_MS - FIRST_PAUSE_MS];

/**
 * ECR whose reads show the own writes. A read that lacks an own write either lags, or shows that others have changed it since. So it is
 * repeated, and believed once reads can lag no more.
 */
export function readYourWrites(ecr: Ecr, clock: Clock): Ecr {
  let put: Settings | undefined;
  /** The keys written, each with its value, or without one where it was removed. */
  const tagged = new Map<string, string | undefined>();

  const missingIn = (tags: Tags) => [...tagged.keys()].filter((key) => tags.get(key) !== tagged.get(key));

  async function readUntilShown<T>(read: () => Promise<T>, isShown: (value: T) => boolean): Promise<T> {
    let value = await read();
    for (const pause of PAUSES_MS) {
      if (isShown(value)) {
        break;
      }
      await clock.sleep(pause);
      value = await read();
    }
    return value;
  }

  return {
    async readSettings() {
      const isShown = (settings: Settings) => put === undefined || sameSettings(settings, put);
      const settings = await readUntilShown(() => ecr.readSettings(), isShown);
      if (!isShown(settings)) {
        put = undefined;
      }
      return settings;
    },
    async readTags() {
      const tags = await readUntilShown(() => ecr.readTags(), (read) => missingIn(read).length === 0);
      missingIn(tags).forEach((key) => tagged.delete(key));
      return tags;
    },
    async putSettings(settings) {
      await ecr.putSettings(settings);
      put = settings;
    },
    async tag(tags) {
      await ecr.tag(tags);
      tags.forEach((value, key) => tagged.set(key, value));
    },
    async untag(keys) {
      await ecr.untag(keys);
      keys.forEach((key) => tagged.set(key, undefined));
    },
  };
}
