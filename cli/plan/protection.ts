import { matchesFilter } from '../../src/shared/registry';
import { Settings } from '../../src/shared/settings';

/** Whether a tag that exists cannot be moved to another image under these settings. */
export function isProtected(tag: string, { mutability, filters }: Settings): boolean {
  const isExcluded = filters.some((filter) => matchesFilter(tag, filter));
  return mutability.startsWith('IMMUTABLE') ? !isExcluded : isExcluded;
}

/** Whether any tag can be protected by these settings. */
export const protectsTags = ({ mutability }: Settings): boolean => mutability !== 'MUTABLE';
