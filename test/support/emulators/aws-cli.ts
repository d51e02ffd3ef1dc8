import { execFile } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Emulators } from '.';

/** Runs commands of the AWS CLI, as a person would paste them into a shell, and answers their output. */
export async function runAwsCommands(emulators: Emulators, commands: string): Promise<string> {
  // The CLI is installed beside the interpreter of the virtual environment.
  const PATH = [dirname(emulators.python), process.env.PATH].join(delimiter);
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', commands], { env: { ...emulators.env, PATH } });
  return stdout;
}
