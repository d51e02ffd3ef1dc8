import { retryDenied } from './denials';
import { executionPrefix } from './execution-name';
import { Begun, Pass } from './pass';
import { Execution, RegistryEnvironment } from './services';
import { EVENT_WAIT_MS, STOP_WAIT_MS } from '../../src/shared/registry';
import { isBeingDeleted } from '../cloudformation/stack';

export interface BeginInput {
  readonly pass: Pass;
  /** What it answered before. */
  readonly begun: Begun | null;
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
 * Stops what else runs for the rule, before a stack operation changes anything, and tells how long what cannot be stopped may still write. The
 * state machine waits, and begins again: Step Functions may show an execution some seconds after its start.
 */
export async function begin({ pass, begun, name, started }: BeginInput, environment: RegistryEnvironment): Promise<Begun> {
  const { operation, rule, token } = pass;
  if (!operation) {
    return { waitSeconds: 0 };
  }
  const { clock, log, services } = environment;
  if (operation.type !== 'Delete' && isBeingDeleted(await retryDenied(clock, () => services.resource(rule.stackId, rule.logicalId)))) {
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
  // Where CloudFormation has generated the physical id, the create was never answered, and may just have been stopped by CloudFormation itself.
  const isStopped = others.length > 0 || (begun === null && token === undefined);
  // No event is for a rule that is yet to be created.
  const mayHaveEvent = begun === null && operation.type !== 'Create';
  return { waitSeconds: (isStopped ? STOP_WAIT_MS : mayHaveEvent ? EVENT_WAIT_MS : 0) / 1_000 };
}

/** Of two executions that see each other, one stops the other, and only one. */
function isOlder(a: Pick<Execution, 'name' | 'started'>, b: Pick<Execution, 'name' | 'started'>): boolean {
  return a.started < b.started || (a.started === b.started && a.name < b.name);
}
