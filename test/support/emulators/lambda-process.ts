import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Emulators } from '.';

/** Kills the processes that ministack runs a function in, at once, as Lambda never warns a function either. */
export async function killFunction(emulators: Emulators, functionName: string): Promise<void> {
  // ministack gives each process a folder of the function's name to run from.
  const folder = join(emulators.env.TMPDIR!, `ministack-lambda-${functionName}-`);
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pid=,args=']);
  const pids = stdout.split('\n').filter((line) => line.includes(folder)).map((line) => Number.parseInt(line, 10));
  if (pids.length === 0) throw new Error(`no process runs the function ${functionName}`);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}
