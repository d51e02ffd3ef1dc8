import { JudgedPush } from './judge-pushes';
import { isProtected } from './protection';
import { beginningOf } from './tag-beginning';
import { Settings } from '../../src/shared/settings';
import { groupBy } from '../group-by';

/** Pushes that moved tags which begin alike. */
export interface PushGroup {
  /** Their beginning, as the filter that would exclude them. */
  readonly beginsWith: string;
  /** Pushes that moved a tag from one image to another. */
  readonly moved: number;
  /** Those of them that the setting would have refused. */
  readonly refused: number;
  readonly tags: number;
  readonly repositories: number;
  /** How many pushes each has made. */
  readonly by: Readonly<Record<string, number>>;
}

export interface PushCounts {
  readonly pushes: number;
  readonly moved: number;
  readonly refused: number;
  /** Of tags that the setting protects: the events do not tell what would have become of them. */
  readonly unknown: number;
}

export interface PushReport extends PushCounts {
  readonly groups: readonly PushGroup[];
}

/** @param settings by ARN, of the repositories that would change */
export function reportPushes(judged: readonly JudgedPush[], settings: ReadonlyMap<string, Settings>): PushReport {
  const pushes = judged.filter(({ repositoryArn, verdict }) => settings.has(repositoryArn) && verdict !== 'failed');
  const isRefusable = ({ tag, repositoryArn }: JudgedPush) => isProtected(tag, settings.get(repositoryArn)!);
  const moved = pushes.filter(({ verdict }) => verdict === 'refused');
  const groups = [...groupBy(moved, ({ tag }) => beginningOf(tag))].map(([beginsWith, ofGroup]): PushGroup => ({
    beginsWith,
    moved: ofGroup.length,
    refused: ofGroup.filter(isRefusable).length,
    tags: new Set(ofGroup.map(({ tag, repositoryArn }) => `${repositoryArn}:${tag}`)).size,
    repositories: new Set(ofGroup.map(({ repositoryArn }) => repositoryArn)).size,
    by: countBy(ofGroup.map(({ by }) => by)),
  }));
  return {
    pushes: pushes.length,
    moved: moved.length,
    refused: moved.filter(isRefusable).length,
    unknown: pushes.filter((push) => push.verdict === 'unknown' && isRefusable(push)).length,
    groups: groups.sort((a, b) => b.refused - a.refused || b.moved - a.moved || (a.beginsWith < b.beginsWith ? -1 : 1)),
  };
}

/** Most first. */
function countBy(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  names.forEach((name) => counts.set(name, (counts.get(name) ?? 0) + 1));
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}
