import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Emulators } from '.';

/** Kills the processes that ministack runs a function in, at once, as Lambda never warns a function either. */
export async function killFunction(emulators: Emulators, functionName: string): Promise<void> {
  for (const pid of await processesOf(emulators, functionName)) process.kill(pid, 'SIGKILL');
}

/** The most memory that any of a function's processes has had, with Node.js itself, in MB: by Linux's own count. */
export async function peakMemory(emulators: Emulators, functionName: string): Promise<number> {
  const pids = await processesOf(emulators, functionName);
  const kilobytes = pids.map((pid) => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]));
  return Math.round(Math.max(...kilobytes) / 1_024);
}

async function processesOf(emulators: Emulators, functionName: string): Promise<number[]> {
  // ministack gives each process a folder of the function's name to run from.
  const folder = join(emulators.env.TMPDIR!, `ministack-lambda-${functionName}-`);
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pid=,args=']);
  const pids = stdout.split('\n').filter((line) => line.includes(folder)).map((line) => Number.parseInt(line, 10));
  if (pids.length === 0) throw new Error(`no process runs the function ${functionName}`);
  return pids;
}
