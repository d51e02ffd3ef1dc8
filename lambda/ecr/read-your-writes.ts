import { Clock } from '../clock';
import { Ecr, Tags } from './ecr';
import { READS_LAG } from '../protocol/windows';
import { sameSettings, Settings } from '../../src/shared/settings';

const FIRST_PAUSE = 200;
const PAUSES = [FIRST_PAUSE, READS_LAG - FIRST_PAUSE];

/**
 * ECR whose reads show the own writes. What a lagging read shows instead cannot be told from the work of others, which may have
 * written the same just before: so it is believed only when it lasts.
 */
export function readYourWrites(ecr: Ecr, clock: Clock): Ecr {
  let put: Settings | undefined;
  /** Without a value: removed. */
  const tagged = new Map<string, string | undefined>();

  const missingIn = (tags: Tags) => [...tagged.keys()].filter((key) => tags.get(key) !== tagged.get(key));

  async function patiently<T>(read: () => Promise<T>, isShown: (value: T) => boolean): Promise<T> {
    let value = await read();
    for (const pause of PAUSES) {
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
      const settings = await patiently(() => ecr.readSettings(), isShown);
      if (!isShown(settings)) {
        put = undefined;
      }
      return settings;
    },
    async readTags() {
      const tags = await patiently(() => ecr.readTags(), (read) => missingIn(read).length === 0);
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
