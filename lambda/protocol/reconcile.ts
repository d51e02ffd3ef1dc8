import { ReleaseOperation, keyOf } from './operation';
import { Snapshot, snapshotOf, takeSnapshot } from './snapshot';
import { Settings, sameSettings } from '../../src/shared/settings';
import { Ecr, Tags } from '../ecr/ecr';

/** What an invocation wants of a repository, given what is there now. It is asked again after each change, its own and those of others. */
export interface DesiredState {
  /** How the declaration's own tags have to change. */
  readonly tagChanges: (snapshot: Snapshot) => TagChanges;
  /** The settings that the repository should have, or nothing where they are to be left as they are. */
  readonly settings: (snapshot: Snapshot) => Settings | undefined;
}

export interface TagChanges {
  readonly set: Tags;
  readonly remove: readonly string[];
}

export const NO_CHANGES: TagChanges = { set: new Map(), remove: [] };

/** Each round answers a change that others made meanwhile. Nobody changes a repository for ever. */
const MAX_ROUNDS = 10;
const PAUSE_MS = 100;

/**
 * Writes what is desired, and repeats until a snapshot that was taken after the last write shows it. Of several invocations at once, the one
 * that writes last also reads last, so it leaves what all of them want.
 *
 * Settings that were just put are not read again where the tags show no other declaration. Whoever puts settings reads after that, and
 * removes its record only when it has seen what all want. So where no other record is left, nobody has put anything else since.
 *
 * @param snapshot what is known of the repository, including the invocation's own writes
 * @param isFresh whether the snapshot was taken after the last of these writes
 * @returns the snapshot that shows the desired state
 */
export async function reconcile(operation: ReleaseOperation, desired: DesiredState, snapshot: Snapshot, isFresh: boolean): Promise<Snapshot> {
  const { ecr, clock, log } = operation;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const changes = desired.tagChanges(snapshot);
    await changeTags(ecr, changes);
    const settings = desired.settings(snapshot);
    const differs = settings !== undefined && !sameSettings(snapshot.actual, settings);
    if (differs) {
      await ecr.putSettings(settings);
      log('INFO', 'settings-changed', { before: snapshot.actual, effective: settings });
    }
    if (isEmpty(changes) && !differs && (isFresh || round > 0)) {
      return snapshot;
    }
    if (round > 0) {
      await clock.sleep(PAUSE_MS * round);
    }
    snapshot = differs ? await takeSnapshotAfterPut(operation, settings) : await takeSnapshot(ecr);
  }
  throw new Error(`the repository's tags and settings still changed after ${MAX_ROUNDS} rounds. Find out who else changes them, then try again`);
}

async function takeSnapshotAfterPut({ ecr, declaration }: ReleaseOperation, put: Settings): Promise<Snapshot> {
  const key = keyOf(declaration);
  const { tags, record } = snapshotOf(await ecr.readTags(), put);
  const isAlone = record.declarations.every((other) => other.key === key);
  return snapshotOf(tags, isAlone ? put : await ecr.readSettings());
}

/** Makes as few calls as the changes need. */
export async function changeTags(ecr: Ecr, { set, remove }: TagChanges): Promise<void> {
  if (set.size > 0) {
    await ecr.tag(set);
  }
  if (remove.length > 0) {
    await ecr.untag(remove);
  }
}

const isEmpty = ({ set, remove }: TagChanges): boolean => set.size === 0 && remove.length === 0;
