import { join } from 'node:path';
import { buildSync } from 'esbuild';

export const PROJECT = join(__dirname, '..');
/** What the benchmark makes and needs no more when it has ended. It is in the project, so that Node.js finds the project's packages. */
export const OUT = join(__dirname, 'out');

/** Compiles a program that is measured, so that it runs on plain Node.js, with the library as it is published. */
export function compile(program: string): string {
  const outfile = join(OUT, program.replace(/\.ts$/, '.js'));
  buildSync({
    entryPoints: [join(__dirname, program)],
    outfile,
    bundle: true,
    platform: 'node',
    packages: 'external',
    // The paths of the tests' tsconfig would make packages part of the program.
    tsconfigRaw: {},
    alias: { 'cdk-ecr-tag-mutability': join(PROJECT, 'lib/index.js') },
    external: [join(PROJECT, 'lib/*')],
  });
  return outfile;
}
