import { Drift, isCorrectable } from './drift';
import { Guarded } from './input';
import { Counts } from '../metrics';

/** What a run found of a declaration, and what became of it. */
export type Finding = { readonly guarded: Guarded } & (
  | { readonly outcome: 'in-order' }
  /** The repository no longer exists. */
  | { readonly outcome: 'gone' }
  /** `left` is what the guard has not set right: all of it where it only reports, nothing where it has corrected all. */
  | { readonly outcome: 'drifted'; readonly drift: Drift; readonly left?: Drift }
  /** A stack operation began. */
  | { readonly outcome: 'gave-way' }
  | { readonly outcome: 'failed'; readonly drift?: Drift; readonly reason: string }
);

export const hasDrifted = (finding: Finding): boolean =>
  finding.outcome === 'drifted' || finding.outcome === 'gone' || (finding.outcome === 'failed' && finding.drift !== undefined);

/** Whether the guard has set right what it may. */
export const isCorrected = (finding: Finding): boolean =>
  finding.outcome === 'drifted' && isCorrectable(finding.drift) && !(finding.left && isCorrectable(finding.left));

export function countsOf(findings: readonly Finding[]): Counts {
  return {
    drifted: findings.filter(hasDrifted).length,
    corrected: findings.filter(isCorrected).length,
    failed: findings.filter(({ outcome }) => outcome === 'failed').length,
  };
}
