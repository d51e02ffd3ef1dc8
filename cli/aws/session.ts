import { createInterface } from 'node:readline/promises';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { ECRClient } from '@aws-sdk/client-ecr';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { fromEnv } from '@aws-sdk/credential-provider-env';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { CommandLineError, describeError } from '../errors';

export interface SessionOptions {
  readonly region?: string;
  readonly profile?: string;
}

/** Somebody's access to one region of an account. */
export interface Session {
  readonly region: string;
  readonly ecr: ECRClient;
  readonly cloudTrail: CloudTrailClient;
  readonly cloudFormation: (region: string) => CloudFormationClient;
  readonly tagging: ResourceGroupsTaggingAPIClient;
}

/** Takes region and credentials as the AWS CLI does: from the options, the environment, and the profile, in this order. */
export async function openSession({ region: named, profile }: SessionOptions): Promise<Session> {
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID } = process.env;
  const credentials = !profile && AWS_ACCESS_KEY_ID ? fromEnv() : defaultProvider({ profile, mfaCodeProvider, logger: SILENT });
  const config = {
    credentials,
    profile,
    maxAttempts: 5,
    retryMode: 'adaptive',
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 20_000, throwOnRequestTimeout: true },
  };
  const region = named ?? AWS_REGION ?? AWS_DEFAULT_REGION ?? await regionOf(new ECRClient(config));
  try {
    await credentials();
  } catch (error) {
    throw new CommandLineError(`${profile ? `profile ${profile}: ` : ''}${describeError(error, region)}`);
  }
  return {
    region,
    ecr: new ECRClient({ ...config, region }),
    cloudTrail: new CloudTrailClient({ ...config, region }),
    cloudFormation: (of) => new CloudFormationClient({ ...config, region: of }),
    tagging: new ResourceGroupsTaggingAPIClient({ ...config, region }),
  };
}

/** It would warn of credentials in the environment beside a profile. As with the AWS CLI, the one that is named by an option holds. */
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The region of the profile. */
async function regionOf(client: ECRClient): Promise<string> {
  try {
    return await client.config.region();
  } catch (error) {
    throw new CommandLineError(`no region (${(error as Error).message}). Name one by --region, by AWS_REGION, or in the profile`);
  }
}

/** Asks on the standard error, since the standard output may be a file. */
async function mfaCodeProvider(serial: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new CommandLineError(`the profile wants a code of the MFA device ${serial}, which only a terminal can ask for`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(`MFA code of ${serial}: `);
  } finally {
    terminal.close();
  }
}
