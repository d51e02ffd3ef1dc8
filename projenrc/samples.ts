/**
 * Puts the Go of `rosetta/go` in place of what jsii-rosetta makes of the `@example`s: its Go does not compile, as it imports all of
 * aws-cdk-lib's modules by one wrong path and leaves the package out of the names of structs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './artifacts';

/** The translations, as `jsii-rosetta extract` leaves them for jsii-pacmak. */
const TABLET = join(ROOT, '.jsii.tabl.json');

interface Tablet {
  readonly snippets: Record<string, {
    readonly location: { readonly api: { readonly api: string; readonly fqn?: string } };
    readonly translations: Record<string, { source: string }>;
  }>;
}

const tablet = JSON.parse(readFileSync(TABLET, 'utf8')) as Tablet;
for (const { location: { api }, translations } of Object.values(tablet.snippets)) {
  if (api.fqn) translations.go.source = readFileSync(join(ROOT, 'rosetta/go', `${api.fqn.split('.')[1]}.txt`), 'utf8').trimEnd();
}
writeFileSync(TABLET, JSON.stringify(tablet));
