import { Failure } from '../support/emulators/failure';
import { startProcessGroup } from '../support/emulators/process-group';

export interface RunOptions {
  readonly cwd: string;
  /** More variables. The command has the user's whole environment, as package managers may need a proxy, certificates or another index. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command to its end, and answers its standard output. */
export async function run(command: string, args: readonly string[], { cwd, env }: RunOptions): Promise<string> {
  const group = startProcessGroup(command, args, { cwd, env: { ...process.env as Record<string, string>, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let all = '';
  group.process.stdout?.on('data', (chunk: Buffer) => { stdout += chunk.toString(); all += chunk.toString(); });
  group.process.stderr?.on('data', (chunk: Buffer) => { all += chunk.toString(); });
  const code = await new Promise<number | null>((done) => group.process.once('close', done));
  if (code !== 0) throw new Failure(`${command} ${args.join(' ')} failed in ${cwd}:\n${all.trimEnd()}`);
  return stdout;
}
