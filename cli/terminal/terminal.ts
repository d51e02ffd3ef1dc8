import { createInterface } from 'node:readline/promises';
import { Presets, SingleBar } from 'cli-progress';

/** Where the command line writes to, and whom it asks. Tests have one of their own. */
export interface Terminal {
  /** In characters. Absent where the output goes to a file or a pipe. */
  readonly width?: number;
  /** Absent where nobody is there to answer. */
  readonly confirm?: (question: string) => Promise<boolean>;
  /** What was asked for. */
  print(text: string): void;
  /** What a person should know beside it. */
  note(text: string): void;
  /** Shows how far the work has come, where a person watches. */
  progress(label: string): Progress;
  /** Aborted by Ctrl-C, which from then on does not end the process. A second one does. */
  interruption(): AbortSignal;
}

export interface Progress {
  update(done: number, total: number): void;
  stop(): void;
}

const NO_PROGRESS: Progress = { update: () => {}, stop: () => {} };

/** The process's own. Notes and progress go to the standard error, so that the output can be piped. */
export const processTerminal: Terminal = {
  width: process.stdout.isTTY ? process.stdout.columns || undefined : undefined,
  print: (text) => void process.stdout.write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
  progress: (label) => process.stderr.isTTY ? progressBar(label) : NO_PROGRESS,
  confirm: process.stdin.isTTY ? confirm : undefined,
  interruption: () => {
    const controller = new AbortController();
    process.once('SIGINT', () => controller.abort());
    return controller.signal;
  },
};

function progressBar(label: string): Progress {
  const bar = new SingleBar({
    stream: process.stderr,
    format: `${label} [{bar}] {percentage}%`,
    barsize: 20,
    clearOnComplete: true,
    // It would take Ctrl-C for itself.
    gracefulExit: false,
  }, Presets.legacy);
  bar.start(1, 0);
  return {
    update: (done, total) => {
      bar.setTotal(Math.max(total, 1));
      bar.update(Math.min(done, total));
    },
    stop: () => bar.stop(),
  };
}

async function confirm(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
