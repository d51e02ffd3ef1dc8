import { Context, keyOf } from './operation';
import { Tags } from '../ecr/ecr';
import { readingOf, reportChanges } from './snapshot';
import { declarationOf, hasMark, keysOf, newest, originalOf, readRecord } from './record';
import { Intent, settle } from './reconcile';
import { DECLARING_ENDS, SHORTEST_LIFE } from './windows';
import { Settings } from '../../src/shared/settings';

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

const MOST_CORRECTIONS = 10;

/**
 * Sets what is effective without the own declaration, then removes it. No put is outstanding while the declaration is absent.
 *
 * @returns nothing where there was no declaration
 */
export async function release(context: Context, releasing: Releasing = {}): Promise<Released | undefined> {
  const { ecr, log, owner } = context;
  const key = keyOf(owner);
  const tags = await readWhenErasable(context, key, releasing);
  const own = declarationOf(key, readRecord(tags));
  if (!own) {
    // Somebody may have removed the declaration's tags, and left the mark.
    await erase(context, key, tags);
    return undefined;
  }
  if (releasing.recordedAt !== undefined && own.declared?.since !== releasing.recordedAt) {
    return undefined;
  }
  const reading = readingOf(tags, await ecr.readSettings());
  if (releasing.recordedAt === undefined) {
    // Not where the own invocation takes back what it has just recorded: what it could not put would look like the work of others.
    reportChanges(context, reading);
  }
  const original = originalOf(reading.record.declarations, key);
  const settled = await settle(context, without(key, original), reading, true);
  if (!original) {
    log('WARN', 'original-unknown', { consequence: 'the settings are left as they are, unless others declare them', before: reading.found, effective: settled.found });
  }
  await erase(context, key, settled.tags);
  return { before: reading.found, effective: settled.found };
}

/**
 * The repository's tags when the declaration may go. Where its creation was not answered, an invocation that records it may still
 * run: only after its end can this one have the last word. And a declaration that was just recorded has its shortest life.
 */
async function readWhenErasable({ ecr, clock }: Context, key: string, { appearsUntil = 0 }: Releasing): Promise<Tags> {
  const tags = await ecr.readTags();
  const own = declarationOf(key, readRecord(tags));
  const isNew = own && (own.declared?.since ?? clock.now()) + DECLARING_ENDS > clock.now();
  const wait = Math.max(isNew ? SHORTEST_LIFE : 0, appearsUntil - clock.now());
  if (wait <= 0) {
    return tags;
  }
  await clock.sleep(wait);
  return ecr.readTags();
}

/**
 * What is wanted without the declaration. It gives up its say first, so that nobody puts what it declares any more. That is done by
 * removing its text: a text that says so could be written again after the declaration is gone, by a second delivery of the same
 * deletion.
 */
function without(key: string, original: Settings | undefined): Intent {
  return {
    amend: ({ tags }) => new Map(keysOf(key, tags, 'declared').map((tag) => [tag, undefined])),
    effective: ({ record }) => newest(record.declarations.filter((other) => other.key !== key))?.declared.settings ?? original,
  };
}

/**
 * Removes the declaration, and the mark with the last declaration that needs it. Stacks that share a provider share its mark, and
 * another one may declare or release at the same time: so the mark is put right until a reading shows it as it should be.
 */
async function erase({ ecr, owner: { mark } }: Context, key: string, tags: Tags): Promise<void> {
  const isMarkNeeded = (now: Tags) => readRecord(now).declarations.some((other) => other.key !== key && hasMark(other, mark.key));
  let now = tags;
  const keys = [...keysOf(key, tags), ...tags.has(mark.key) && !isMarkNeeded(tags) ? [mark.key] : []];
  if (keys.length > 0) {
    await ecr.untag(keys);
    now = await ecr.readTags();
  }
  for (let correction = 0; isMarkNeeded(now) !== now.has(mark.key); correction++) {
    if (correction === MOST_CORRECTIONS) {
      throw new Error(`the repository's tag ${mark.key} still changed after ${MOST_CORRECTIONS} corrections. Find out who else changes it, then deploy again`);
    }
    await (isMarkNeeded(now) ? ecr.tag(new Map([[mark.key, mark.value]])) : ecr.untag([mark.key]));
    now = await ecr.readTags();
  }
}
