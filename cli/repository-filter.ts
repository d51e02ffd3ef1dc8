import { matchesWildcard } from './wildcard';

export interface RepositoryFilters {
  /** Whole names, in which `*` stands for any characters. None: all repositories. */
  readonly repositoryFilter: readonly string[];
  readonly excludeRepositoryFilter: readonly string[];
}

export function isSelected(name: string, { repositoryFilter, excludeRepositoryFilter }: RepositoryFilters): boolean {
  const matches = (pattern: string) => matchesWildcard(pattern, name);
  return (repositoryFilter.length === 0 || repositoryFilter.some(matches)) && !excludeRepositoryFilter.some(matches);
}
