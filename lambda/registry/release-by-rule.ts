import { Settings } from '../../src/shared/settings';
import { Operation } from '../protocol/operation';
import { ReleaseResult, release } from '../protocol/release';

export interface ReleaseByRuleOptions {
  readonly token?: string;
  readonly known?: Settings;
}

export function releaseByRule(operation: Operation, { token }: ReleaseByRuleOptions): Promise<ReleaseResult> {
  return release(operation, { token });
}
