import { Tags } from '../../lambda/ecr/ecr';
import { Declaration, Precedence, RulePrecedence, newest, readRecord } from '../../lambda/protocol/record';
import { Settings, sameSettings } from '../../src/shared/settings';
import type { ListedRepository } from '../aws/registry';

/** How a repository differs from what is declared. */
export type Drift =
  /** It has other settings than it should have. */
  | 'settings'
  /** Tags of the record are missing, or cannot be read. */
  | 'record';

export interface RepositoryStatus {
  readonly repository: ListedRepository;
  readonly tags: Tags;
  /** Absent where the record does not tell: its tags are damaged, or the original is unknown. */
  readonly shouldHave?: Settings;
  readonly original?: Settings;
  readonly declarations: readonly Declaration[];
  /** The declaration that holds. */
  readonly holds?: Declaration;
  readonly damaged: readonly string[];
  readonly drift: readonly Drift[];
}

/** Whether a `RegistryImageTagMutability` has made the declaration. */
export const isOfRule = (precedence: Precedence | undefined): precedence is RulePrecedence => precedence !== undefined && 'ruleCreated' in precedence;

/** What the record in a repository's tags says of it. Nothing where it has no declarations. */
export function statusOf(repository: ListedRepository, tags: Tags): RepositoryStatus | undefined {
  const { declarations, damaged } = readRecord(tags);
  if (declarations.length === 0 && damaged.length === 0) {
    return undefined;
  }
  const holds = newest(declarations);
  const original = declarations.find((declaration) => declaration.original)?.original;
  // Where every declaration is being released, the original is what they leave.
  const shouldHave = holds?.declared.settings ?? original;
  const hasDrifted = shouldHave && !(repository.settings && sameSettings(repository.settings, shouldHave));
  return {
    repository,
    tags,
    shouldHave,
    original,
    declarations,
    holds,
    damaged,
    drift: [...hasDrifted ? ['settings' as const] : [], ...damaged.length > 0 ? ['record' as const] : []],
  };
}
