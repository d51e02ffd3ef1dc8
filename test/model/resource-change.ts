/** A create or update of a resource, and how CloudFormation goes on. */
export interface ResourceChange<Deployed> {
  /** Absent where it failed. */
  readonly deployed?: Deployed;
  readonly undo: () => Promise<void>;
  /** Creates a resource again that failed, where `--no-rollback` has left it as it is. Absent for an update. */
  readonly retry?: () => Promise<ResourceChange<Deployed>>;
  /** Deletes what an earlier create has left, when everything else is done. */
  readonly cleanUp?: () => Promise<void>;
}

/**
 * CloudFormation deletes a failed create at the next operation. Whether it does so before it creates the resource again is not documented, so
 * both orders must work.
 */
export type RetryOrder = 'delete, then create' | 'create, then delete';

interface FailedCreate<Deployed> {
  readonly remove: () => Promise<void>;
  readonly cleanUp: () => Promise<void>;
  readonly createAgain: () => Promise<ResourceChange<Deployed>>;
}

export async function retryCreate<Deployed>(order: RetryOrder, failed: FailedCreate<Deployed>): Promise<ResourceChange<Deployed>> {
  if (order === 'delete, then create') {
    await failed.remove();
    return failed.createAgain();
  }
  return besideFailed(failed, await failed.createAgain());
}

function besideFailed<Deployed>(
  failed: FailedCreate<Deployed>, { deployed, undo, retry, cleanUp }: ResourceChange<Deployed>,
): ResourceChange<Deployed> {
  return {
    deployed,
    undo: async () => {
      await undo();
      await failed.remove();
    },
    retry: retry && (async () => besideFailed(failed, await retry())),
    cleanUp: async () => {
      await cleanUp?.();
      await failed.cleanUp();
    },
  };
}
