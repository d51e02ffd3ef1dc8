import { Mutability } from '../src/shared/contract';
import { Settings } from '../src/shared/settings';

/** Settings as the JSON output has them, by the names of the constructs' properties. */
export interface SettingsJson {
  readonly imageTagMutability: Mutability;
  readonly imageTagMutabilityExclusionFilters: readonly string[];
}

export function settingsJson(settings: Settings): SettingsJson;
export function settingsJson(settings: Settings | undefined): SettingsJson | undefined;
export function settingsJson(settings: Settings | undefined): SettingsJson | undefined {
  return settings && { imageTagMutability: settings.mutability, imageTagMutabilityExclusionFilters: settings.filters };
}

/** The mutability, and each filter on a line of its own. */
export const settingsCell = (settings: Settings | undefined): string => settings ? [settings.mutability, ...settings.filters].join('\n') : 'unknown';
