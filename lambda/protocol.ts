import { Clock } from './clock';
import { Ecr, Tags } from './ecr';
import { Log } from './log';
import {
  DeclaredDeclaration, declarationKey, hasMark, isOurs, keysOf, newest, originalOf, placeFor, readRecord, writeDeclaration,
} from './record';
import { Settings, sameSettings } from '../src/settings';

/** Whose declaration it is, and the tag by which the provider's role may still write to a repository that left the template. */
export interface Owner {
  readonly stackId: string;
  readonly logicalId: string;
  readonly mark: { readonly key: string; readonly value: string };
}

/** What the protocol works with: one repository, and the owner of the declaration there that it is about. */
export interface Context {
  readonly ecr: Ecr;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
}

export interface Declaring {
  readonly settings: Settings;
  /** When this invocation stops writing, in ms. */
  readonly until: number;
  /** Whether the resource is created: then a record from before is that of a declaration that was retained. */
  readonly created: boolean;
  /** What declarations of this resource may have set before: should their record be gone, none of it is the original. */
  readonly notOriginal: readonly Settings[];
  /** Takes back a declaration that is new and failed. */
  readonly undo: () => Promise<void>;
}

export interface Declared {
  readonly effective: Settings;
  /** The stack whose newer declaration has the say. */
  readonly overruledBy?: string;
}

/** What a repository should have by its record. */
interface Aim {
  readonly tags: Tags;
  /** Absent where the original is unknown: the settings are left as they are. */
  readonly settings?: Settings;
  readonly overruledBy?: string;
  readonly overtaken?: boolean;
}

/** Each round answers to something that others did meanwhile, and nobody does that forever. */
const MOST_ROUNDS = 20;
const PAUSE_BETWEEN_ROUNDS = 100;
const PAUSE_BETWEEN_LOOKS = 2_000;
const MOST_TAGS = 50;

/** Records the declaration, then sets what is effective. */
export async function declare(context: Context, declaring: Declaring): Promise<Declared> {
  const { ecr, log, owner } = context;
  const key = keyOf(owner);
  const { tags, found } = await readUntilCertain(ecr);
  const { declarations, damaged } = readRecord(tags);
  reportDamage(log, damaged);
  const own = declarations.find((declaration) => declaration.key === key);
  const original = found ? originalFrom(found, declaring.notOriginal) : originalOf(declarations, key);
  if (!original) {
    log('WARN', 'original-unknown', { consequence: 'nothing will be put back on delete', found });
  }
  const next: DeclaredDeclaration = {
    key,
    declared: {
      going: false,
      place: own?.declared && !isRetained(own.declared, context, declaring) ? own.declared.place : placeFor(key, declarations),
      stackName: stackNameOf(owner.stackId),
      until: declaring.until,
      settings: declaring.settings,
    },
    original,
  };
  try {
    const unchanged = isRecorded(next, tags, owner, own?.declared?.until);
    if (!unchanged) {
      await record(ecr, owner, next, tags);
    }
    const aim = await settle(context, unchanged ? tags : undefined, newest(declarations)?.declared.settings, async (now) => {
      const recorded = readRecord(now).declarations;
      const overtaken = recorded.find((declaration) => declaration.key === key)?.declared?.going !== false;
      if (!overtaken && now.get(owner.mark.key) !== owner.mark.value) {
        // The deletion of another declaration with this mark, the last one then, ran at the same time.
        await ecr.tag(new Map([[owner.mark.key, owner.mark.value]]));
      }
      const winner = newest(recorded);
      return {
        tags: now,
        settings: winner?.declared.settings ?? original,
        overruledBy: winner && winner.key !== key ? winner.declared.stackName : undefined,
        overtaken,
      };
    });
    if (aim.overtaken || !aim.settings) {
      throw new Error('the declaration was removed while it was being made: its own deletion overtook it, or somebody removed the repository\'s tags. Deploy again to declare it once more');
    }
    return { effective: aim.settings, overruledBy: aim.overruledBy };
  } catch (error) {
    if (!own) {
      await declaring.undo();
    }
    throw error;
  }
}

/**
 * Sets what is effective without the own declaration, then removes it: that is the last write, so that no put is outstanding
 * while the declaration is absent.
 *
 * @param appearsUntil until when, in ms, an invocation may be running that declares what is released here
 * @param writtenUntil releases only what the invocation wrote that stops writing then
 * @returns whether there was a declaration
 */
export async function release(
  context: Context, { appearsUntil = 0, writtenUntil }: { readonly appearsUntil?: number; readonly writtenUntil?: number } = {},
): Promise<boolean> {
  const { ecr, clock, log, owner } = context;
  const key = keyOf(owner);
  const first = await lookFor(context, key, appearsUntil);
  const { declarations, damaged } = readRecord(first);
  reportDamage(log, damaged);
  const own = declarations.find((declaration) => declaration.key === key);
  if (!own) {
    // Somebody may have removed the declaration's tags, and left the mark.
    await erase(context, key, first);
    return false;
  }
  if (writtenUntil !== undefined && own.declared?.until !== writtenUntil) {
    return false;
  }
  const original = originalOf(declarations, key);

  const settleWithout = (tags?: Tags, expected?: Settings) => settle(context, tags, expected, async (now) => {
    const recorded = readRecord(now).declarations;
    const mine = recorded.find((declaration) => declaration.key === key);
    if (mine?.declared?.going === false) {
      const going = writeDeclaration({ ...mine, declared: { ...mine.declared, going: true } });
      await ecr.tag(new Map([...going].filter(([tag]) => tag.startsWith(`${key}:declared`))));
    }
    return { tags: now, settings: newest(recorded.filter((other) => other.key !== key))?.declared.settings ?? original };
  });

  let aim = await settleWithout(first, newest(declarations)?.declared.settings);
  if (own.declared && own.declared.until > clock.now() && appearsUntil > 0) {
    // The invocation that declared may still be about to put: only after it can this one have the last word.
    await clock.sleep(Math.max(Math.min(own.declared.until, appearsUntil) - clock.now(), 0));
    aim = await settleWithout();
  }
  if (!aim.settings) {
    log('WARN', 'original-unknown', { consequence: 'the settings are left as they are', found: await ecr.readSettings() });
  }
  await erase(context, key, aim.tags);
  return true;
}

/** Puts what the record asks for until it is there. */
async function settle(
  { ecr, clock, log }: Context, first: Tags | undefined, expected: Settings | undefined, aimAt: (tags: Tags) => Promise<Aim>,
): Promise<Aim> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const aim = await aimAt(round === 0 && first ? first : await ecr.readTags());
    const found = await ecr.readSettings();
    if (round === 0 && expected && !sameSettings(found, expected)) {
      log('WARN', 'changed-by-others', { declared: expected, found });
    }
    if (!aim.settings || sameSettings(found, aim.settings)) {
      return aim;
    }
    await ecr.putSettings(aim.settings);
    log('INFO', 'put', { before: found, after: aim.settings });
    if (round > 0) {
      await clock.sleep(PAUSE_BETWEEN_ROUNDS * round);
    }
  }
  throw new Error(`the repository's tags and settings still changed after ${MOST_ROUNDS} rounds. Find out who else changes them, then deploy again`);
}

/** What the tags say, and the settings where no declaration is recorded: read between two readings of the tags that agree. */
async function readUntilCertain(ecr: Ecr): Promise<{ readonly tags: Tags; readonly found?: Settings }> {
  let tags = await ecr.readTags();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (readRecord(tags).declarations.length > 0) {
      return { tags };
    }
    const found = await ecr.readSettings();
    const again = await ecr.readTags();
    if (sameRecord(tags, again)) {
      return { tags: again, found };
    }
    tags = again;
  }
  throw new Error(`the repository's tags still changed after ${MOST_ROUNDS} readings. Find out who else changes them, then deploy again`);
}

async function lookFor({ ecr, clock }: Context, key: string, appearsUntil: number): Promise<Tags> {
  for (;;) {
    const tags = await ecr.readTags();
    if (keysOf(key, tags).length > 0 || clock.now() >= appearsUntil) {
      return tags;
    }
    await clock.sleep(PAUSE_BETWEEN_LOOKS);
  }
}

function originalFrom(found: Settings, notOriginal: readonly Settings[]): Settings | undefined {
  return notOriginal.some((settings) => sameSettings(found, settings)) ? undefined : found;
}

/** A creation that finds its own record declares anew, save where the same creation, delivered twice, has just written it. */
function isRetained({ until }: { readonly until: number }, { clock }: Context, { created }: Declaring): boolean {
  return created && until < clock.now();
}

/** When the invocation ends that recorded it is no part of what is declared. */
function isRecorded(next: DeclaredDeclaration, tags: Tags, { mark }: Owner, until: number | undefined): boolean {
  return until !== undefined
    && tags.get(mark.key) === mark.value
    && [...writeDeclaration({ ...next, declared: { ...next.declared, until } })].every(([key, value]) => tags.get(key) === value);
}

async function record(ecr: Ecr, { mark }: Owner, next: DeclaredDeclaration, tags: Tags): Promise<void> {
  const written = new Map([...writeDeclaration(next), [mark.key, mark.value]]);
  const counted = [...new Set([...tags.keys(), ...written.keys()])].filter((key) => !key.startsWith('aws:'));
  if (counted.length > MOST_TAGS) {
    throw new Error(`the repository would have ${counted.length} tags, but ECR takes ${MOST_TAGS}; the record of this declaration needs ${written.size} of them. Remove tags from the repository, then deploy again. Its settings were not changed`);
  }
  await ecr.tag(written);
  const leftOver = keysOf(next.key, tags).filter((key) => !written.has(key));
  if (leftOver.length > 0) {
    await ecr.untag(leftOver);
  }
}

async function erase({ ecr, owner: { mark, stackId } }: Context, key: string, tags: Tags): Promise<void> {
  const isMarkOfOthers = (now: Tags) => readRecord(now).declarations.some((other) => other.key !== key && hasMark(other, mark.key));
  const keys = [...keysOf(key, tags), ...isMarkOfOthers(tags) || !tags.has(mark.key) ? [] : [mark.key]];
  if (keys.length === 0) {
    // The same deletion, delivered twice, has done it.
    return;
  }
  await ecr.untag(keys);
  if (stackId !== mark.value) {
    // Stacks that share a provider share its mark: another one may have declared meanwhile.
    const now = await ecr.readTags();
    if (isMarkOfOthers(now) && !now.has(mark.key)) {
      await ecr.tag(new Map([[mark.key, mark.value]]));
    }
  }
}

const keyOf = ({ mark, stackId, logicalId }: Owner): string => declarationKey(mark.key, stackId, logicalId);

const stackNameOf = (stackId: string): string => /:stack\/([A-Za-z0-9-]{1,128})\//.exec(stackId)?.[1] ?? 'another-stack';

function sameRecord(a: Tags, b: Tags): boolean {
  const ours = (tags: Tags) => [...tags].filter(([key]) => isOurs(key)).map((tag) => tag.join('=')).sort().join('\n');
  return ours(a) === ours(b);
}

function reportDamage(log: Log, damaged: readonly string[]): void {
  if (damaged.length > 0) {
    log('WARN', 'record-damaged', { tags: damaged });
  }
}
