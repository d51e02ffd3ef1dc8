import type { SessionOptions } from './aws/session';
import type { RepositoryFilters } from './repository-filter';
import type { Mutability } from '../src/shared/contract';

/** Options of every command, by the names that commander makes of them. */
export interface CommonOptions extends SessionOptions, RepositoryFilters {
  readonly json: boolean;
}

export interface ReleaseOptions extends CommonOptions {
  readonly stack?: string;
  readonly forget: boolean;
  readonly evenIfDeployed: boolean;
  readonly yes: boolean;
}

export interface PlanOptions extends CommonOptions {
  readonly app?: string;
  readonly imageTagMutability?: Mutability;
  readonly exclusionFilter: readonly string[];
  readonly days: number;
}
