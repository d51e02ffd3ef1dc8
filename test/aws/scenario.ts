import type { Settings } from '../../src/shared/settings';

/** What a stack declares, by the logical ids. Each declaration depends on the one before it, unless the scenario is parallel. */
export type Template = Readonly<Record<string, { readonly repository: string; readonly settings: Settings }>>;

/** What is done in a step: an operation on the scenario's stack, or something that another tool does to a repository. */
export type Action =
  | {
    readonly do: 'deploy';
    readonly template: Template;
    /** Whether what failed is kept, as by `cdk deploy --no-rollback`. */
    readonly keepsFailed?: boolean;
    /** Whether the update is cancelled while the first declaration whose id starts with `HELD` is created. */
    readonly isCancelled?: boolean;
  }
  | { readonly do: 'delete'; readonly retain?: readonly string[] }
  | { readonly do: 'create repository'; readonly repository: string; readonly settings: Settings }
  | { readonly do: 'put'; readonly repository: string; readonly settings: Settings }
  | { readonly do: 'erase record'; readonly repository: string }
  /** A newer format is refused by the function at once: so a delete fails, and for good. */
  | { readonly do: 'set format of record'; readonly repository: string; readonly format: number };

export interface Step {
  readonly action: Action;
  /** The stack's status afterwards. */
  readonly status?: string;
  /** The settings of repositories afterwards. */
  readonly settings?: Readonly<Record<string, Settings>>;
}

/** One story of a stack and its repositories, whose short names are those of this scenario. */
export interface Scenario {
  /** Part of the stack's name. */
  readonly name: string;
  readonly shows: string;
  readonly repositories: Readonly<Record<string, Settings>>;
  readonly isParallel?: boolean;
  readonly steps: readonly Step[];
}

/** The creates of declarations whose logical id starts so are held for a while before the function gets them. */
export const HELD = 'Held';
export const HELD_FOR_MS = 15_000;
