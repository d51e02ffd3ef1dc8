import { executionPrefix } from './execution-name';
import { parseRule } from './parse-rule';
import { Pass } from './pass';
import { startPass } from './request';
import { RegistryEnvironment } from './services';
import { isCurrent } from './stack-state';
import { PASS_TIME_MS } from '../../src/shared/registry';
import { parseRulePhysicalId } from '../cloudformation/physical-id';
import { BadRequestError, UntrustedEvent, namesOf } from '../cloudformation/request';

/** A pass of nobody's stack operation, for the rule that a schedule or an event names. */
export function parseSweep(rule: unknown, now: number): Pass {
  const event: UntrustedEvent = typeof rule === 'object' && rule !== null ? rule : {};
  const id = parseRulePhysicalId(event.PhysicalResourceId);
  if (!id) {
    throw new BadRequestError('PhysicalResourceId is not that of a RegistryImageTagMutability');
  }
  return { kind: 'sweep', rule: parseRule(event), ...id, deadline: now + PASS_TIME_MS };
}

/** Starts a sweep, unless a stack operation or another pass of the rule is under way. */
export async function startSweep(rule: unknown, environment: RegistryEnvironment): Promise<void> {
  const { clock, services, log } = environment;
  const pass = parseSweep(rule, clock.now());
  const { stackId, logicalId, stateMachineArn } = pass.rule;
  const prefix = executionPrefix(stackId, logicalId);
  if (!await isCurrent(pass, environment) || (await services.runningExecutions(stateMachineArn)).some(({ name }) => name.startsWith(prefix))) {
    log('INFO', 'gave-way', { ...namesOf(rule as UntrustedEvent), consequence: 'no sweep is made this time' });
    return;
  }
  await startPass(pass, environment);
}
