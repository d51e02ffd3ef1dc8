import { Settings } from '../../src/shared/settings';
import { Operation } from '../protocol/operation';
import { ReleaseResult, release } from '../protocol/release';

export interface ReleaseByRuleOptions {
  /** The token of the rule's physical id. Absent where CloudFormation generated the id. */
  readonly token?: string;
  /** The repository's settings, where a listing has shown them a while ago. It saves a call. */
  readonly known?: Settings;
}

/**
 * Releases one repository of the rule that is the operation's declaration. The original is in the repository's tags only, so where the record
 * is gone, the settings stay.
 */
export function releaseByRule(operation: Operation, { token, known }: ReleaseByRuleOptions): Promise<ReleaseResult> {
  return release(operation, { token, known });
}
