import { ReleaseOperation, keyOf } from './operation';
import { DesiredState, NO_CHANGES, reconcile } from './reconcile';
import { Declaration, Declared, declarationOf, isOwnedBy, keysOf, newest, originalOf, readRecord } from './record';
import { Snapshot, readStableSnapshot, reportDrift, reportEditedOriginal, snapshotOf, takeSnapshot } from './snapshot';
import { DECLARE_WINDOW_MS, MIN_LIFETIME_MS } from './windows';
import { Settings, sameSettings } from '../../src/shared/settings';
import { Tags } from '../ecr/ecr';

export interface Releasing {
  /** The token of the physical id that is deleted. Absent where CloudFormation generated the id, or the token is not known. */
  readonly token?: string;
  /** The original in that id. It holds over the one in the tags, which others can edit and erase. */
  readonly original?: Settings;
  /** What the resource declared last. Where its record is gone, only these settings are replaced by the original. */
  readonly ownSettings?: Settings;
  /** Until when, in ms, a create that was never answered may write the declaration that is released here. */
  readonly createMayRunUntil?: number;
  /** Releases only what was recorded at this time. */
  readonly recordedAt?: number;
  /** The settings, where a listing has shown them a while ago. */
  readonly known?: Settings;
}

/** `original-unknown`: it was released, but what the repository had before is not known, so its settings stay. */
export type ReleaseOutcome = 'released' | 'original-unknown' | 'restored-without-record' | 'no-record';

export type ReleaseResult =
  | { readonly outcome: ReleaseOutcome; readonly before: Settings; readonly effective: Settings }
  /** The record is that of another create, and was left alone. */
  | { readonly outcome: 'other-create' };

const MAX_CORRECTIONS = 10;
/** A create that runs has put its settings by then, unless ECR is slow. */
const LOOK_AGAIN_AFTER_MS = 10_000;

/** Puts what is effective without the declaration, then removes the declaration. No put is outstanding once it is absent. */
export async function release(operation: ReleaseOperation, releasing: Releasing): Promise<ReleaseResult> {
  const { ecr, log } = operation;
  const key = keyOf(operation.declaration);
  const tags = await readWhenReleasable(operation, key, releasing);
  const own = declarationOf(key, readRecord(tags));
  if (!own) {
    const result = await restoreWithoutRecord(operation, releasing);
    // Somebody may have removed the declaration's tags, and left the ownership tag. IAM may ask for it in a restore, so it goes last.
    await erase(operation, key, tags);
    return result;
  }
  if (own.declared ? isOfOtherCreate(own.declared, releasing) : releasing.recordedAt !== undefined) {
    // Without `:declared`, another invocation is releasing it: a rollback leaves it to that one.
    return { outcome: 'other-create' };
  }
  const snapshot = snapshotOf(tags, releasing.known ?? await ecr.readSettings());
  if (releasing.recordedAt === undefined) {
    // A rollback of the own invocation would report what it could not put as the work of others.
    reportDrift(operation, snapshot);
  }
  const original = originalFor(operation, releasing, snapshot, own);
  const reconciled = await reconcile(operation, without(key, original), snapshot, releasing.known === undefined);
  if (!original) {
    log('WARN', 'original-unknown', { consequence: 'the settings are left as they are, unless others declare them', before: snapshot.actual, effective: reconciled.actual });
  }
  await erase(operation, key, reconciled.tags);
  const isEffectiveKnown = original !== undefined || newest(reconciled.record.declarations) !== undefined;
  return { outcome: isEffectiveKnown ? 'released' : 'original-unknown', before: snapshot.actual, effective: reconciled.actual };
}

const isOfOtherCreate = ({ token, since }: Declared, releasing: Releasing): boolean =>
  (releasing.token !== undefined && releasing.token !== token) || (releasing.recordedAt !== undefined && releasing.recordedAt !== since);

/**
 * Others have erased the record, or there never was one. The original in the physical id is restored only where nobody else declares, and
 * the repository still has what this resource declared. Where it has something else, its owner has decided since.
 */
async function restoreWithoutRecord(operation: ReleaseOperation, { original, ownSettings, known }: Releasing): Promise<ReleaseResult> {
  if (!original || !ownSettings) {
    const actual = known ?? await operation.ecr.readSettings();
    return { outcome: 'no-record', before: actual, effective: actual };
  }
  const snapshot = await readStableSnapshot(operation);
  const { record, actual: before } = snapshot;
  if (record.declarations.length > 0 || !sameSettings(before, ownSettings) || sameSettings(before, original)) {
    return { outcome: 'no-record', before, effective: before };
  }
  const { actual: effective } = await reconcile(operation, {
    tagChanges: () => NO_CHANGES,
    settings: (now) => newest(now.record.declarations)?.declared.settings ?? original,
  }, snapshot, true);
  return { outcome: 'restored-without-record', before, effective };
}

/** The repository's tags when the declaration may be released. */
async function readWhenReleasable(operation: ReleaseOperation, key: string, { createMayRunUntil }: Releasing): Promise<Tags> {
  const { ecr, clock } = operation;
  if (createMayRunUntil !== undefined) {
    await waitForCreate(operation, key, createMayRunUntil);
  }
  const tags = await ecr.readTags();
  const own = declarationOf(key, readRecord(tags));
  if (!own || hasEnded(own, clock.now())) {
    return tags;
  }
  await clock.sleep(MIN_LIFETIME_MS);
  return ecr.readTags();
}

/**
 * Waits until a create that was never answered can put its settings no more. It waits no longer once the create's declaration is recorded
 * and the repository has what the record makes effective, since the create has then put it. Otherwise it looks again after a while, and then
 * waits until the end of the create's window, since a function that died leaves nothing to see.
 */
async function waitForCreate({ ecr, clock }: ReleaseOperation, key: string, createMayRunUntil: number): Promise<void> {
  const started = clock.now();
  for (const pause of [LOOK_AGAIN_AFTER_MS, Infinity]) {
    const snapshot = await takeSnapshot(ecr);
    const own = declarationOf(key, snapshot.record);
    // An older one is that of a retained declaration, over which the create may still declare.
    const isOfCreate = own?.declared && !hasEnded(own, started);
    const left = (isOfCreate ? Math.min(createMayRunUntil, own.declared!.since + DECLARE_WINDOW_MS) : createMayRunUntil) - clock.now();
    const winner = newest(snapshot.record.declarations);
    if (left <= 0 || (isOfCreate && winner && sameSettings(snapshot.actual, winner.declared.settings))) {
      return;
    }
    await clock.sleep(Math.min(pause, left));
  }
}

/** Whether the invocation that recorded the declaration can write no more. One whose time cannot be read may be new. */
const hasEnded = ({ declared }: Declaration, now: number): boolean => (declared?.since ?? now) + DECLARE_WINDOW_MS <= now;

function originalFor(operation: ReleaseOperation, { original }: Releasing, { record }: Snapshot, own: Declaration): Settings | undefined {
  reportEditedOriginal(operation, own.original, original);
  return original ?? originalOf(record.declarations, own.key);
}

/**
 * The state without the declaration. Its `:declared` is removed first, so that nobody puts its settings any more. It is removed, not
 * overwritten, since a second delivery of the same delete could write it again after the declaration is gone.
 */
function without(key: string, original: Settings | undefined): DesiredState {
  return {
    tagChanges: ({ tags }) => ({ ...NO_CHANGES, remove: keysOf(key, tags, 'declared') }),
    settings: ({ record }) => newest(record.declarations.filter((other) => other.key !== key))?.declared.settings ?? original,
  };
}

/**
 * Removes the declaration, and the ownership tag with the last declaration that needs it. Stacks that share a provider share its ownership
 * tag, and another one may declare or release at the same time. So the ownership tag is corrected until a read shows it as it should be.
 */
export async function erase({ ecr, declaration: { ownershipTag } }: ReleaseOperation, key: string, tags: Tags): Promise<void> {
  const isNeeded = (now: Tags) => readRecord(now).declarations.some((other) => other.key !== key && isOwnedBy(other, ownershipTag.key));
  let now = tags;
  const keys = [...keysOf(key, tags), ...tags.has(ownershipTag.key) && !isNeeded(tags) ? [ownershipTag.key] : []];
  if (keys.length > 0) {
    await ecr.untag(keys);
    now = await ecr.readTags();
  }
  for (let correction = 0; isNeeded(now) !== now.has(ownershipTag.key); correction++) {
    if (correction === MAX_CORRECTIONS) {
      throw new Error(`the repository's tag ${ownershipTag.key} still changed after ${MAX_CORRECTIONS} corrections. Find out who else changes it, then try again`);
    }
    await (isNeeded(now) ? ecr.tag(new Map([[ownershipTag.key, ownershipTag.value]])) : ecr.untag([ownershipTag.key]));
    now = await ecr.readTags();
  }
}
