import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { ListExecutionsCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { ListedRepository } from './pass';
import { Execution, PAGE_SIZE, Services } from './services';
import { stacks } from '../cloudformation/client';
import { CLIENT_OPTIONS, settingsIfKnown } from '../ecr/client';
import { Tags } from '../ecr/ecr';

let own: Services | undefined;

/** AWS itself, in the function's region, which is that of its rules. A warm function has the clients still. */
export const ownRegistryServices = (): Services => own ??= registryServices(process.env.AWS_REGION ?? '');

export function registryServices(region: string): Services {
  const options = { region, ...CLIENT_OPTIONS };
  const ecr = new ECRClient(options);
  const tagging = new ResourceGroupsTaggingAPIClient(options);
  const stepFunctions = new SFNClient(options);
  return {
    ...stacks(new CloudFormationClient(options)),

    async listRepositories(nextToken) {
      const page = await ecr.send(new DescribeRepositoriesCommand({ maxResults: PAGE_SIZE, nextToken }));
      const repositories = (page.repositories ?? []).map((found): ListedRepository => {
        const name = found.repositoryName ?? '';
        return { name, arn: found.repositoryArn ?? '', settings: settingsIfKnown(found, name) };
      });
      return { repositories, next: page.nextToken };
    },

    async findTags(ResourceARNList) {
      const found = new Map<string, Tags>();
      let PaginationToken: string | undefined;
      do {
        const page = await tagging.send(new GetResourcesCommand({ ResourceARNList: [...ResourceARNList], PaginationToken }));
        for (const { ResourceARN = '', Tags: tags = [] } of page.ResourceTagMappingList ?? []) {
          found.set(ResourceARN, new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value])));
        }
        PaginationToken = page.PaginationToken;
      } while (PaginationToken);
      return found;
    },

    async startExecution(stateMachineArn, name, input) {
      await stepFunctions.send(new StartExecutionCommand({ stateMachineArn, name, input }));
    },

    async runningExecutions(stateMachineArn) {
      const found: Execution[] = [];
      let nextToken: string | undefined;
      do {
        const page = await stepFunctions.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', nextToken }));
        found.push(...(page.executions ?? []).map(({ executionArn: arn = '', name = '', startDate }) => ({ arn, name, started: startDate?.getTime() ?? 0 })));
        nextToken = page.nextToken;
      } while (nextToken);
      return found;
    },

    async stopExecution(executionArn) {
      await stepFunctions.send(new StopExecutionCommand({ executionArn }));
    },
  };
}
