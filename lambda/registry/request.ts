import { retryDenied } from './denials';
import { newExecutionName } from './execution-name';
import { parseRepositoryFilters, parseRule } from './parse-rule';
import { Before, ExecutionInput, Pass, START, StackOperation } from './pass';
import { RegistryEnvironment } from './services';
import { PASS_TIME_MS, RuleProperties } from '../../src/shared/registry';
import { parseRulePhysicalId, renderRulePhysicalId, tokenOf } from '../cloudformation/physical-id';
import {
  BadRequestError, ForeignRequestError, UntrustedEvent, fields, idOf, isTrue, keptPhysicalId, namesOf, parseSettings, typeOf,
} from '../cloudformation/request';
import { Response } from '../cloudformation/response';

/**
 * Starts the pass that a stack operation asks for. At its end, the pass responds to CloudFormation.
 *
 * @returns the response, where there is nothing to wait for
 */
export async function handleRuleRequest(event: UntrustedEvent, responseUrl: URL, environment: RegistryEnvironment): Promise<Response | undefined> {
  const { clock, log } = environment;
  const PhysicalResourceId = givenRuleId(event, clock.now());
  try {
    const pass = parsePass(event, PhysicalResourceId, responseUrl.href, clock.now());
    await startPass(pass, environment);
    return undefined;
  } catch (error) {
    if (event.RequestType === 'Delete' && error instanceof BadRequestError) {
      // A create with these properties was refused, so it has declared nothing.
      log('INFO', 'nothing-to-release', { ...namesOf(event), reason: error.message });
      return { Status: 'SUCCESS', PhysicalResourceId };
    }
    const message = (error as Error).message;
    log('ERROR', 'failed', { ...namesOf(event), reason: message });
    return { Status: 'FAILED', PhysicalResourceId, Reason: { message } };
  }
}

export async function startPass(pass: Pass, { clock, services, log }: RegistryEnvironment): Promise<void> {
  const { rule, kind } = pass;
  const name = newExecutionName(rule.stackId, rule.logicalId, kind);
  const input: ExecutionInput = { pass, begun: null, work: START, error: null };
  await retryDenied(clock, () => services.startExecution(rule.stateMachineArn, name, JSON.stringify(input)));
  log('INFO', 'pass-started', { stack: rule.stackId, logicalId: rule.logicalId, pass: kind, execution: name });
}

function parsePass(event: UntrustedEvent, physicalId: string, responseUrl: string, now: number): Pass {
  const rule = parseRule(event);
  const operation: StackOperation = { type: typeOf(event), requestId: idOf(event, 'RequestId'), physicalId, responseUrl };
  const id = parseRulePhysicalId(physicalId);
  if (!id && operation.type === 'Update') {
    throw new ForeignRequestError('PhysicalResourceId is not that of a RegistryImageTagMutability');
  }
  return {
    kind: operation.type === 'Delete' ? 'release' : 'declare',
    rule,
    ...id ?? { created: 0 },
    before: operation.type === 'Update' ? parseBefore(event) : undefined,
    operation,
    deadline: now + PASS_TIME_MS,
  };
}

/** What an update finds, unless it was never valid. */
function parseBefore({ OldResourceProperties }: UntrustedEvent): Before | undefined {
  const properties = fields<keyof RuleProperties>(OldResourceProperties);
  if (isTrue(properties.ReportOnly)) {
    return undefined;
  }
  try {
    return { ...parseRepositoryFilters(properties), settings: parseSettings(properties) };
  } catch {
    return undefined;
  }
}

/** CloudFormation adopts whatever id a response has: a create gets a new one, also where it fails; others keep theirs. */
function givenRuleId(event: UntrustedEvent, now: number): string {
  return keptPhysicalId(event) ?? renderRulePhysicalId({ created: now, token: tokenOf(event.RequestId) });
}
