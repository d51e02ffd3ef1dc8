import { Settings, areValidSettings, isMutability } from '../src/shared/settings';

/** Settings in one line, as they stand in a physical id: `MUTABLE_WITH_EXCLUSION prod-* release-v*`. */
export function renderSettings({ mutability, filters }: Settings): string {
  return [mutability, ...filters].join(' ');
}

/** Nothing where the string is not one that `renderSettings` makes of settings that ECR takes. */
export function parseSettings(value: string | undefined): Settings | undefined {
  const [mutability, ...filters] = (value ?? '').split(' ');
  return isMutability(mutability) && areValidSettings({ mutability, filters }) ? { mutability, filters } : undefined;
}
