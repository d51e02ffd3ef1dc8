import { readAssembly } from './assembly';
import { EVENT_NAMES, parseCloudTrailEvent } from './cloudtrail-event';
import { PlannedDeclaration, declarationsOf } from './declarations';
import { judgePushes } from './judge-pushes';
import { PlannedRepository, planRepositories } from './planned-repositories';
import { protectsTags } from './protection';
import { reportPushes } from './push-report';
import { SeenPushes, planJson, renderPlan } from './render';
import { systemClock } from '../../lambda/clock';
import { validateSettings } from '../../src/shared/settings';
import { lookUpEvents, readEventHistory } from '../aws/event-history';
import { ListedRepository, listRepositories } from '../aws/registry';
import { Session, openSession } from '../aws/session';
import { CommandLineError } from '../errors';
import { EXIT_ERROR, EXIT_INTERRUPTED, EXIT_OK } from '../exit-codes';
import type { PlanOptions } from '../options';
import { refuseUselessFilters } from '../repository-filter';
import type { Terminal } from '../terminal/terminal';

const DAY_MS = 86_400_000;

/** What settings would change in the registry, and which pushes they would have refused. Changes nothing. */
export async function plan(options: PlanOptions, terminal: Terminal): Promise<number> {
  // What is wrong with the options is said before anybody signs in.
  refuseUselessFilters(options);
  const plannedIn = options.app === undefined ? ofOptions(options) : ofApp(options.app);
  const session = await openSession(options);
  const listed = await listRepositories(session);
  const problems: string[] = [];
  const interrupted = terminal.interruption();
  const repositories = planRepositories(listed, plannedIn(session, listed, problems));
  const pushes = await pushesOf(session, repositories, options.days, terminal, interrupted, problems);
  const result = { region: session.region, repositories, pushes, problems };
  terminal.print(options.json ? JSON.stringify(planJson(result), undefined, 2) : renderPlan(result, terminal.width));
  problems.forEach((problem) => terminal.note(`warning: ${problem}`));
  if (interrupted.aborted) {
    return EXIT_INTERRUPTED;
  }
  return problems.length > 0 ? EXIT_ERROR : EXIT_OK;
}

/** What is planned in a registry. It adds to the problems what it could not find out. */
type PlannedIn = (session: Session, listed: readonly ListedRepository[], problems: string[]) => readonly PlannedDeclaration[];

function ofOptions({ imageTagMutability: mutability, exclusionFilter, repositoryFilter, excludeRepositoryFilter }: PlanOptions): PlannedIn {
  if (mutability === undefined) {
    throw new CommandLineError('what is to be planned? Give a setting by --image-tag-mutability, or a synthesized app by --app');
  }
  const error = validateSettings(mutability, exclusionFilter.length > 0 ? exclusionFilter : undefined);
  if (error) {
    throw new CommandLineError(inOptions(error));
  }
  return () => [{ settings: { mutability, filters: exclusionFilter }, target: { repositoryFilter, excludeRepositoryFilter } }];
}

/** The library's message, by the names of the options. */
const inOptions = (message: string): string =>
  message.replaceAll('imageTagMutabilityExclusionFilters', '--exclusion-filter').replaceAll('imageTagMutability', '--image-tag-mutability');

function ofApp(folder: string): PlannedIn {
  const resources = readAssembly(folder);
  return ({ region }, listed, problems) => {
    const [{ registryId, arn } = { registryId: '', arn: 'arn:aws' }] = listed;
    const { declarations, unresolved, elsewhere } = declarationsOf(resources, region, registryId, arn.split(':')[1] ?? 'aws');
    if (declarations.length + unresolved.length + elsewhere.size === 0) {
      throw new CommandLineError(`--app: no stack in ${folder} declares the tag mutability of a repository by cdk-ecr-tag-mutability`);
    }
    if (unresolved.length > 0) {
      problems.push(`what these declare is known only when they are deployed: ${unresolved.join(', ')}`);
    }
    const there = new Set(listed.map((repository) => repository.arn));
    const missing = declarations.flatMap(({ target }) => typeof target === 'string' && !there.has(target) ? target.split(':repository/')[1] ?? target : []);
    if (missing.length > 0) {
      problems.push(`there is no such repository in ${region}: ${missing.join(', ')}`);
    }
    elsewhere.forEach((count, place) => problems.push(`${count} ${count === 1 ? 'declaration is' : 'declarations are'} for ${place}: run it there, too`));
    return declarations;
  };
}

/** Nothing where no repository would protect more than it does, or where no event could be read. */
async function pushesOf(
  session: Session, repositories: readonly PlannedRepository[], days: number, terminal: Terminal, signal: AbortSignal, problems: string[],
): Promise<SeenPushes | undefined> {
  const settings = new Map(repositories
    .filter(({ changes, wouldHave }) => changes && protectsTags(wouldHave))
    .map(({ repository, wouldHave }) => [repository.arn, wouldHave]));
  if (settings.size === 0) {
    return undefined;
  }
  const until = Date.now();
  const askedSince = until - days * DAY_MS;
  const progress = terminal.progress('Reading CloudTrail');
  const { events, seenSince, problem } = await readEventHistory(lookUpEvents(session), {
    eventNames: EVENT_NAMES, since: askedSince, until, signal, onProgress: (seen) => progress.update(until - seen, until - askedSince),
  }, systemClock).finally(() => progress.stop());
  if (problem) {
    problems.push(`${problem}. Pushes before ${new Date(seenSince).toISOString()} were not looked at`);
  }
  if (problem && seenSince === until) {
    return undefined;
  }
  const judged = judgePushes(events.flatMap((json) => parseCloudTrailEvent(json) ?? []));
  return { ...reportPushes(judged, settings), seenSince, until, askedSince };
}
