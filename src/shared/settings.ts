import { MUTABILITIES, Mutability } from './contract';

/** A repository's tag mutability. PutImageTagMutability replaces all of it. */
export interface Settings {
  readonly mutability: Mutability;
  /** The patterns of the exclusion filters, a set: ECR gives their order no meaning. */
  readonly filters: readonly string[];
}

export const MAX_FILTERS = 5;
export const MAX_WILDCARDS = 2;
const FILTER = /^[0-9a-zA-Z._*-]{1,128}$/;

export function isMutability(value: unknown): value is Mutability {
  return MUTABILITIES.includes(value as Mutability);
}

export function takesFilters(mutability: Mutability): boolean {
  return mutability.endsWith('_WITH_EXCLUSION');
}

/** A filter of nothing but wildcards excludes every tag, which turns the setting into its opposite. */
export function matchesEveryTag(filter: string): boolean {
  return /^\*+$/.test(filter);
}

export function sameSettings(a: Settings, b: Settings): boolean {
  return a.mutability === b.mutability
    && a.filters.length === b.filters.length
    && a.filters.every((filter) => b.filters.includes(filter));
}

/**
 * Checks ECR's rules for settings as a whole. The construct calls it at synthesis; the Lambda calls it again, since tokens hide values from synthesis.
 *
 * @returns which rule is broken, in the words of the construct's properties, or nothing
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImageTagMutability.html
 */
export function validateSettings(mutability: Mutability, filters: readonly string[] | undefined): string | undefined {
  const withExclusion = takesFilters(mutability);
  if (filters === undefined) {
    return withExclusion
      ? `imageTagMutabilityExclusionFilters is missing, but imageTagMutability is ${mutability}, which needs 1 to ${MAX_FILTERS} filters. Add filters, or use ${mutability.replace('_WITH_EXCLUSION', '')}.`
      : undefined;
  }
  if (!withExclusion) {
    return `imageTagMutabilityExclusionFilters was given (${list(filters)}), but imageTagMutability is ${mutability}, which takes no filters. Use ${mutability}_WITH_EXCLUSION, or remove the filters.`;
  }
  if (filters.length < 1 || filters.length > MAX_FILTERS) {
    return `imageTagMutabilityExclusionFilters has ${filters.length} filters, but ECR takes 1 to ${MAX_FILTERS} with ${mutability}. ${filters.length === 0
      ? `Add a filter, or use ${mutability.replace('_WITH_EXCLUSION', '')}.`
      : 'Cover several tags by one filter with a wildcard, such as \'dev-*\'.'}`;
  }
  for (const filter of filters) {
    if (!FILTER.test(filter)) {
      return `imageTagMutabilityExclusionFilters has the filter '${shown(filter)}' of ${filter.length} characters, but a filter is 1 to 128 letters, digits, '.', '_', '-' and '*'. Correct or remove that filter.`;
    }
    const wildcards = filter.split('*').length - 1;
    if (wildcards > MAX_WILDCARDS) {
      return `imageTagMutabilityExclusionFilters has the filter '${filter}' with ${wildcards} wildcards, but ECR takes at most ${MAX_WILDCARDS} '*' in a filter. Split it into several filters, or use fewer '*'.`;
    }
  }
  const twice = filters.find((filter, index) => filters.indexOf(filter) !== index);
  if (twice !== undefined) {
    return `imageTagMutabilityExclusionFilters has the filter '${twice}' twice, but each filter may be there once. Remove one of the two.`;
  }
  return undefined;
}

/** Whether settings that were read obey ECR's rules. ECR and the record write an empty list where no filters were given. */
export function areValidSettings({ mutability, filters }: Settings): boolean {
  return validateSettings(mutability, takesFilters(mutability) || filters.length > 0 ? filters : undefined) === undefined;
}

/** The error for a mutability that does not exist. */
export function unknownMutability(value: unknown): string {
  return `imageTagMutability is ${typeof value === 'string' ? `'${shown(value)}'` : `of type ${typeof value}`}, but ECR takes ${MUTABILITIES.join(', ')}. Use one of ecr.TagMutability.`;
}

/** A user's string in a message: bounded, and without control characters, which a terminal would obey. */
export function shown(text: string): string {
  const printable = text.replace(/[^\x20-\x7e]/g, '?');
  return printable.length > 140 ? `${printable.slice(0, 140)}...` : printable;
}

function list(filters: readonly string[]): string {
  return filters.length === 0 ? 'an empty list' : filters.slice(0, MAX_FILTERS + 1).map((filter) => `'${shown(String(filter))}'`).join(', ');
}
