import { deployedSweep, parseRuleName } from './deployed-rule';
import { executionPrefix } from './execution-name';
import { startPass } from './request';
import { RegistryEnvironment } from './services';
import { namesOf } from '../cloudformation/request';

/** Starts a sweep of the rule that a schedule names, unless a stack operation or another pass of the rule is under way. */
export async function startSweep(input: unknown, environment: RegistryEnvironment): Promise<void> {
  const { services, log } = environment;
  const name = parseRuleName(input);
  const sweep = await deployedSweep(name, environment);
  const prefix = executionPrefix(name.StackId, name.LogicalResourceId);
  if (!sweep || (await services.runningExecutions(sweep.rule.stateMachineArn)).some((running) => running.name.startsWith(prefix))) {
    log('INFO', 'gave-way', { ...namesOf(name), consequence: 'no sweep is made this time' });
    return;
  }
  await startPass(sweep, environment);
}
