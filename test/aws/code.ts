import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { zipSync } from 'fflate';
import { ROOT } from '../support/project';

const BUNDLE = 'lib/handler/index.js';
export const HANDLER = 'recorder.handler';

export interface Code {
  readonly zip: Uint8Array;
  /** Of the library's own code in it. */
  readonly bundleSha256: string;
}

/** The library's bundle as it is published, and the recorder that Lambda invokes in its place. */
export function recordedCode(): Code {
  const bundle = readFileSync(join(ROOT, BUNDLE));
  const { outputFiles: [recorder] } = buildSync({
    entryPoints: [join(__dirname, 'recorder.ts')], bundle: true, platform: 'node', target: 'node22', write: false, logLevel: 'warning',
  });
  // Lambda's user must be allowed to read the files.
  const file = (contents: Uint8Array) => [new Uint8Array(contents), { os: 3, attrs: 0o644 * 2 ** 16 }] as const;
  return {
    zip: zipSync({ 'index.js': [...file(bundle)], 'recorder.js': [...file(recorder!.contents)] }),
    bundleSha256: createHash('sha256').update(bundle).digest('hex'),
  };
}
