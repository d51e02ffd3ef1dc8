import { Candidate, sharesOwnershipTag } from './candidate';
import { systemClock } from '../../lambda/clock';
import { ecr } from '../../lambda/ecr/client';
import { readYourWrites } from '../../lambda/ecr/read-your-writes';
import { ReleaseOperation } from '../../lambda/protocol/operation';
import { ReleaseResult, erase, release } from '../../lambda/protocol/release';
import type { Session } from '../aws/session';
import { CommandLineError, calling } from '../errors';

/** So long a call may take. */
const CALL_MS = 60_000;

export type Outcome = ReleaseResult['outcome'] | 'forgotten' | 'repository-not-found';

/** Restores the repository, or forgets the declaration, by the protocol of the Lambda function and with the caller's credentials. */
export async function releaseCandidate(session: Session, candidate: Candidate, forget: boolean): Promise<Outcome> {
  const { status, declaration, id } = candidate;
  if (id.ownershipTag.value === '' && sharesOwnershipTag(candidate)) {
    throw new CommandLineError(`${status.repository.name} was left alone: others have removed its tag ${id.ownershipTag.key}, which another declaration needs. Update the stack of that one first`);
  }
  const operation: ReleaseOperation = {
    ecr: readYourWrites(ecr(session.ecr, status.repository, () => CALL_MS), systemClock),
    clock: systemClock,
    // What it would log is known by then, or is in the outcome.
    log: () => {},
    declaration: id,
  };
  return calling(`release of ${status.repository.name}`, session.region, async () => {
    try {
      if (forget) {
        await erase(operation, id.key, await operation.ecr.readTags());
        return 'forgotten';
      }
      // With its token, so that a declaration that was made anew meanwhile stays.
      return (await release(operation, { token: declaration.declared?.token })).outcome;
    } catch (error) {
      if ((error as Error).name === 'RepositoryNotFoundException') {
        return 'repository-not-found';
      }
      throw error;
    }
  });
}
