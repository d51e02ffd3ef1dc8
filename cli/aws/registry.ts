import {
  DescribeRepositoriesCommand, ECRClient, ListTagsForResourceCommand, paginateDescribeRepositories,
  type Repository as DescribedRepository,
} from '@aws-sdk/client-ecr';
import { paginateGetResources } from '@aws-sdk/client-resource-groups-tagging-api';
import type { Session } from './session';
import { settingsIfKnown } from '../../lambda/ecr/client';
import { Tags } from '../../lambda/ecr/ecr';
import { Repository, parseRepositoryArn } from '../../lambda/ecr/repository';
import { Settings } from '../../src/shared/settings';
import { calling } from '../errors';

export interface ListedRepository extends Repository {
  /** Absent where ECR answered settings that this version does not know. */
  readonly settings?: Settings;
}

/** ECR's and the Tagging API's maximum. */
const REPOSITORIES_A_PAGE = 1_000;
const RESOURCES_A_PAGE = 100;
const NAMES_A_CALL = 100;

/** All repositories of the registry, by name. */
export async function listRepositories({ ecr, region }: Session): Promise<ListedRepository[]> {
  return calling('ecr:DescribeRepositories', region, async () => {
    const listed: ListedRepository[] = [];
    for await (const { repositories = [] } of paginateDescribeRepositories({ client: ecr, pageSize: REPOSITORIES_A_PAGE }, {})) {
      listed.push(...repositories.flatMap(repositoryOf));
    }
    return listed.sort((a, b) => a.name < b.name ? -1 : 1);
  });
}

/** The settings that these repositories have now. One that is gone is left out. */
export async function describeAgain({ ecr, region }: Session, repositories: readonly Repository[]): Promise<ListedRepository[]> {
  return calling('ecr:DescribeRepositories', region, async () => {
    const found: ListedRepository[] = [];
    for (let start = 0; start < repositories.length; start += NAMES_A_CALL) {
      found.push(...await describe(ecr, repositories.slice(start, start + NAMES_A_CALL)));
    }
    return found;
  });
}

/** One name that is gone fails the whole call: then each is asked for by itself. */
async function describe(ecr: ECRClient, repositories: readonly Repository[]): Promise<ListedRepository[]> {
  try {
    const command = new DescribeRepositoriesCommand({ repositoryNames: repositories.map(({ name }) => name) });
    return ((await ecr.send(command)).repositories ?? []).flatMap(repositoryOf);
  } catch (error) {
    if ((error as Error).name !== 'RepositoryNotFoundException') {
      throw error;
    }
    return repositories.length === 1 ? [] : (await Promise.all(repositories.map((repository) => describe(ecr, [repository])))).flat();
  }
}

/** The repository's tags, or nothing where it is gone. */
export async function readTags({ ecr, region }: Session, { arn }: Repository): Promise<Tags | undefined> {
  return calling('ecr:ListTagsForResource', region, async () => {
    try {
      const { tags = [] } = await ecr.send(new ListTagsForResourceCommand({ resourceArn: arn }));
      return tagsOf(tags);
    } catch (error) {
      if ((error as Error).name === 'RepositoryNotFoundException') {
        return undefined;
      }
      throw error;
    }
  });
}

/**
 * The tags of all repositories in few calls, by ARN. They may lag behind ECR's own. Unfiltered, since filters name whole keys, and the keys
 * of the record start alike only.
 */
export async function readAllTags({ tagging, region }: Session, onPage: (count: number) => void): Promise<Map<string, Tags>> {
  return calling('tag:GetResources', region, async () => {
    const found = new Map<string, Tags>();
    const pages = paginateGetResources({ client: tagging }, { ResourceTypeFilters: ['ecr:repository'], ResourcesPerPage: RESOURCES_A_PAGE });
    for await (const { ResourceTagMappingList = [] } of pages) {
      ResourceTagMappingList.forEach(({ ResourceARN = '', Tags: tags = [] }) => found.set(ResourceARN, tagsOf(tags)));
      onPage(found.size);
    }
    return found;
  });
}

const tagsOf = (tags: readonly { Key?: string; Value?: string }[]): Tags => new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]));

function repositoryOf(described: DescribedRepository): ListedRepository[] {
  const repository = parseRepositoryArn(described.repositoryArn);
  return repository ? [{ ...repository, settings: settingsIfKnown(described, repository.name) }] : [];
}
