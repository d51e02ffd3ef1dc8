import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './environment';
import { Failure } from './failure';
import { startProcessGroup } from './process-group';
import { ROOT } from '../project';

const CLI = join(ROOT, 'node_modules/.bin/cdk');

export interface CdkOptions {
  /** The app's folder, with its cdk.json. */
  readonly app: string;
  readonly env: Environment;
  /**
   * Where the CLI puts the cloud assembly.
   * @default - a new folder
   */
  readonly output?: string;
  /** Gets the output while it comes. */
  readonly onOutput?: (text: string) => void;
}

/** Runs the real CDK CLI, and answers its output. */
export async function cdk(args: readonly string[], options: CdkOptions): Promise<string> {
  // An output folder of its own: the CLI refuses two runs at once in one.
  const output = options.output ?? mkdtempSync(join(options.env.TMPDIR ?? tmpdir(), 'cdk.out-'));
  const group = startProcessGroup(CLI, [...args, '--output', output, '--no-notices', '--no-color'], {
    cwd: options.app,
    env: { ...options.env, CDK_DISABLE_CLI_TELEMETRY: 'true', CDK_DISABLE_VERSION_CHECK: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const take = (chunk: Buffer) => {
    text += chunk.toString();
    options.onOutput?.(chunk.toString());
  };
  group.process.stdout?.on('data', take);
  group.process.stderr?.on('data', take);
  const code = await new Promise<number | null>((done) => group.process.once('close', done));
  if (code !== 0) throw new Failure(`cdk ${args.join(' ')} failed:\n${text.trimEnd()}`);
  return text;
}
