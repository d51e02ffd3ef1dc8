import { declareItem, operationOn, releaseItem } from './batch';
import { RegistryEnvironment } from './services';
import { isCurrent, isGoing } from './stack-state';
import { parseSweep } from './sweep';
import { matchesRule } from '../../src/shared/registry';
import { UntrustedEvent } from '../cloudformation/request';
import { RepositoryNotFoundError } from '../ecr/retries';
import { Invocation } from '../protocol/invocation';

/**
 * Declares a repository that was just created. The event may come late, and a stack operation may begin meanwhile: an update declares the
 * repository itself, but a delete may have passed it by, so that it is released again.
 */
export async function declareNewRepository(rule: unknown, name: unknown, environment: RegistryEnvironment): Promise<void> {
  const pass = parseSweep(rule, environment.clock.now());
  if (typeof name !== 'string' || !matchesRule(name, pass.rule.filters, pass.rule.excludes) || pass.rule.reportOnly) {
    return;
  }
  const invocation = new Invocation(environment, rule as UntrustedEvent);
  if (!await isCurrent(pass, environment)) {
    invocation.log()('INFO', 'gave-way', { consequence: `${name} is not declared by its event` });
    return;
  }
  const operation = operationOn(pass, { name }, invocation, true);
  try {
    // What it has is its own, also where that is what the rule declares.
    await declareItem(pass, { name }, operation, []);
    if (await isGoing(pass, environment)) {
      await releaseItem(pass, { name }, operation);
    }
  } catch (error) {
    if (error instanceof RepositoryNotFoundError) {
      operation.log('INFO', 'repository-not-found');
      return;
    }
    operation.log('ERROR', 'failed', { reason: (error as Error).message, consequence: 'the next sweep tries again' });
    throw error;
  }
}
