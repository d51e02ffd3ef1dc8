import type { Candidate } from './candidate';
import type { FindStack } from './stacks';
import { declarationKey, isOfSameStack } from '../../lambda/protocol/record';

/** Whether a declaration's resource is still deployed. `unknown`: the record does not tell which stack it is of. */
export type Deployment = 'deployed' | 'stack is gone' | 'not in its stack' | 'unknown';

/**
 * The record has hashes of the stack's id and of the logical id. So a stack that was created anew under the same name is told from the one
 * that has declared.
 */
export async function deploymentOf({ status, declaration, id, stack: recorded }: Candidate, findStack: FindStack): Promise<Deployment> {
  const nameOrId = recorded.id ?? recorded.name;
  if (nameOrId === undefined) {
    return 'unknown';
  }
  const stack = await findStack(recorded.region ?? status.repository.region, nameOrId);
  const keyOf = (stackId: string, logicalId: string) => declarationKey(id.ownershipTag.key, stackId, logicalId);
  if (!stack || !isOfSameStack(declaration, { key: keyOf(stack.id, '') })) {
    return 'stack is gone';
  }
  return stack.logicalIds.some((logicalId) => keyOf(stack.id, logicalId) === id.key) ? 'deployed' : 'not in its stack';
}
