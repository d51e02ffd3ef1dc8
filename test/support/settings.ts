import { Settings } from '../../src/shared/settings';

/** The settings that the tests start from and declare. */
export const MUTABLE: Settings = { mutability: 'MUTABLE', filters: [] };
export const IMMUTABLE: Settings = { mutability: 'IMMUTABLE', filters: [] };
export const LOCKED: Settings = { mutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['latest', 'dev-*'] };
export const FILTERED: Settings = { mutability: 'MUTABLE_WITH_EXCLUSION', filters: ['prod-*'] };

/** What another stack declares. */
export const OF_OTHER: Settings = { mutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['cache-*'] };

/** As long as settings can be: five filters of 128 characters, one for each of these letters. */
export const longest = (letters = 'abcde', mutability: Settings['mutability'] = 'IMMUTABLE_WITH_EXCLUSION'): Settings =>
  ({ mutability, filters: [...letters].map((letter) => `*${letter.repeat(126)}*`) });
