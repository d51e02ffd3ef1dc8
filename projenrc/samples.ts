/**
 * Corrects what jsii-rosetta makes of the `@example`s. Its Go does not compile, because it imports all modules of aws-cdk-lib by one wrong
 * path and leaves the package out of the names of structs: `rosetta/go` has what is shown instead. Its Java lacks the import of `List`.
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
  // A README's sample belongs to no type.
  if (api.fqn === undefined) continue;
  translations.go.source = readFileSync(join(ROOT, 'rosetta/go', `${api.fqn.split('.')[1]}.txt`), 'utf8').trimEnd();
  if (/\bList\.of\(/.test(translations.java.source)) translations.java.source = `import java.util.List;\n${translations.java.source}`;
}
writeFileSync(TABLET, JSON.stringify(tablet));
