import { GuardEnvironment, MAX_DESCRIBED } from './services';
import { Repository } from '../ecr/repository';
import { Settings } from '../../src/shared/settings';

/** By ARN: the settings, or why they cannot be read. Nothing of a repository that does not exist. */
export type Described = ReadonlyMap<string, Settings | Error>;

/** Reads the settings of repositories, in as few calls as ECR allows. */
export async function describeAll({ describe }: Pick<GuardEnvironment, 'describe'>, repositories: readonly Repository[]): Promise<Described> {
  const found = new Map<string, Settings | Error>();
  for (const registry of new Set(repositories.map(registryOf))) {
    const there = repositories.filter((repository) => registryOf(repository) === registry);
    for (let start = 0; start < there.length; start += MAX_DESCRIBED) {
      await describeHalves(describe, there.slice(start, start + MAX_DESCRIBED), found);
    }
  }
  return found;
}

const registryOf = ({ region, registryId }: Repository): string => `${region} ${registryId}`;

/** ECR refuses the whole call where one of the repositories is missing. Then each half is asked for by itself. */
async function describeHalves(describe: GuardEnvironment['describe'], repositories: readonly Repository[], found: Map<string, Settings | Error>): Promise<void> {
  try {
    const settings = await describe(repositories);
    repositories.forEach(({ arn, name }) => found.set(arn, settings.get(name) ?? new Error(`DescribeRepositories answered nothing for ${name}`)));
  } catch (error) {
    if ((error as Error).name !== 'RepositoryNotFoundException') {
      repositories.forEach(({ arn }) => found.set(arn, new Error(`DescribeRepositories failed: ${(error as Error).name}: ${(error as Error).message}`)));
    } else if (repositories.length > 1) {
      const half = Math.ceil(repositories.length / 2);
      await describeHalves(describe, repositories.slice(0, half), found);
      await describeHalves(describe, repositories.slice(half), found);
    }
  }
}
