import { declareItem, operationOn } from './batch';
import { deployedSweep, parseRuleName } from './deployed-rule';
import { kindOfFailure } from './failure';
import { repositoryArn } from './parse-rule';
import { RegistryEnvironment } from './services';
import { EVENT_WINDOW_MS, RuleName, matchesRule } from '../../src/shared/registry';
import { BadRequestError } from '../cloudformation/request';
import { parseRepositoryArn } from '../ecr/repository';
import { RepositoryNotFoundError } from '../ecr/retries';
import { Invocation } from '../protocol/invocation';

/** Lambda does not call this function again where it fails. Each attempt has a window of its own. */
const MAX_ATTEMPTS = 6;

/** Declares a repository that was just created, as the rule says by now. The event may come late. */
export async function declareNewRepository(input: unknown, repositoryName: unknown, environment: RegistryEnvironment): Promise<void> {
  const rule = parseRuleName(input);
  if (typeof repositoryName !== 'string') {
    throw new BadRequestError('RepositoryName is not a string');
  }
  for (let attempt = 1; ; attempt++) {
    // The window begins before CloudFormation is asked, so that stack operations can wait for its end.
    const invocation = new Invocation(environment, rule);
    const log = invocation.log(parseRepositoryArn(repositoryArn(rule.StackId, repositoryName)));
    try {
      await declareInWindow(rule, repositoryName, invocation, environment);
      return;
    } catch (error) {
      if (error instanceof RepositoryNotFoundError) {
        log('INFO', 'repository-not-found');
        return;
      }
      if (kindOfFailure(error) !== 'passing' || attempt === MAX_ATTEMPTS) {
        log('ERROR', 'failed', { reason: (error as Error).message, consequence: 'the next sweep tries again' });
        throw error;
      }
    }
  }
}

async function declareInWindow(rule: RuleName, name: string, invocation: Invocation, environment: RegistryEnvironment): Promise<void> {
  const sweep = await deployedSweep(rule, environment);
  if (!sweep) {
    invocation.log()('INFO', 'gave-way', { consequence: `${name} is not declared by its event` });
    return;
  }
  const { filters, excludes, reportOnly } = sweep.rule;
  if (!reportOnly && matchesRule(name, filters, excludes)) {
    // What it has is its own, also where that is what the rule declares.
    await declareItem(sweep, { name }, operationOn(sweep, { name }, invocation, { windowMs: EVENT_WINDOW_MS, mayBeNew: true }), []);
  }
}
