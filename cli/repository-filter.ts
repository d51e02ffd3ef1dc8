import { CommandLineError } from './errors';
import { matchesRule, validateRepositoryFilters } from '../src/shared/registry';

export interface RepositoryFilters {
  /** Whole names, in which `*` stands for any characters. None: all repositories. */
  readonly repositoryFilter: readonly string[];
  readonly excludeRepositoryFilter: readonly string[];
}

const ALL = ['*'];

/** By the rules of `RegistryImageTagMutability`, whose filters these are. */
export function isSelected(name: string, { repositoryFilter, excludeRepositoryFilter }: RepositoryFilters): boolean {
  return matchesRule(name, repositoryFilter.length > 0 ? repositoryFilter : ALL, excludeRepositoryFilter);
}

/** Refuses filters that no repository's name can match. */
export function refuseUselessFilters({ repositoryFilter, excludeRepositoryFilter }: RepositoryFilters): void {
  const error = validateRepositoryFilters(repositoryFilter.length > 0 ? repositoryFilter : ALL, excludeRepositoryFilter);
  if (error) {
    throw new CommandLineError(error.replaceAll('excludeRepositoryFilters', '--exclude-repository-filter').replaceAll('repositoryFilters', '--repository-filter'));
  }
}
