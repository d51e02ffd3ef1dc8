import type { PlannedRepository } from './planned-repositories';
import type { PushReport } from './push-report';
import { SettingsJson, settingsCell, settingsJson } from '../settings';
import { renderTable } from '../terminal/table';

export interface Plan {
  readonly region: string;
  readonly repositories: readonly PlannedRepository[];
  /** Absent where no push could be refused, and where the events could not be read. */
  readonly pushes?: SeenPushes;
  /** What could not be seen, and why. */
  readonly problems: readonly string[];
}

export interface SeenPushes extends PushReport {
  /** All pushes since then are in the report, in ms. */
  readonly seenSince: number;
  readonly until: number;
  /** How far back it was to look, in ms. */
  readonly askedSince: number;
}

export interface PlanJson {
  readonly region: string;
  readonly repositories: readonly {
    readonly repository: string;
    readonly arn: string;
    readonly declaredBy?: string;
    readonly has?: SettingsJson;
    readonly wouldHave: SettingsJson;
    readonly changes: boolean;
  }[];
  readonly pushes?: PushReport & { readonly seenSince: string; readonly until: string; readonly complete: boolean };
  readonly problems: readonly string[];
}

export function planJson({ region, repositories, pushes, problems }: Plan): PlanJson {
  return {
    region,
    repositories: repositories.map(({ repository, declaredBy, wouldHave, changes }) => ({
      repository: repository.name,
      arn: repository.arn,
      declaredBy,
      has: settingsJson(repository.settings),
      wouldHave: settingsJson(wouldHave),
      changes,
    })),
    pushes: pushes && pushesJson(pushes),
    problems,
  };
}

function pushesJson({ seenSince, until, askedSince, ...report }: SeenPushes): PlanJson['pushes'] {
  return { seenSince: timeOf(seenSince), until: timeOf(until), complete: seenSince <= askedSince, ...report };
}

const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

export function renderPlan({ repositories, pushes }: Plan, width: number | undefined): string {
  return [
    ...renderChanges(repositories, width),
    ...pushes ? ['', ...renderPushes(pushes, width)] : [],
  ].join('\n');
}

function renderChanges(repositories: readonly PlannedRepository[], width: number | undefined): string[] {
  const changing = repositories.filter(({ changes }) => changes);
  const summary = `${changing.length} of ${repositories.length} ${repositories.length === 1 ? 'repository' : 'repositories'} would change.`;
  if (changing.length === 0) {
    return [summary];
  }
  const isOfApp = changing.some(({ declaredBy }) => declaredBy);
  const rows = changing.map(({ repository, wouldHave, declaredBy }) =>
    [repository.name, settingsCell(repository.settings), settingsCell(wouldHave), ...isOfApp ? [declaredBy ?? '-'] : []]);
  return [renderTable({ head: ['Repository', 'Has', 'Would have', ...isOfApp ? ['Declared by'] : []], rows }, width), '', summary];
}

function renderPushes(pushes: SeenPushes, width: number | undefined): string[] {
  const { seenSince, until, askedSince, refused, moved, unknown, groups } = pushes;
  const rows = groups.map((group) => [
    group.beginsWith, String(group.refused), String(group.moved), String(group.tags), String(group.repositories),
    Object.entries(group.by).map(([name, count]) => `${name} (${count})`).join('\n'),
  ]);
  return [
    `Pushes from ${timeOf(seenSince)} to ${timeOf(until)}${seenSince > askedSince ? `, not from ${timeOf(askedSince)} as asked` : ''}:`,
    ...rows.length > 0 ? [renderTable({ head: ['Tags', 'Refused', 'Moved', 'Tags moved', 'Repositories', 'Pushed by'], rows }, width)] : [],
    `${pushes.pushes} pushed a tag. ${refused} would have been refused${moved > refused ? `, and ${moved - refused} more moved a tag that is not protected` : ''}.`,
    ...unknown > 0 ? [`Of ${unknown} it is not known: CloudTrail does not tell whether the tag was on another image before.`] : [],
  ];
}
