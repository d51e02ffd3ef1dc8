import { Context, Owner, keyOf, stackNameOf } from './context';
import { Ecr, Tags } from './ecr';
import { readUntilCertain, readingOf, reportChanges } from './reading';
import {
  Declared, DeclaredDeclaration, RepositoryRecord, declarationOf, keysOf, newest, originalOf, placeFor, writeDeclaration,
} from './record';
import { NO_CHANGES, change, settle } from './settle';
import { DECLARING_ENDS } from './timing';
import { Settings, sameSettings } from '../src/shared/settings';

export interface Declaring {
  readonly settings: Settings;
  /** Whether the resource is created: then a record from before is that of a declaration that was retained. */
  readonly created: boolean;
  /** What this resource may have set before: should its record be gone, none of it is the original. */
  readonly notOriginal: readonly Settings[];
  /** Takes back a declaration that is new and failed; it was recorded at this time. */
  readonly undo: (recordedAt: number) => Promise<void>;
}

export interface Declaration {
  readonly before: Settings;
  readonly effective: Settings;
  /** The stack whose newer declaration has the say. */
  readonly overruledBy?: string;
}

const MOST_TAGS = 50;

/** Records the declaration, then sets what is effective. */
export async function declare(context: Context, declaring: Declaring): Promise<Declaration> {
  const { clock, log, owner } = context;
  const key = keyOf(owner);
  const reading = await readUntilCertain(context);
  const { tags, found: before, record: { declarations } } = reading;
  reportChanges(context, reading);
  const own = declarationOf(key, reading.record);
  const original = declarations.length > 0 ? originalOf(declarations, key) : originalFrom(before, declaring.notOriginal);
  if (!own && declaring.notOriginal.length > 0) {
    log('WARN', 'no-record', { consequence: 'the settings are declared anew', before });
  }
  if (!original) {
    log('WARN', 'original-unknown', { consequence: 'nothing will be restored on delete', before });
  }
  const next: DeclaredDeclaration = {
    key,
    declared: {
      place: own?.declared && !isRetained(own.declared, context, declaring) ? own.declared.place : placeFor(key, declarations),
      stackName: stackNameOf(owner),
      since: clock.now(),
      settings: declaring.settings,
    },
    original,
  };
  try {
    const isUnchanged = own?.declared !== undefined && isRecorded(next, own.declared, tags, owner);
    const known = isUnchanged ? reading : readingOf(await write(context.ecr, owner, next, tags), before);
    const { record } = await settle(context, {
      amend: (now) => declaredBy(key, now.record) && !now.tags.has(owner.mark.key) ? markOf(owner) : NO_CHANGES,
      effective: (now) => newest(now.record.declarations)?.declared.settings ?? original,
    }, known, isUnchanged);
    const winner = newest(record.declarations);
    const declared = declaredBy(key, record);
    if (!declared || !winner) {
      throw new Error('the declaration was removed while it was being made: its own deletion overtook it, or somebody removed the repository\'s tags. Deploy again to declare it once more');
    }
    if (!sameSettings(declared.settings, declaring.settings)) {
      throw new Error('the repository\'s tags have another setting for this declaration than was just recorded: a later request for it overtook this one, or somebody edits the tags. Deploy again to declare it once more');
    }
    return { before, effective: winner.declared.settings, overruledBy: winner.key !== key ? winner.declared.stackName : undefined };
  } catch (error) {
    if (!own) {
      await declaring.undo(next.declared.since);
    }
    throw error;
  }
}

function originalFrom(found: Settings, notOriginal: readonly Settings[]): Settings | undefined {
  return notOriginal.some((settings) => sameSettings(found, settings)) ? undefined : found;
}

/** A creation that finds its own record declares anew, save where the same creation, delivered twice, has just written it. */
function isRetained({ since }: Declared, { clock }: Context, { created }: Declaring): boolean {
  return created && since + DECLARING_ENDS < clock.now();
}

/** What is recorded as the own declaration; where that is nothing, the deletion of the own resource has overtaken this. */
function declaredBy(key: string, record: RepositoryRecord): Declared | undefined {
  return declarationOf(key, record)?.declared;
}

/** When it was recorded is no part of what is declared. */
function isRecorded(next: DeclaredDeclaration, { since }: Declared, tags: Tags, owner: Owner): boolean {
  const asBefore = writeDeclaration({ ...next, declared: { ...next.declared, since } });
  return [...asBefore, ...markOf(owner)].every(([key, value]) => tags.get(key) === value) && leftOver(next.key, asBefore, tags).length === 0;
}

/** Parts of a former text that was longer. */
const leftOver = (key: string, written: Tags, tags: Tags): string[] => keysOf(key, tags).filter((candidate) => !written.has(candidate));

/** @returns the repository's tags with it, and with parts of a former text that are no part of this one. */
async function write(ecr: Ecr, owner: Owner, declaration: DeclaredDeclaration, tags: Tags): Promise<Tags> {
  const written = new Map([...writeDeclaration(declaration), ...markOf(owner)]);
  const all = new Map([...tags, ...written]);
  const counted = [...all.keys()].filter((key) => !key.startsWith('aws:'));
  if (counted.length > MOST_TAGS) {
    throw new Error(`the repository would have ${counted.length} tags, but ECR takes ${MOST_TAGS}; the record of this declaration needs ${written.size} of them. Remove tags from the repository, then deploy again. Its settings were not changed`);
  }
  const removed = leftOver(declaration.key, written, tags).map((key) => [key, undefined] as const);
  await change(ecr, new Map<string, string | undefined>([...written, ...removed]));
  return all;
}

const markOf = ({ mark }: Owner): Tags => new Map([[mark.key, mark.value]]);
