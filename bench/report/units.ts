export function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

export const ms = (value: number): string => `${shown(value)} ms`;

export const bytes = (value: number): string => `${value.toLocaleString('en')} B`;

export const ratio = (value: number): string => value.toFixed(2);
