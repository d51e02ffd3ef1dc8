import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface Run {
  readonly executable?: string;
  readonly args: readonly string[];
  /** The whole environment, besides the PATH. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program on Node.js: the last line that it prints is its result, as JSON. */
export async function run<T>({ executable = process.execPath, args, env = {} }: Run): Promise<T> {
  const options = { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env }, timeout: 120_000, maxBuffer: 1e8 };
  try {
    const { stdout } = await promisify(execFile)(executable, args, options);
    return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as T;
  } catch (error) {
    // Node.js shows the line that threw, and that of a bundle has no end.
    const lines = String((error as { stderr?: string }).stderr ?? error).split('\n').filter((line) => line.length < 500);
    throw new Error(`${args.join(' ')} failed:\n${lines.slice(0, 20).join('\n')}`);
  }
}
