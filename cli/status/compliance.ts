import { Mutability } from '../../src/shared/contract';

export type Verdict = 'passes' | 'fails' | 'not documented';

/** A rule that people are held to, and what it says of each setting. docs/comparison.md has where that is known from. */
export interface ComplianceRule {
  readonly name: string;
  readonly verdicts: Readonly<Record<Mutability, Verdict>>;
}

/** To a rule that compares the exact value, a setting with exclusions is not `IMMUTABLE`. */
const EXACT: ComplianceRule['verdicts'] = {
  MUTABLE: 'fails', IMMUTABLE: 'passes', IMMUTABLE_WITH_EXCLUSION: 'fails', MUTABLE_WITH_EXCLUSION: 'fails',
};

export const COMPLIANCE_RULES: readonly ComplianceRule[] = [
  {
    name: 'Security Hub ECR.2',
    verdicts: { MUTABLE: 'fails', IMMUTABLE: 'passes', IMMUTABLE_WITH_EXCLUSION: 'not documented', MUTABLE_WITH_EXCLUSION: 'not documented' },
  },
  { name: 'Control Tower CT.ECR.PR.3', verdicts: EXACT },
  { name: 'Checkov CKV_AWS_51', verdicts: EXACT },
  { name: 'Trivy AVD-AWS-0031', verdicts: EXACT },
  {
    // Its ecr_repositories_tag_immutability fails MUTABLE and nothing else.
    name: 'Prowler',
    verdicts: { MUTABLE: 'fails', IMMUTABLE: 'passes', IMMUTABLE_WITH_EXCLUSION: 'passes', MUTABLE_WITH_EXCLUSION: 'passes' },
  },
];

export const verdictsOf = (mutability: Mutability): Record<string, Verdict> =>
  Object.fromEntries(COMPLIANCE_RULES.map(({ name, verdicts }) => [name, verdicts[mutability]]));
