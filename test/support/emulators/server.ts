import { openSync, closeSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from './environment';
import { Failure } from './failure';
import { startProcessGroup, type ProcessGroup } from './process-group';

export interface ServerOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Environment;
  readonly log: string;
  /** Answers as soon as the server does. */
  readonly probe: string;
  readonly dieWithParent: boolean;
}

const READY_WITHIN_MS = 60_000;

/** Starts a server and waits until it answers. Its output goes to a file, which outlives this process. */
export async function startServer(options: ServerOptions): Promise<ProcessGroup> {
  const log = openSync(options.log, 'a');
  const group = startProcessGroup(options.command, options.args, {
    env: options.env,
    stdio: ['ignore', log, log],
    dieWithParent: options.dieWithParent,
  });
  closeSync(log);

  const deadline = Date.now() + READY_WITHIN_MS;
  while (!await answers(options.probe)) {
    const died = group.process.exitCode !== null || group.process.signalCode !== null;
    if (died || Date.now() > deadline) {
      group.stop();
      const what = died ? 'ended while it started' : `did not answer within ${READY_WITHIN_MS / 1000} s`;
      throw new Failure(`${options.name} ${what}. The end of its log:\n${tail(options.log)}`);
    }
    await sleep(50);
  }
  return group;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

function tail(path: string): string {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-20).join('\n');
}
