/**
 * Writes THIRD-PARTY-LICENSES: the packages in the Lambda's bundle, each with its licence. It fails where a licence is not one of those
 * that allow to publish the bundle under Apache-2.0.
 *
 * third-party-licenses.ts METAFILE, the metafile that esbuild wrote of the bundle.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { bundledPackages, thirdPartyLicenses, type Metafile } from './bundled-packages';

const ROOT = resolve(__dirname, '..');

const [metafile] = process.argv.slice(2);
if (metafile === undefined) throw new Error('Name the metafile of the bundle.');

const packages = bundledPackages(ROOT, JSON.parse(readFileSync(metafile, 'utf8')) as Metafile);
writeFileSync(resolve(ROOT, 'THIRD-PARTY-LICENSES'), thirdPartyLicenses(packages));
