import { Operation } from './operation';
import { release } from './release';

/**
 * Releases what a failed declaration recorded at this time: it must leave nothing, and some CloudFormation emulators send no delete after a
 * failed create. It has no more time than the declaration.
 */
export async function rollBack(operation: Operation, recordedAt: number): Promise<void> {
  try {
    const result = await release(operation, { recordedAt });
    if (result.outcome !== 'other-create' && result.outcome !== 'no-record') {
      operation.log('INFO', 'rolled-back', { before: result.before, effective: result.effective });
    }
  } catch (error) {
    // The failure of the declaration is the one to report. The delete that follows tries again.
    operation.log('WARN', 'not-rolled-back', { reason: (error as Error).message });
  }
}
