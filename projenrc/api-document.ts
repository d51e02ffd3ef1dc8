import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');

/** What jsii-docgen reads: the package's own assembly, and those of its peers. */
const ASSEMBLIES = ['package.json', '.jsii', 'node_modules/aws-cdk-lib/.jsii', 'node_modules/aws-cdk-lib/.jsii.gz', 'node_modules/constructs/.jsii'];

/**
 * Describes the compiled API. In a folder that has no other assemblies: jsii-docgen takes any one of the package's name
 * that is below its folder, so also the copy that an example has installed.
 */
export function writeApiDocument(file: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'api-'));
  try {
    ASSEMBLIES.forEach((path) => cpSync(join(ROOT, path), join(folder, path)));
    execFileSync(join(ROOT, 'node_modules/.bin/jsii-docgen'), ['-o', resolve(file)], {
      cwd: folder, stdio: 'inherit', env: { ...process.env, JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (require.main === module) {
  writeApiDocument(process.argv[2]!);
}
