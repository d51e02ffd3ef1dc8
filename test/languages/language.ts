import { readFileSync, writeFileSync } from 'node:fs';

/** How a person of a language works with its example. */
export interface Language {
  /** The folder below `examples`. */
  readonly name: string;
  /** Pins another aws-cdk-lib in a copy of the example. */
  pin(example: string, cdkVersion: string): void | Promise<void>;
  /** Does what the README says to do before `cdk synth`, and answers the variables that the CDK CLI then needs. */
  install(example: string): Promise<Readonly<Record<string, string>>>;
  /** Compiles a sample of the API's documentation in an installed copy of the example, where an unknown name is an error. */
  compileSample(example: string, sample: string): Promise<void>;
}

/** Changes a text in a file; a text that is not there is an error. */
export function replaceIn(path: string, what: string | RegExp, by: string): void {
  const before = readFileSync(path, 'utf8');
  const after = before.replace(what, by);
  if (after === before) throw new Error(`${path} has no ${String(what)}`);
  writeFileSync(path, after);
}
