import { retryDenied } from './denials';
import { executionPrefix } from './execution-name';
import { Pass } from './pass';
import { Execution, RegistryEnvironment } from './services';

export interface BeginInput {
  readonly pass: Pass;
  /** What it answered before. */
  readonly begun: { readonly mustWait: boolean } | null;
  readonly name: string;
  readonly started: string;
}

/** A create or an update whose resource is being deleted. The state machine does not repeat it. */
export class OvertakenError extends Error {
  readonly name = 'OvertakenError';

  constructor() {
    super('the rule is being deleted, or has been: its deletion overtook this request');
  }
}

/**
 * Stops what else runs for the rule, before a stack operation changes anything. A batch that was called meanwhile writes until its window
 * ends, so the state machine waits then, and begins again. Where CloudFormation has generated the physical id, the create was never answered,
 * and may just have been stopped by CloudFormation itself.
 */
export async function begin({ pass, begun, name, started }: BeginInput, environment: RegistryEnvironment): Promise<{ readonly mustWait: boolean }> {
  const { operation, rule, token } = pass;
  if (!operation) {
    return { mustWait: false };
  }
  const { clock, log, services } = environment;
  if (operation.type !== 'Delete' && (await retryDenied(clock, () => services.resource(rule.stackId, rule.logicalId)))?.status?.startsWith('DELETE_')) {
    // It came late out of Lambda's queue. It must not stop the deletion, nor declare what nobody would release.
    throw new OvertakenError();
  }
  const prefix = executionPrefix(rule.stackId, rule.logicalId);
  const running = await retryDenied(clock, () => services.runningExecutions(rule.stateMachineArn));
  const others = running.filter((other) => other.name.startsWith(prefix) && isOlder(other, { name, started: Date.parse(started) }));
  for (const { arn, name: stopped } of others) {
    await retryDenied(clock, () => services.stopExecution(arn));
    log('WARN', 'pass-stopped', { execution: stopped });
  }
  return { mustWait: others.length > 0 || (begun === null && token === undefined) };
}

/** Of two executions that see each other, one stops the other, and only one. */
function isOlder(a: Pick<Execution, 'name' | 'started'>, b: Pick<Execution, 'name' | 'started'>): boolean {
  return a.started < b.started || (a.started === b.started && a.name < b.name);
}
