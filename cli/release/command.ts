import { Candidate, candidatesOf } from './candidate';
import { Deployment, deploymentOf } from './deployment';
import { Outcome, releaseCandidate } from './release-candidate';
import { Releasable, ReleaseReport, releaseJson, renderCandidates, renderOutcomes } from './render';
import { FindStack, findStack } from './stacks';
import { listRepositories } from '../aws/registry';
import { Session, openSession } from '../aws/session';
import { mapConcurrently } from '../concurrency';
import { CommandLineError } from '../errors';
import { EXIT_ERROR, EXIT_OK } from '../exit-codes';
import { groupBy } from '../group-by';
import type { ReleaseOptions } from '../options';
import { isSelected, refuseUselessFilters } from '../repository-filter';
import { registryStatus } from '../status/registry-status';
import type { Terminal } from '../terminal/terminal';

const REPOSITORIES_AT_A_TIME = 4;

/** Restores what declarations that are deployed no more have left, or forgets them, after it has shown what it will do. */
export async function release(options: ReleaseOptions, terminal: Terminal): Promise<number> {
  if (options.evenIfDeployed && options.stack === undefined) {
    throw new CommandLineError('--even-if-deployed would release every declaration of the registry. Name the stack whose declarations are meant by --stack');
  }
  refuseUselessFilters(options);
  const session = await openSession(options);
  const listed = (await listRepositories(session)).filter(({ name }) => isSelected(name, options));
  const { repositories, problems: unseen } = await registryStatus(session, listed, terminal);
  const problems = [...unseen];
  const candidates = repositories.flatMap((status) => candidatesOf(status, options.stack));
  const releasable = await whatMayBeReleased(candidates, findStack(session), options, problems);
  const report = (outcomes: ReleaseReport['outcomes']): ReleaseReport => ({ region: session.region, forget: options.forget, releasable, outcomes, problems });

  const show = options.json ? terminal.note : terminal.print;
  show(renderCandidates(report(new Map()), terminal.width));
  const outcomes = releasable.length > 0 ? await releaseAll(releasable, session, options, terminal, problems) : new Map<Releasable, Outcome>();
  terminal.print(options.json ? JSON.stringify(releaseJson(report(outcomes)), undefined, 2) : renderOutcomes(report(outcomes)));
  problems.forEach((problem) => terminal.note(`warning: ${problem}`));
  return problems.length > 0 ? EXIT_ERROR : EXIT_OK;
}

/** Those that are deployed no more. What is deployed, or may be, stays unless told otherwise. */
async function whatMayBeReleased(
  candidates: readonly Candidate[], find: FindStack, { evenIfDeployed }: ReleaseOptions, problems: string[],
): Promise<Releasable[]> {
  const releasable: Releasable[] = [];
  let unknown = 0;
  for (const candidate of candidates) {
    const deployment = await deploymentIfKnown(candidate, find, problems);
    if (evenIfDeployed || deployment === 'stack is gone' || deployment === 'not in its stack') {
      releasable.push({ ...candidate, deployment });
    } else if (deployment === 'unknown') {
      unknown++;
    }
  }
  if (unknown > 0) {
    problems.push(`of ${unknown} ${unknown === 1 ? 'declaration' : 'declarations'} it is not known whether their stack still has them. They stay, unless --even-if-deployed says otherwise`);
  }
  return releasable;
}

/** Without an answer from CloudFormation it is not known. */
async function deploymentIfKnown(candidate: Candidate, find: FindStack, problems: string[]): Promise<Deployment> {
  try {
    return await deploymentOf(candidate, find);
  } catch (error) {
    if (!(error instanceof CommandLineError)) {
      throw error;
    }
    if (!problems.includes(error.message)) {
      problems.push(error.message);
    }
    return 'unknown';
  }
}

async function releaseAll(
  releasable: readonly Releasable[], session: Session, { forget, yes }: ReleaseOptions, terminal: Terminal, problems: string[],
): Promise<Map<Releasable, Outcome>> {
  const outcomes = new Map<Releasable, Outcome>();
  if (!yes && !await isConfirmed(terminal, forget, releasable.length)) {
    return outcomes;
  }
  const progress = terminal.progress(forget ? 'Forgetting' : 'Restoring');
  // Two declarations of one repository go one after the other.
  const byRepository = [...groupBy(releasable, ({ status }) => status.repository.arn).values()];
  await mapConcurrently(byRepository, REPOSITORIES_AT_A_TIME, async (ofRepository) => {
    for (const each of ofRepository) {
      try {
        outcomes.set(each, await releaseCandidate(session, each, forget));
      } catch (error) {
        if (!(error instanceof CommandLineError)) {
          throw error;
        }
        problems.push(error.message);
      }
      progress.update(outcomes.size, releasable.length);
    }
  });
  progress.stop();
  return outcomes;
}

async function isConfirmed(terminal: Terminal, forget: boolean, count: number): Promise<boolean> {
  if (!terminal.confirm) {
    throw new CommandLineError('nobody is there to ask. Add --yes to go on without');
  }
  return terminal.confirm(`${forget ? 'Forget' : 'Release'} ${count} ${count === 1 ? 'declaration' : 'declarations'}?`);
}
