import { Candidate, settingsWithout } from './candidate';
import type { Deployment } from './deployment';
import type { Outcome } from './release-candidate';
import { groupBy } from '../group-by';
import { SettingsJson, settingsCell, settingsJson } from '../settings';
import { isOfRule } from '../status/repository-status';
import { renderTable } from '../terminal/table';

export interface Releasable extends Candidate {
  readonly deployment: Deployment;
}

export interface ReleaseReport {
  readonly region: string;
  readonly forget: boolean;
  readonly releasable: readonly Releasable[];
  /** Of those that were worked on. */
  readonly outcomes: ReadonlyMap<Releasable, Outcome>;
  readonly problems: readonly string[];
}

interface ReleaseJson {
  readonly region: string;
  readonly declarations: readonly {
    readonly repository: string;
    readonly arn: string;
    readonly key: string;
    readonly stack?: string;
    readonly deployment: Deployment;
    readonly has?: SettingsJson;
    /** Absent where the settings stay as they are. */
    readonly willHave?: SettingsJson;
    /** Absent where nothing was done: nobody agreed, or it failed. */
    readonly outcome?: Outcome;
  }[];
  readonly problems: readonly string[];
}

export function releaseJson(report: ReleaseReport): ReleaseJson {
  const willHave = settingsAfter(report);
  return {
    region: report.region,
    declarations: report.releasable.map((each) => ({
      repository: each.status.repository.name,
      arn: each.status.repository.arn,
      key: each.id.key,
      stack: each.stack.name,
      deployment: each.deployment,
      has: settingsJson(each.status.repository.settings),
      willHave: settingsJson(willHave(each)),
      outcome: report.outcomes.get(each),
    })),
    problems: report.problems,
  };
}

export function renderCandidates(report: ReleaseReport, width: number | undefined): string {
  if (report.releasable.length === 0) {
    return 'There is nothing to release: no declaration is recorded that is deployed no more.';
  }
  const willHave = settingsAfter(report);
  const rows = report.releasable.map((each) => {
    const settings = willHave(each);
    return [
      each.status.repository.name,
      `${each.stack.name ?? 'unknown'}${isOfRule(each.declaration.declared?.precedence) ? ' (rule)' : ''}`,
      each.deployment,
      settingsCell(each.status.repository.settings),
      settings ? settingsCell(settings) : 'the same',
    ];
  });
  return renderTable({ head: ['Repository', 'Declared by', 'Deployment', 'Has', 'Will have'], rows }, width);
}

const SENTENCES: Record<Outcome, string> = {
  'released': 'restored',
  'restored-without-record': 'restored',
  'original-unknown': 'left as they are, since what they had before is not known',
  'no-record': 'left as they are, since the record is gone',
  'other-create': 'left as they are, since they were declared anew meanwhile',
  'forgotten': 'forgotten',
  'repository-not-found': 'gone',
};

export function renderOutcomes({ releasable, outcomes }: ReleaseReport): string {
  const counts = [...groupBy([...outcomes.values()], (outcome) => SENTENCES[outcome])].map(([sentence, of]) => `${of.length} ${sentence}`);
  const rest = releasable.length - outcomes.size;
  return [...counts, ...rest > 0 ? [`${rest} not touched`] : []].map((each) => `${each}.`).join('\n');
}

/** What a repository will have when all of its declarations in the report are released. */
function settingsAfter({ releasable, forget }: ReleaseReport): (each: Releasable) => ReturnType<typeof settingsWithout> {
  const byRepository = groupBy(releasable, ({ status }) => status);
  return ({ status }) => forget ? undefined : settingsWithout(byRepository.get(status) ?? [], status);
}
