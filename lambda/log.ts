/** One JSON line for each decision, so that an incident can be read from the log alone. Never an event: it holds a credential. */
export type Log = (level: 'INFO' | 'WARN' | 'ERROR', decision: string, details?: Record<string, unknown>) => void;

export const consoleLog: Log = (level, decision, details) => {
  console.log(JSON.stringify({ level, decision, ...details }));
};

/** Writes a line into the log as it is: what reads embedded metrics wants nothing before them. */
export type Emit = (line: string) => void;

export const processEmit: Emit = (line) => {
  process.stdout.write(`${line}\n`);
};
