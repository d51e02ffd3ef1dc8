import { randomBytes } from 'node:crypto';
import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { runGuard } from './run';
import { GuardEnvironment } from './services';
import { Settings } from '../../src/shared/settings';
import { cloudFormation } from '../cloudformation/client';
import { CLIENT_OPTIONS, settingsOf } from '../ecr/client';
import { Repository } from '../ecr/repository';
import { processEmit } from '../log';
import { Environment } from '../protocol/invocation';

/** AWS itself. A warm function has the clients still. */
let services: Pick<GuardEnvironment, 'cloudFormation' | 'describe' | 'publish' | 'emit'> | undefined;

export function guard(input: unknown, environment: Environment): Promise<void> {
  services ??= { cloudFormation: cloudFormation(), describe, publish, emit: processEmit };
  return runGuard(input, { ...environment, ...services, run: randomBytes(4).toString('hex') });
}

async function describe(repositories: readonly Repository[]): Promise<ReadonlyMap<string, Settings | Error>> {
  const { region, registryId } = repositories[0]!;
  const command = new DescribeRepositoriesCommand({ registryId, repositoryNames: repositories.map(({ name }) => name) });
  const { repositories: found = [] } = await new ECRClient({ region, ...CLIENT_OPTIONS }).send(command);
  return new Map(found.map((each) => [each.repositoryName ?? '', settingsOrReason(each, each.repositoryName ?? '')]));
}

/** One repository with settings that this version does not know must not hide the others. */
function settingsOrReason(...described: Parameters<typeof settingsOf>): Settings | Error {
  try {
    return settingsOf(...described);
  } catch (error) {
    return error as Error;
  }
}

async function publish(TopicArn: string, Subject: string, Message: string): Promise<void> {
  await new SNSClient({ ...CLIENT_OPTIONS, region: TopicArn.split(':')[3] }).send(new PublishCommand({ TopicArn, Subject, Message }));
}
