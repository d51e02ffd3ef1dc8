import { resolve } from 'node:path';
import type { Environment } from './environment';
import { Failure } from './failure';
import { startProcessGroup } from './process-group';

const CLI = resolve(__dirname, '../../node_modules/.bin/cdk');

export interface CdkOptions {
  /** The app's folder, with its cdk.json. */
  readonly app: string;
  readonly env: Environment;
  /** Gets the output while it comes. */
  readonly onOutput?: (text: string) => void;
}

/** Runs the real CDK CLI, and answers its output. */
export async function cdk(args: readonly string[], options: CdkOptions): Promise<string> {
  const group = startProcessGroup(CLI, [...args, '--no-notices', '--no-color'], {
    cwd: options.app,
    env: { ...options.env, CDK_DISABLE_CLI_TELEMETRY: 'true', CDK_DISABLE_VERSION_CHECK: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const take = (chunk: Buffer) => {
    output += chunk.toString();
    options.onOutput?.(chunk.toString());
  };
  group.process.stdout?.on('data', take);
  group.process.stderr?.on('data', take);
  const code = await new Promise<number | null>((done) => group.process.once('close', done));
  group.stop();
  if (code !== 0) throw new Failure(`cdk ${args.join(' ')} failed:\n${output.trimEnd()}`);
  return output;
}
