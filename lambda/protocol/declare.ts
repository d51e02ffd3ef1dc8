import { DeclarationId, Operation, keyOf, ownershipTagsOf, stackNameOf } from './operation';
import { NO_CHANGES, changeTags, reconcile } from './reconcile';
import {
  Declaration, Declared, DeclaredDeclaration, RulePrecedence, declarationOf, isOfSameStack, keysOf, newest, originalOf, precedenceFor,
  writeDeclaration,
} from './record';
import { rollBack } from './roll-back';
import { Snapshot, readStableSnapshot, reportDrift, reportEditedOriginal, snapshotOf } from './snapshot';
import { Settings, sameSettings } from '../../src/shared/settings';
import { Tags } from '../ecr/ecr';

export interface Declaring {
  readonly settings: Settings;
  /** Whether a create asks for it. A record of another create is then that of a retained declaration, and this one is declared anew. */
  readonly isCreate: boolean;
  /** The token of the physical id. Absent in a replacement, which has no id of its own yet. */
  readonly token?: string;
  /** The token of a replacement whose declaration is not recorded. */
  readonly newToken: string;
  /** The original in the physical id. It holds over the one in the tags, which others can edit. */
  readonly original?: Settings;
  /** What this resource may have set before. Where its record is gone, none of it is the original. */
  readonly ownSettings: readonly Settings[];
  readonly failIfSuperseded: boolean;
  /** Of a rule, which brings its precedence along. A single declaration gets one from the record. */
  readonly precedence?: RulePrecedence;
  /** The settings, where a listing has shown them a while ago. */
  readonly known?: Settings;
}

export interface DeclareResult {
  readonly before: Settings;
  readonly effective: Settings;
  /** The stack whose newer declaration holds. */
  readonly supersededBy?: string;
  readonly original?: Settings;
  readonly token: string;
  /** Whether nothing was written. */
  readonly isUnchanged: boolean;
}

/** The repository has no room for the record's tags. */
export class TooManyTagsError extends Error {}

const MAX_TAGS = 50;

/** Records the declaration, then puts the effective settings. */
export async function declare(operation: Operation, declaring: Declaring): Promise<DeclareResult> {
  const { declaration: id } = operation;
  const key = keyOf(id);
  const snapshot = await readStableSnapshot(operation, declaring.known);
  reportDrift(operation, snapshot);
  const own = declarationOf(key, snapshot.record);
  const next = nextDeclaration(operation, declaring, snapshot, own);
  reportOriginal(operation, declaring, snapshot, own, next);

  const isUnchanged = own?.declared !== undefined && isRecorded(next, own.declared, snapshot.tags, id);
  if (!isUnchanged && declaring.failIfSuperseded) {
    refuseIfSuperseded(snapshot.record.declarations, next);
  }
  try {
    const written = isUnchanged ? snapshot : snapshotOf(await write(operation, next, snapshot.tags), snapshot.actual);
    const { record } = await reconcile(operation, {
      tagChanges: (now) => declarationOf(key, now.record)?.declared && !now.tags.has(id.ownershipTag.key)
        ? { ...NO_CHANGES, set: ownershipTagsOf(id) }
        : NO_CHANGES,
      settings: (now) => newest(now.record.declarations)?.declared.settings ?? next.original,
    }, written, isUnchanged);
    const winner = newest(record.declarations);
    const declared = declarationOf(key, record)?.declared;
    if (!declared || !winner) {
      throw new Error('the declaration was removed while it was being made: its own deletion overtook it, or somebody removed the repository\'s tags. Deploy again to declare it once more');
    }
    if (!sameSettings(declared.settings, declaring.settings)) {
      throw new Error('the repository\'s tags have other settings for this declaration than were just recorded: a later request for it overtook this one, or somebody edits the tags. Deploy again to declare it once more');
    }
    return {
      before: snapshot.actual,
      effective: winner.declared.settings,
      supersededBy: winner.key !== key ? winner.declared.stackName : undefined,
      original: next.original,
      token: next.declared.token,
      isUnchanged: isUnchanged && sameSettings(snapshot.actual, winner.declared.settings),
    };
  } catch (error) {
    if (!own) {
      await rollBack(operation, next.declared.since);
    }
    throw error;
  }
}

function nextDeclaration(
  { clock, declaration: id }: Operation, declaring: Declaring, { record, actual }: Snapshot, own: Declaration | undefined,
): DeclaredDeclaration {
  const { declarations } = record;
  const key = keyOf(id);
  const kept = own?.declared && !(declaring.isCreate && own.declared.token !== declaring.token) ? own.declared : undefined;
  return {
    key,
    declared: {
      precedence: declaring.precedence ?? kept?.precedence ?? precedenceFor(key, declarations),
      stackName: stackNameOf(id),
      since: clock.now(),
      token: declaring.token ?? kept?.token ?? declaring.newToken,
      settings: declaring.settings,
    },
    original: declaring.original ?? (declarations.length > 0 ? originalOf(declarations, key) : originalFrom(actual, declaring.ownSettings)),
  };
}

function originalFrom(actual: Settings, ownSettings: readonly Settings[]): Settings | undefined {
  return ownSettings.some((settings) => sameSettings(actual, settings)) ? undefined : actual;
}

function reportOriginal(
  operation: Operation, { ownSettings, precedence }: Declaring, { actual: before }: Snapshot, own: Declaration | undefined, { original }: Declaration,
): void {
  const { log } = operation;
  // A rule finds repositories without a record all the time: new ones.
  const isOfRule = precedence !== undefined;
  if (!own && ownSettings.length > 0 && !isOfRule) {
    log('WARN', 'no-record', { consequence: 'the settings are declared anew', before });
  }
  if (!original) {
    log('WARN', 'original-unknown', { consequence: 'nothing will be restored on delete', before });
  }
  reportEditedOriginal(operation, own?.original, original);
}

/** Asked only for a declaration that would change, so that the rollback of a refused update, which finds its declaration as it was, succeeds. */
function refuseIfSuperseded(declarations: readonly Declaration[], next: DeclaredDeclaration): void {
  const winner = newest([...declarations.filter(({ key }) => key !== next.key), next]);
  if (winner && !isOfSameStack(winner, next)) {
    throw new Error(`failIfSuperseded is set, and the stack ${winner.declared.stackName} has a newer declaration of this repository, which holds. Remove that one, or set failIfSuperseded to false to deploy below it. Nothing was changed`);
  }
}

/** Whether the tags hold this declaration and no more of it. The time of recording is no part of what is declared. */
export function isRecorded(next: DeclaredDeclaration, { since }: Declared, tags: Tags, id: DeclarationId): boolean {
  const asBefore = writeDeclaration({ ...next, declared: { ...next.declared, since } });
  return [...asBefore, ...ownershipTagsOf(id)].every(([key, value]) => tags.get(key) === value) && leftOver(next.key, asBefore, tags).length === 0;
}

/** Parts of a former, longer string. */
const leftOver = (key: string, written: Tags, tags: Tags): string[] => keysOf(key, tags).filter((candidate) => !written.has(candidate));

/** @returns the repository's tags with the declaration, and with the left-over parts of a former string */
export async function write({ ecr, declaration: id }: Operation, next: DeclaredDeclaration, tags: Tags): Promise<Tags> {
  const written = new Map([...writeDeclaration(next), ...ownershipTagsOf(id)]);
  const all = new Map([...tags, ...written]);
  const counted = [...all.keys()].filter((key) => !key.startsWith('aws:'));
  if (counted.length > MAX_TAGS) {
    throw new TooManyTagsError(`the repository would have ${counted.length} tags, but ECR takes ${MAX_TAGS}; the record of this declaration needs ${written.size} of them. Remove tags from the repository, then deploy again. Its settings were not changed`);
  }
  await changeTags(ecr, { set: written, remove: leftOver(next.key, written, tags) });
  return all;
}
