import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeRepositoriesCommand, ECRClient, ListTagsForResourceCommand, PutImageTagMutabilityCommand, TagResourceCommand } from '@aws-sdk/client-ecr';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { IamMeasurement } from './evidence';
import { PREFIX, ROLE_PATH } from './names';
import { describeError, type Stage } from './play';
import { createRepository } from './repositories';

const TAG = { Key: PREFIX, Value: 'written' };
const EVERY_MS = 300;
/** So many successes in a row count: an answer may come from a part of IAM that has not learned of it yet. */
const SUCCESSES = 5;
const AT_MOST_MS = 120_000;

/** How long IAM takes to learn of a role, of a policy, and of a tag that a policy asks for. The library's function meets all three. */
export async function measureIam({ aws, names, say, signal }: Stage): Promise<IamMeasurement[]> {
  const measurements: IamMeasurement[] = [];
  const measure = async (what: string, attempt: () => Promise<unknown>) => {
    const measurement = await measured(what, attempt, signal);
    measurements.push(measurement);
    say(`iam: ${what}: ${measurement.error ?? `after ${measurement.answers.at(-1)?.afterMs} ms`}`);
  };
  try {
    const repositoryName = names.repository('iam', 'one');
    const resourceArn = await createRepository(aws.ecr, repositoryName, { mutability: 'MUTABLE', filters: [] });
    const { Role: role } = await aws.iam.send(new CreateRoleCommand({
      Path: ROLE_PATH,
      RoleName: names.role,
      AssumeRolePolicyDocument: policy({ Action: 'sts:AssumeRole', Principal: { AWS: `arn:${aws.partition}:iam::${aws.accountId}:root` } }),
    }));
    const assume = async () => (await aws.sts.send(new AssumeRoleCommand({ RoleArn: role?.Arn, RoleSessionName: 'verify' }))).Credentials;
    await measure('the role that was just made is assumed', assume);
    const credentials = await assume();
    const ecr = new ECRClient({
      maxAttempts: 1,
      credentials: {
        accessKeyId: credentials?.AccessKeyId ?? '', secretAccessKey: credentials?.SecretAccessKey ?? '', sessionToken: credentials?.SessionToken,
      },
    });
    await aws.iam.send(new PutRolePolicyCommand({
      RoleName: names.role,
      PolicyName: 'verify',
      PolicyDocument: policy(
        { Action: ['ecr:DescribeRepositories', 'ecr:ListTagsForResource'], Resource: resourceArn },
        { Action: 'ecr:PutImageTagMutability', Resource: resourceArn, Condition: { StringEquals: { [`aws:ResourceTag/${TAG.Key}`]: TAG.Value } } },
      ),
    }));
    await measure('a call is allowed by the policy that the role just got', () => ecr.send(new ListTagsForResourceCommand({ resourceArn })));
    await measure('another call is allowed by the same policy', () => ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] })));
    await aws.ecr.send(new TagResourceCommand({ resourceArn, tags: [TAG] }));
    await measure('a call is allowed by the tag that the repository just got', () => (
      ecr.send(new PutImageTagMutabilityCommand({ repositoryName, imageTagMutability: 'IMMUTABLE' }))
    ));
  } catch (thrown) {
    signal.throwIfAborted();
    const error = describeError(thrown);
    measurements.push({ what: 'the preparation', answers: [], error });
    say(`iam: FAILED: ${error}`);
  }
  return measurements;
}

const policy = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements.map((statement) => ({ Effect: 'Allow', ...statement })) });

async function measured(what: string, attempt: () => Promise<unknown>, signal: AbortSignal): Promise<IamMeasurement> {
  const start = Date.now();
  const answers: { afterMs: number; answer: string }[] = [];
  let successes = 0;
  while (successes < SUCCESSES) {
    const afterMs = Date.now() - start;
    if (afterMs > AT_MOST_MS) return { what, answers, error: `not allowed for good within ${AT_MOST_MS / 1_000} s` };
    const answer = await attempt().then(() => 'allowed', (error: Error) => error.name);
    successes = answer === 'allowed' ? successes + 1 : 0;
    if (answers.at(-1)?.answer !== answer) answers.push({ afterMs, answer });
    await sleep(EVERY_MS, undefined, { signal });
  }
  return { what, answers };
}
