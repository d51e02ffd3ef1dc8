import { join } from 'node:path';
import { buildSync } from 'esbuild';

export const PROJECT = join(__dirname, '..');
/** What the benchmark makes and needs no more when it has ended. It is in the project, so that Node.js finds the project's packages. */
export const OUT = join(__dirname, 'out');

/** A compiled library that measured programs import, and where these go. */
export interface Library {
  readonly folder: string;
  readonly programs: string;
}

/** As it is published. */
const PUBLISHED: Library = { folder: join(PROJECT, 'lib'), programs: OUT };

/** Compiles a program that is measured, so that it runs on plain Node.js. */
export function compile(program: string, { folder, programs } = PUBLISHED): string {
  const outfile = join(programs, program.replace(/\.ts$/, '.js'));
  buildSync({
    entryPoints: [join(__dirname, program)],
    outfile,
    bundle: true,
    platform: 'node',
    packages: 'external',
    // The paths of the tests' tsconfig would make packages part of the program.
    tsconfigRaw: {},
    alias: { 'cdk-ecr-tag-mutability': join(folder, 'index.js') },
    external: [join(folder, '*')],
  });
  return outfile;
}
