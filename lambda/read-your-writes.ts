import { Clock } from './clock';
import { Ecr, Tags } from './ecr';
import { sameSettings, Settings } from '../src/settings';

/** How long a read may lag behind a write, in pauses: what is still not shown after them was overwritten by others. */
const PAUSES = [100, 500, 1_900];

/**
 * ECR whose reads show the own writes. A read that still shows what was there before the last write is repeated; one that
 * shows something else again is the work of others, and is believed.
 */
export function readYourWrites(ecr: Ecr, clock: Clock): Ecr {
  let lastSettings: Settings | undefined;
  let overwritten: Settings | undefined;
  let lastTags: Tags = new Map();
  /** The keys written since a read last showed them: the value before, and the one after. */
  const pending = new Map<string, readonly [before: string | undefined, after: string | undefined]>();

  const wrote = (key: string, value: string | undefined) => {
    pending.set(key, [lastTags.get(key), value]);
  };
  const isBehind = (tags: Tags) =>
    [...pending].some(([key, [before, after]]) => before !== after && tags.get(key) === before);

  async function patiently<T>(read: () => Promise<T>, behind: (value: T) => boolean): Promise<T> {
    let value = await read();
    for (const pause of PAUSES) {
      if (!behind(value)) {
        break;
      }
      await clock.sleep(pause);
      value = await read();
    }
    return value;
  }

  return {
    async readSettings() {
      const stale = overwritten;
      lastSettings = await patiently(() => ecr.readSettings(), (read) => stale !== undefined && sameSettings(read, stale));
      overwritten = undefined;
      return lastSettings;
    },
    async readTags() {
      lastTags = await patiently(() => ecr.readTags(), isBehind);
      pending.clear();
      return lastTags;
    },
    async putSettings(settings) {
      await ecr.putSettings(settings);
      overwritten = lastSettings && !sameSettings(lastSettings, settings) ? lastSettings : undefined;
    },
    async tag(tags) {
      await ecr.tag(tags);
      tags.forEach((value, key) => wrote(key, value));
    },
    async untag(keys) {
      await ecr.untag(keys);
      keys.forEach((key) => wrote(key, undefined));
    },
  };
}
