import { isDeepStrictEqual } from 'node:util';
import { bold, green, red, say } from './terminal';
import type { Settings } from '../../test/support/emulators/ecr';

export interface Row {
  readonly name: string;
  readonly before: Settings;
  /** Undefined where nothing is declared any more. */
  readonly declared?: Settings;
  readonly now: Settings;
}

const WIDTH = 26;
const pad = (text: string) => text.padEnd(WIDTH);

/** Prints the table, and answers whether ECR's settings are the declared ones, or those from before. */
export function table(rows: readonly Row[]): boolean {
  say();
  say(bold(`  ${pad('before')}${pad('declared')}ECR answers now`));
  let allExpected = true;
  for (const { name, before, declared, now } of rows) {
    const expected = isDeepStrictEqual(now, declared ?? before);
    allExpected &&= expected;
    const cells = [before, declared, now];
    say(`${bold(name)} ${expected ? green('as expected') : red('NOT AS EXPECTED')}`);
    say(`  ${cells.map((cell) => pad(cell?.imageTagMutability ?? '-')).join('')}`.trimEnd());
    if (cells.some((cell) => cell?.filters.length)) say(`  ${cells.map((cell) => pad(cell?.filters.join(', ') ?? '')).join('')}`.trimEnd());
  }
  say();
  return allExpected;
}
