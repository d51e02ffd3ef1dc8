import type { Settings } from '../support/emulators/ecr';

/** The settings that the tests start from and declare. Filters are sorted, as `settingsOf` answers them. */
export const MUTABLE: Settings = { imageTagMutability: 'MUTABLE', filters: [] };
export const IMMUTABLE: Settings = { imageTagMutability: 'IMMUTABLE', filters: [] };
export const FILTERED: Settings = { imageTagMutability: 'MUTABLE_WITH_EXCLUSION', filters: ['prod-*', 'release-v*'] };
export const LOCKED: Settings = { imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['dev-*', 'latest'] };
