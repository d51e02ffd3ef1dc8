import type { ECRClient } from '@aws-sdk/client-ecr';
import type { Emulators } from '../../test/support/emulators';

/** What each act plays with. */
export interface Stage {
  readonly emulators: Emulators;
  readonly ecr: ECRClient;
  /** Runs the CDK CLI in an app's folder, and shows the command. */
  readonly cdk: (app: string, ...args: string[]) => Promise<string>;
}
