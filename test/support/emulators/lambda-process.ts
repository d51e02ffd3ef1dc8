import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Emulators } from '.';

/** Kills the processes that ministack runs a function in, at once, as Lambda never warns a function either. */
export async function killFunction(emulators: Emulators, functionName: string): Promise<void> {
  if (!await killFunctions(emulators, `${functionName}-`)) throw new Error(`no process runs the function ${functionName}`);
}

/** Ends what ministack keeps warm of the functions of a stack that is deleted. */
export async function endFunctionsOf(emulators: Emulators, stackName: string): Promise<void> {
  await killFunctions(emulators, `${stackName}-`);
}

/** @returns whether there was any */
async function killFunctions(emulators: Emulators, prefix: string): Promise<boolean> {
  // ministack gives each process a folder of the function's name to run from.
  const folder = join(emulators.env.TMPDIR!, `ministack-lambda-${prefix}`);
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pid=,args=']);
  const pids = stdout.split('\n').filter((line) => line.includes(folder)).map((line) => Number.parseInt(line, 10));
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      // It has just ended by itself.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  return pids.length > 0;
}
