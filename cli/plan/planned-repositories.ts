import type { PlannedDeclaration } from './declarations';
import { Settings, sameSettings } from '../../src/shared/settings';
import type { ListedRepository } from '../aws/registry';
import { isSelected } from '../repository-filter';

export interface PlannedRepository {
  readonly repository: ListedRepository;
  readonly wouldHave: Settings;
  readonly declaredBy?: string;
  readonly changes: boolean;
}

/** A declaration of one repository holds over those of many. Of several alike the last is taken. */
export function planRepositories(listed: readonly ListedRepository[], declarations: readonly PlannedDeclaration[]): PlannedRepository[] {
  return listed.flatMap((repository) => {
    const ofIt = declarations.filter(({ target }) => typeof target === 'string' ? target === repository.arn : isSelected(repository.name, target));
    const holds = ofIt.findLast(({ target }) => typeof target === 'string') ?? ofIt.at(-1);
    if (!holds) {
      return [];
    }
    const { settings: wouldHave, declaredBy } = holds;
    return { repository, wouldHave, declaredBy, changes: !repository.settings || !sameSettings(repository.settings, wouldHave) };
  });
}
