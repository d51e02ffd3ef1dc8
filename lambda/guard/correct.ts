import { Announcement, announcementOf, withoutAnnouncements } from './announcement';
import { Drift, driftOf, isCorrectable, originalFor } from './drift';
import { Guarded } from './input';
import { write } from '../protocol/declare';
import { Operation, keyOf, ownershipTagsOf, stackNameOf } from '../protocol/operation';
import { NO_CHANGES, reconcile } from '../protocol/reconcile';
import { DeclaredDeclaration, declarationOf, newest } from '../protocol/record';
import { Snapshot, readStableSnapshot, takeSnapshot } from '../protocol/snapshot';

export interface Correcting {
  readonly guarded: Guarded;
  /** 8 hexadecimal digits that no other run has. */
  readonly run: string;
  /** Whether the stack is stable, and no stack operation has touched the declaration since the run began. */
  readonly isUndisturbed: () => Promise<boolean>;
  /** The work on the repository, in a window that ends at this time, in ms. */
  readonly operationUntil: (until: number) => Operation;
  readonly now: number;
}

/** What was found and what is left of it; nothing where a stack operation has begun. */
export type Correction = { readonly found?: Drift; readonly left?: Drift } | undefined;

/**
 * Below the precedence of everything that a deployment records, whose numbers start with 1: which declaration was there first is lost with the
 * record, and a guard must not take a repository from another stack.
 */
const LOWEST_PRECEDENCE = { sequence: 0, revision: 0 };

/**
 * Puts what the record makes effective, and records the declaration where no record of it is left.
 *
 * The announcement comes before the question to CloudFormation, and every other write after it. So a stack operation on the declaration has
 * either begun before the question, and nothing more is written, or it begins after it, and waits until the announcement is gone or counts no
 * more.
 */
export async function correct({ guarded, run, isUndisturbed, operationUntil, now }: Correcting): Promise<Correction> {
  const { declaration } = operationUntil(now);
  const announcement = announcementOf(keyOf(declaration), run, now);
  const operation = operationUntil(announcement.until);
  await operation.ecr.tag(announcement.tag);
  try {
    const snapshot = await readStableSnapshot(operation);
    const found = driftOf(guarded, declaration, snapshot);
    if (!await isUndisturbed()) {
      return undefined;
    }
    return found && isCorrectable(found)
      ? { found, left: driftOf(guarded, declaration, await settle(operation, guarded, snapshot, found)) }
      : { found, left: found };
  } finally {
    await withdraw(operation, announcement);
  }
}

/** One that stays is removed by the next run, and counts no more by then. */
async function withdraw({ ecr, log }: Operation, { tag }: Announcement): Promise<void> {
  try {
    await ecr.untag([...tag.keys()]);
  } catch (error) {
    log('WARN', 'announcement-left', { reason: (error as Error).message });
  }
}

async function settle(operation: Operation, guarded: Guarded, snapshot: Snapshot, { record }: Drift): Promise<Snapshot> {
  const { ecr, declaration } = operation;
  const key = keyOf(declaration);
  if (record === 'missing') {
    await write(operation, declarationFor(operation, guarded, snapshot), withoutAnnouncements(key, snapshot.tags));
  } else if (record === 'not-owned') {
    await ecr.tag(ownershipTagsOf(declaration));
  }
  const isFresh = record !== 'missing' && record !== 'not-owned';
  return reconcile(operation, {
    tagChanges: () => NO_CHANGES,
    // Where others have erased the record meanwhile, nothing says what to put.
    settings: (now) => declarationOf(key, now.record)?.declared && newest(now.record.declarations)?.declared.settings,
  }, isFresh ? snapshot : await takeSnapshot(ecr), true);
}

function declarationFor({ clock, declaration }: Operation, guarded: Guarded, snapshot: Snapshot): DeclaredDeclaration {
  const { id: { token }, settings } = guarded;
  const key = keyOf(declaration);
  if (token === undefined) {
    throw new Error('its physical id has no token. Deploy a change of the declaration to record it again');
  }
  return {
    key,
    declared: { precedence: LOWEST_PRECEDENCE, stackName: stackNameOf(declaration), since: clock.now(), token, settings },
    original: originalFor(guarded, key, snapshot),
  };
}
