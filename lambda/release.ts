import { Context, keyOf } from './context';
import { Tags } from './ecr';
import { read, reportChanges } from './reading';
import { Declaration, hasMark, keysOf, newest, originalOf, readRecord, writeDeclaration } from './record';
import { Intent, settle } from './settle';
import { DECLARING_ENDS, SHORTEST_LIFE } from './timing';
import { Settings } from '../src/settings';

export interface Releasing {
  /** Until when, in ms, an invocation may be running that declares what is released here: the creation was never answered. */
  readonly appearsUntil?: number;
  /** Releases only what was recorded at this time. */
  readonly recordedAt?: number;
}

export interface Released {
  readonly before: Settings;
  /** What was left. */
  readonly effective: Settings;
}

const PAUSE_BETWEEN_LOOKS = 2_000;
const MOST_CORRECTIONS = 20;

/**
 * Sets what is effective without the own declaration, then removes it: that is the last write, so that no put is outstanding
 * while the declaration is absent.
 *
 * @returns nothing where there was no declaration
 */
export async function release(context: Context, { appearsUntil, recordedAt }: Releasing = {}): Promise<Released | undefined> {
  const { ecr, clock, log, owner } = context;
  const key = keyOf(owner);
  const tags = await lookFor(context, key, appearsUntil);
  const record = readRecord(tags);
  const own = record.declarations.find((declaration) => declaration.key === key);
  if (!own) {
    // Somebody may have removed the declaration's tags, and left the mark.
    await erase(context, key, tags);
    return undefined;
  }
  if (recordedAt !== undefined && own.declared?.since !== recordedAt) {
    return undefined;
  }
  const before = await ecr.readSettings();
  reportChanges(context, record, before);

  const intent = without(key, originalOf(record.declarations, key));
  let settled = await settle(context, intent, { tags, found: before }, true);
  const wait = timeUntilErasable(own, clock.now(), appearsUntil);
  if (wait > 0) {
    await clock.sleep(wait);
    settled = await settle(context, intent, await read(ecr), true);
  }
  if (!intent.effective(settled.tags)) {
    log('WARN', 'original-unknown', { consequence: 'the settings are left as they are', found: settled.found });
  }
  await erase(context, key, settled.tags);
  return { before, effective: settled.found };
}

/** What is wanted without the declaration: a declaration that is going has no say, and nobody relies on it any more. */
function without(key: string, original: Settings | undefined): Intent {
  return {
    amend: (tags) => {
      const own = readRecord(tags).declarations.find((declaration) => declaration.key === key);
      if (own?.declared?.going !== false) {
        return new Map();
      }
      const going = writeDeclaration({ ...own, declared: { ...own.declared, going: true } });
      return new Map([...going].filter(([tag]) => tag.startsWith(`${key}:declared`)));
    },
    effective: (tags) => newest(readRecord(tags).declarations.filter((other) => other.key !== key))?.declared.settings ?? original,
  };
}

/** The tags as soon as the declaration is among them, or when it cannot appear any more. */
async function lookFor({ ecr, clock }: Context, key: string, appearsUntil = 0): Promise<Tags> {
  for (;;) {
    const tags = await ecr.readTags();
    if (keysOf(key, tags).length > 0 || clock.now() >= appearsUntil) {
      return tags;
    }
    await clock.sleep(PAUSE_BETWEEN_LOOKS);
  }
}

/**
 * Long after it was recorded a declaration can go at once. Before that, the invocation that recorded it may still be about to put
 * where nobody has heard of its end; only after it can this one have the last word. In any case a declaration has its shortest life.
 */
function timeUntilErasable({ declared }: Declaration, now: number, appearsUntil?: number): number {
  const writerEnds = (declared?.since ?? now) + DECLARING_ENDS;
  if (writerEnds <= now) {
    return 0;
  }
  return appearsUntil === undefined ? SHORTEST_LIFE : Math.max(Math.min(writerEnds, appearsUntil) - now, SHORTEST_LIFE);
}

/** Removes the declaration, and the mark with the last declaration that needs it. */
async function erase({ ecr, owner: { mark, stackId } }: Context, key: string, tags: Tags): Promise<void> {
  const isMarkNeeded = (now: Tags) => readRecord(now).declarations.some((other) => other.key !== key && hasMark(other, mark.key));
  const keys = [...keysOf(key, tags), ...tags.has(mark.key) && !isMarkNeeded(tags) ? [mark.key] : []];
  if (keys.length > 0) {
    await ecr.untag(keys);
  }
  // Stacks that share a provider share its mark: another one may have declared or released meanwhile.
  for (let round = 0; stackId !== mark.value; round++) {
    const now = await ecr.readTags();
    if (isMarkNeeded(now) === now.has(mark.key)) {
      return;
    }
    if (round === MOST_CORRECTIONS) {
      throw new Error(`the repository's tag ${mark.key} still changed after ${MOST_CORRECTIONS} rounds. Find out who else changes it, then deploy again`);
    }
    await (isMarkNeeded(now) ? ecr.tag(new Map([[mark.key, mark.value]])) : ecr.untag([mark.key]));
  }
}
