import { COMPLIANCE_RULES, Verdict, verdictsOf } from './compliance';
import type { RegistryStatus } from './registry-status';
import { RepositoryStatus, isOfRule } from './repository-status';
import { Declaration } from '../../lambda/protocol/record';
import { MUTABILITIES } from '../../src/shared/contract';
import { SettingsJson, settingsCell, settingsJson } from '../settings';
import { renderTable } from '../terminal/table';

export interface StatusJson {
  readonly region: string;
  readonly repositories: readonly RepositoryJson[];
  readonly drifted: number;
  readonly problems: readonly string[];
}

interface RepositoryJson {
  readonly repository: string;
  readonly arn: string;
  readonly has?: SettingsJson;
  readonly shouldHave?: SettingsJson;
  readonly original?: SettingsJson;
  readonly declaredBy: readonly DeclarationJson[];
  readonly damagedTags: readonly string[];
  readonly drift: readonly string[];
  readonly compliance: Readonly<Record<string, Verdict>>;
}

interface DeclarationJson {
  /** Starts the keys of the declaration's tags. */
  readonly key: string;
  /** Absent where it is being released, and where its tags cannot be read. */
  readonly stack?: string;
  readonly since?: string;
  readonly by?: 'declaration' | 'rule';
  readonly settings?: SettingsJson;
  readonly holds: boolean;
}

export function statusJson({ repositories, problems }: RegistryStatus, region: string): StatusJson {
  return { region, repositories: repositories.map(repositoryJson), drifted: drifted(repositories).length, problems };
}

function repositoryJson({ repository, shouldHave, original, declarations, holds, damaged, drift }: RepositoryStatus): RepositoryJson {
  return {
    repository: repository.name,
    arn: repository.arn,
    has: settingsJson(repository.settings),
    shouldHave: settingsJson(shouldHave),
    original: settingsJson(original),
    declaredBy: declarations.map((declaration) => ({
      key: declaration.key,
      stack: declaration.declared?.stackName,
      since: declaration.declared && new Date(declaration.declared.since).toISOString(),
      by: declaration.declared && (isOfRule(declaration.declared.precedence) ? 'rule' : 'declaration'),
      settings: settingsJson(declaration.declared?.settings),
      holds: declaration === holds,
    })),
    damagedTags: damaged,
    drift,
    compliance: repository.settings ? verdictsOf(repository.settings.mutability) : {},
  };
}

const HEAD = ['Repository', 'Drift', 'Has', 'Should have', 'Original', 'Declared by'];

export function renderStatus({ repositories }: RegistryStatus, width: number | undefined): string {
  if (repositories.length === 0) {
    return 'No repository has declarations.';
  }
  const rows = repositories.map((status) => [
    status.repository.name,
    status.drift.join('\n') || '-',
    settingsCell(status.repository.settings),
    settingsCell(status.shouldHave),
    settingsCell(status.original),
    status.declarations.map((declaration) => declarationCell(declaration, status)).join('\n') || '-',
  ]);
  return [
    renderTable({ head: HEAD, rows }, width),
    '',
    summary(repositories),
    '',
    renderCompliance(repositories, width),
  ].join('\n');
}

function declarationCell(declaration: Declaration, { declarations, holds }: RepositoryStatus): string {
  const name = declarationName(declaration);
  return declarations.length > 1 && declaration === holds ? `${name} (holds)` : name;
}

/** What the record tells of who declares. */
function declarationName({ declared }: Declaration): string {
  if (!declared) {
    return 'a stack that is releasing it';
  }
  return isOfRule(declared.precedence) ? `${declared.stackName} (rule)` : declared.stackName;
}

function summary(repositories: readonly RepositoryStatus[]): string {
  const count = drifted(repositories).length;
  const declared = `${repositories.length} ${repositories.length === 1 ? 'repository has' : 'repositories have'} declarations`;
  return count === 0 ? `${declared}, and no drift.` : `${declared}; ${count} ${count === 1 ? 'has' : 'have'} drifted.`;
}

export const drifted = (repositories: readonly RepositoryStatus[]): RepositoryStatus[] => repositories.filter(({ drift }) => drift.length > 0);

/** A verdict depends on the mutability only, so there is one column for each that these repositories have. */
function renderCompliance(repositories: readonly RepositoryStatus[], width: number | undefined): string {
  const present = MUTABILITIES.filter((mutability) => repositories.some(({ repository }) => repository.settings?.mutability === mutability));
  return renderTable({
    head: ['Rule', ...present],
    rows: COMPLIANCE_RULES.map(({ name, verdicts }) => [name, ...present.map((mutability) => verdicts[mutability])]),
  }, width);
}
