import type { Deletion, Push, RegistryEvent } from './registry-event';
import { groupBy } from '../group-by';

/**
 * What would have become of a push, if the tag had been protected at that moment:
 *
 * - `refused`: the tag was on another image.
 * - `accepted`: the tag was on the same image already, or had been deleted.
 * - `unknown`: the events do not tell whether the tag was on another image, or which of several calls came first.
 * - `failed`: it failed as it was.
 */
export type Verdict = 'refused' | 'accepted' | 'unknown' | 'failed';

export interface JudgedPush extends Push {
  readonly verdict: Verdict;
}

/** Where a tag was: on an image, or deleted. A tag that is not in the map may be anywhere. */
type TagStates = Map<string, { readonly digest: string } | 'deleted'>;

/**
 * Judges each push by what the tag was on just before, as far as the events tell. Never more than that: CloudTrail does not say whether a
 * tag existed, so the first push of a tag is unknown, and so is one after a failed call.
 */
export function judgePushes(events: readonly RegistryEvent[]): JudgedPush[] {
  const judged: JudgedPush[] = [];
  for (const ofRepository of groupBy(unique(events), ({ repositoryArn }) => repositoryArn).values()) {
    const states: TagStates = new Map();
    const sorted = [...ofRepository].sort((a, b) => a.time - b.time);
    for (const moment of groupBy(sorted, ({ time }) => time).values()) {
      judged.push(...judgeMoment(moment, states));
    }
  }
  return judged;
}

/** Judges what happened in one second. The events of a second come in no order. */
function judgeMoment(moment: readonly RegistryEvent[], states: TagStates): JudgedPush[] {
  const deletions = moment.filter((event) => event.kind === 'deletion');
  const pushes = groupBy(moment.filter((event) => event.kind === 'push'), ({ tag }) => tag);
  const judged = [...pushes].flatMap(([tag, ofTag]) => judgeTag(tag, ofTag, deletions, states));
  for (const tag of new Set([...states.keys(), ...deletions.flatMap(tagsNamedBy)])) {
    const ofTag = pushes.has(tag) ? [] : deletions.filter((deletion) => concerns(deletion, tag, digestOf(states.get(tag))));
    if (ofTag.some(({ failed }) => failed)) {
      states.delete(tag);
    } else if (ofTag.length > 0) {
      states.set(tag, 'deleted');
    }
  }
  return judged;
}

function judgeTag(tag: string, pushes: readonly Push[], deletions: readonly Deletion[], states: TagStates): JudgedPush[] {
  const before = states.get(tag);
  const [{ digest }] = pushes as [Push];
  const digests = [digestOf(before), ...pushes.map((push) => push.digest)];
  const isDeletedMeanwhile = deletions.some((deletion) => digests.some((each) => concerns(deletion, tag, each)));
  const isClear = digest !== undefined && !isDeletedMeanwhile && pushes.every((push) => !push.failed && push.digest === digest);
  if (!isClear) {
    states.delete(tag);
    return pushes.map((push) => ({ ...push, verdict: push.failed ? 'failed' : 'unknown' }));
  }
  states.set(tag, { digest });
  return pushes.map((push, index) => ({ ...push, verdict: index === 0 ? verdictOf(before, digest) : 'accepted' }));
}

function verdictOf(before: ReturnType<TagStates['get']>, digest: string): Verdict {
  if (before === undefined) {
    return 'unknown';
  }
  return before === 'deleted' || before.digest === digest ? 'accepted' : 'refused';
}

const digestOf = (state: ReturnType<TagStates['get']>): string | undefined => typeof state === 'object' ? state.digest : undefined;

const concerns = ({ images }: Deletion, tag: string, digest: string | undefined): boolean =>
  images === 'all' || images.tags.includes(tag) || (digest !== undefined && images.digests.includes(digest));

const tagsNamedBy = ({ images }: Deletion): readonly string[] => images === 'all' ? [] : images.tags;

/** CloudTrail may deliver an event more than once. */
const unique = (events: readonly RegistryEvent[]): RegistryEvent[] => [...new Map(events.map((event) => [event.id, event])).values()];
