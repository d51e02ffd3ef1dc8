import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Emulators } from '.';

/** Kills the processes that ministack runs a function in, at once, as Lambda never warns a function either. */
export async function killFunction(emulators: Emulators, functionName: string): Promise<void> {
  killAll(atLeastOne(await processesOf(emulators, `${functionName}-`), functionName));
}

/** Ends what ministack keeps warm of the functions of a stack that is deleted. */
export async function endFunctionsOf(emulators: Emulators, stackName: string): Promise<void> {
  killAll(await processesOf(emulators, `${stackName}-`));
}

/** The most memory that any of a function's processes has had, with Node.js itself, in MB: by Linux's own count. */
export async function peakMemory(emulators: Emulators, functionName: string): Promise<number> {
  const pids = atLeastOne(await processesOf(emulators, `${functionName}-`), functionName);
  const kilobytes = pids.map((pid) => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]));
  return Math.round(Math.max(...kilobytes) / 1_024);
}

/** ministack gives each process a folder to run from, whose name begins with the function's. */
async function processesOf(emulators: Emulators, prefix: string): Promise<number[]> {
  const folder = join(emulators.env.TMPDIR!, `ministack-lambda-${prefix}`);
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pid=,args=']);
  return stdout.split('\n').filter((line) => line.includes(folder)).map((line) => Number.parseInt(line, 10));
}

function atLeastOne(pids: readonly number[], functionName: string): readonly number[] {
  if (pids.length === 0) throw new Error(`no process runs the function ${functionName}`);
  return pids;
}

function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      // It has just ended by itself.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
