import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Language } from './language';
import { PINNED } from './versions';
import type { Workspace } from './workspace';
import type { Emulators } from '../support/emulators';
import { cdk } from '../support/emulators/cdk';

/** An example, installed with one aws-cdk-lib, for the CDK CLI. */
export interface App {
  readonly folder: string;
  /** Runs the CDK CLI, and returns its output. */
  cdk(...args: string[]): Promise<string>;
  /** The stack's template as the CDK CLI would deploy it, less what tells one language from another in AWS's statistics. */
  template(): Promise<string>;
}

export async function install(language: Language, cdkVersion: string, workspace: Workspace, emulators: Emulators): Promise<App> {
  const folder = workspace.copy(language.name);
  if (cdkVersion !== PINNED) await language.pin(folder, cdkVersion);
  const env = {
    ...emulators.env,
    ...await language.install(folder),
    JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20',
  };
  const run = (args: readonly string[], output?: string) => cdk(args, { app: folder, env, output });
  return {
    folder,
    cdk: (...args) => run(args),
    template: async () => {
      const output = mkdtempSync(join(emulators.env.TMPDIR, 'template-'));
      await run(['synth', '--quiet', '--no-version-reporting'], output);
      return readFileSync(join(output, 'TagMutability.template.json'), 'utf8');
    },
  };
}
