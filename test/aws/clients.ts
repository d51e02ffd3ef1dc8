import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Evidence } from './evidence';

/** The account, and its clients, by the usual credentials, region, profile and endpoint settings of AWS tools. */
export interface Aws {
  readonly source: Evidence['source'];
  readonly accountId: string;
  /** Who calls: a user or a role. */
  readonly callerArn: string;
  readonly partition: string;
  readonly region: string;
  readonly cloudFormation: CloudFormationClient;
  readonly ecr: ECRClient;
  readonly iam: IAMClient;
  readonly logs: CloudWatchLogsClient;
  readonly s3: S3Client;
  readonly sts: STSClient;
}

const AWS_HOST = /\.(amazonaws\.com(\.cn)?|api\.aws)$/;
/** Requests are assigned to steps by the time. */
const MAX_SKEW_MS = 2_000;

export async function connect(): Promise<Aws> {
  const config = { retryMode: 'adaptive', maxAttempts: 10 };
  const cloudFormation = new CloudFormationClient(config);
  const region = await cloudFormation.config.region();
  // The hosts that calls go to, by whichever variable or profile.
  const hosts = new Set<string>();
  const sts = new STSClient(config);
  const ecr = new ECRClient(config);
  ecr.middlewareStack.add((next) => async (args) => {
    hosts.add((args.request as { hostname: string }).hostname);
    return next(args);
  }, { step: 'finalizeRequest', name: 'hosts' });
  let skew = 0;
  sts.middlewareStack.add((next) => async (args) => {
    hosts.add((args.request as { hostname: string }).hostname);
    const result = await next(args);
    const { date } = (result.response as { headers: Record<string, string> }).headers;
    // It has no fractions of a second.
    skew = date === undefined ? 0 : Date.now() - Date.parse(date) - 500;
    return result;
  }, { step: 'deserialize', name: 'clock' });

  const { Account: accountId = '', Arn: callerArn = '' } = await sts.send(new GetCallerIdentityCommand({}));
  await ecr.send(new DescribeRepositoriesCommand({ maxResults: 1 }));
  if (Math.abs(skew) > MAX_SKEW_MS) {
    throw new Error(`This machine's clock differs from AWS's by ${Math.round(skew / 1_000)} s: set it, and try again.`);
  }
  return {
    source: [...hosts].every((host) => AWS_HOST.test(host)) ? 'aws' : 'emulator',
    accountId,
    callerArn,
    partition: callerArn.split(':')[1] ?? 'aws',
    region,
    cloudFormation,
    ecr,
    iam: new IAMClient(config),
    logs: new CloudWatchLogsClient(config),
    s3: new S3Client(config),
    sts,
  };
}
