/** Fails where a file that `npm run package` should have made is missing or empty. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { artifacts, DIST } from './artifacts';
import { version } from '../package.json';

const missing = artifacts(version).filter((file) => !statSync(join(DIST, file), { throwIfNoEntry: false })?.size);
if (missing.length > 0) {
  console.error(`dist lacks ${missing.join(', ')}. The output of jsii-pacmak above says why.`);
  process.exit(1);
}
console.log(`dist has the packages for JavaScript, Python, Java and Go, and the sources for .NET, of version ${version}.`);
