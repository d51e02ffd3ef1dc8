import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { constants } from 'node:os';

/**
 * A command in a process group of its own, so that whatever it starts in turn (ministack's Lambdas, the CDK's app) ends
 * with it.
 */
export interface ProcessGroup {
  readonly process: ChildProcess;
  /** The first process, whose id is the group's as well. */
  readonly pid: number;
  /** Kills the whole group, at once. */
  stop(): void;
  /** Lets the group outlive this process. */
  release(): void;
}

export interface ProcessGroupOptions {
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  /** Standard input, output and error. */
  readonly stdio: StdioOptions & readonly unknown[];
  /**
   * The group kills itself when this process is gone, even by SIGKILL. A group that may be released goes without.
   * @default true
   */
  readonly dieWithParent?: boolean;
}

const running = new Set<ProcessGroup>();
const atExit: Array<() => void> = [];

/** Runs `action` when this process ends by itself or by a signal, after the process groups are gone. It cannot wait. */
export function onExit(action: () => void): void {
  atExit.push(action);
}

export function startProcessGroup(command: string, args: readonly string[], options: ProcessGroupOptions): ProcessGroup {
  watchSignals();
  const [shellArgs, stdio] = options.dieWithParent ?? true
    ? [['-c', WATCHED, command, command, ...args], [...options.stdio, 'pipe']]
    : [['-c', 'exec "$@"', command, command, ...args], [...options.stdio]];
  const child = spawn('/bin/sh', shellArgs, { cwd: options.cwd, env: options.env, stdio: stdio as StdioOptions, detached: true });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`cannot start ${command}`);

  const group: ProcessGroup = {
    process: child,
    pid,
    stop: () => {
      // Once it is gone, its id may be another's.
      if (!running.delete(group)) return;
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // Nothing is left of it.
      }
    },
    release: () => {
      running.delete(group);
      child.unref();
    },
  };
  running.add(group);
  // What the command leaves behind ends with it, and so does the wait for its output.
  child.once('exit', () => group.stop());
  return group;
}

/**
 * The shell becomes the command; beside it, in the same group, waits a process for the end of a pipe whose other end this
 * process holds. The kernel closes that however this process dies.
 */
const WATCHED = '{ cat; kill -KILL 0; } <&3 >/dev/null 2>&1 & exec 3<&- "$@"';

let watching = false;

function watchSignals(): void {
  if (watching) return;
  watching = true;
  process.on('exit', stopAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => process.exit(128 + constants.signals[signal]));
  }
}

function stopAll(): void {
  for (const group of running) group.stop();
  for (const action of atExit) action();
}
