/**
 * Writes THIRD-PARTY-LICENSES: the packages in the bundles, each with its licence. It fails where a licence is not one of those that allow
 * to publish the bundles under Apache-2.0.
 *
 * third-party-licenses.ts METAFILE..., the metafiles that esbuild wrote of the bundles.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { bundledPackages, thirdPartyLicenses, type Metafile } from './bundled-packages';

const ROOT = resolve(__dirname, '..');

const metafiles = process.argv.slice(2);
if (metafiles.length === 0) throw new Error('Name the metafiles of the bundles.');

const packages = bundledPackages(ROOT, ...metafiles.map((metafile) => JSON.parse(readFileSync(metafile, 'utf8')) as Metafile));
writeFileSync(resolve(ROOT, 'THIRD-PARTY-LICENSES'), thirdPartyLicenses(packages));
