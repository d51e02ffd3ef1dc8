import { mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

export type Environment = Readonly<Record<string, string>>;

/** AWS's example account. Both emulators take a 12-digit access key for the account's id. */
export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
export const CREDENTIALS = { accessKeyId: ACCOUNT, secretAccessKey: 'emulators' } as const;

/**
 * All that the emulators and the CDK CLI know of this machine: where Node is, and folders of their own. Nothing is
 * inherited, so that no profile, credentials or proxy of the user's can lead a call to AWS.
 */
export function bareEnvironment(folder: string): Environment {
  const home = join(folder, 'home');
  const tmp = join(folder, 'tmp');
  mkdirSync(home, { recursive: true });
  mkdirSync(tmp, { recursive: true });
  return {
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    HOME: home,
    TMPDIR: tmp,
    LANG: 'C.UTF-8',
    AWS_CONFIG_FILE: join(home, 'none'),
    AWS_SHARED_CREDENTIALS_FILE: join(home, 'none'),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
  };
}
