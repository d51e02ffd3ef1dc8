import { RepositoryStatus, statusOf } from './repository-status';
import { Tags } from '../../lambda/ecr/ecr';
import { NewerRecordError } from '../../lambda/protocol/record';
import { ListedRepository, describeAgain, readAllTags, readTags } from '../aws/registry';
import type { Session } from '../aws/session';
import { mapConcurrently } from '../concurrency';
import { CallError, oneLine } from '../errors';
import type { Terminal } from '../terminal/terminal';

export interface RegistryStatus {
  /** The repositories with declarations. */
  readonly repositories: readonly RepositoryStatus[];
  /** What could not be seen, and why. */
  readonly problems: readonly string[];
}

const CALLS_AT_A_TIME = 8;

/**
 * The Tagging API answers for a hundred repositories in a call, but what it answers may lag behind. So what looks like drift is confirmed
 * by ECR itself.
 */
export async function registryStatus(session: Session, listed: readonly ListedRepository[], terminal: Terminal): Promise<RegistryStatus> {
  const problems: string[] = [];
  const tags = await quickTags(session, terminal, listed.length) ?? await tagsOfEach(session, listed, terminal, problems);
  const found = statuses(listed, tags, problems);
  const suspects = found.filter(({ drift }) => drift.length > 0).map(({ repository }) => repository);
  const again = await confirmed(session, suspects, terminal, problems);
  const names = new Set(suspects.map(({ arn }) => arn));
  const repositories = [...found.filter(({ repository }) => !names.has(repository.arn)), ...again]
    .sort((a, b) => a.repository.name < b.repository.name ? -1 : 1);
  return { repositories, problems };
}

/** Nothing where the Tagging API is refused or does not answer, and where it knows no repository, as on some emulators. */
async function quickTags(session: Session, terminal: Terminal, total: number): Promise<Map<string, Tags> | undefined> {
  const progress = terminal.progress('Reading tags');
  try {
    const tags = await readAllTags(session, (count) => progress.update(count, total));
    return tags.size > 0 ? tags : undefined;
  } catch (error) {
    if (!(error instanceof CallError)) {
      throw error;
    }
    terminal.note(`${error.message}. Each repository is asked for its tags instead, which takes longer.`);
    return undefined;
  } finally {
    progress.stop();
  }
}

/** The tags of each repository, from ECR itself. */
async function tagsOfEach(
  session: Session, repositories: readonly ListedRepository[], terminal: Terminal, problems: string[],
): Promise<Map<string, Tags>> {
  const progress = terminal.progress('Reading tags');
  const found = new Map<string, Tags>();
  const refused = new Map<string, number>();
  let done = 0;
  await mapConcurrently(repositories, CALLS_AT_A_TIME, async (repository) => {
    try {
      const tags = await readTags(session, repository);
      if (tags) {
        found.set(repository.arn, tags);
      }
    } catch (error) {
      if (!(error instanceof CallError)) {
        throw error;
      }
      // The message names the repository. What the repositories have in common tells one cause from another.
      const { name = 'Error' } = error.cause as { name?: string };
      refused.set(name, (refused.get(name) ?? 0) + 1);
      if (refused.get(name) === 1) {
        problems.push(error.message);
      }
    }
    progress.update(++done, repositories.length);
  });
  progress.stop();
  for (const [name, count] of refused) {
    problems.push(`the declarations of ${count} of ${repositories.length} repositories are not known (ecr:ListTagsForResource: ${name})`);
  }
  return found;
}

/** Tags first, then settings: the order in which a declaration writes them. */
async function confirmed(
  session: Session, suspects: readonly ListedRepository[], terminal: Terminal, problems: string[],
): Promise<RepositoryStatus[]> {
  if (suspects.length === 0) {
    return [];
  }
  const tags = await tagsOfEach(session, suspects, terminal, problems);
  return statuses(await describeAgain(session, suspects), tags, problems);
}

function statuses(listed: readonly ListedRepository[], tags: ReadonlyMap<string, Tags>, problems: string[]): RepositoryStatus[] {
  return listed.flatMap((repository) => {
    try {
      return statusOf(repository, tags.get(repository.arn) ?? new Map()) ?? [];
    } catch (error) {
      if (!(error instanceof NewerRecordError)) {
        throw error;
      }
      problems.push(`${repository.name}: ${oneLine(error.message)}`);
      return [];
    }
  });
}
