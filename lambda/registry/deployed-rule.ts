import { parseRule } from './parse-rule';
import { Sweep } from './pass';
import { RegistryEnvironment } from './services';
import { PASS_TIME_MS, RULE_METADATA_KEY, RuleName } from '../../src/shared/registry';
import { parseRulePhysicalId } from '../cloudformation/physical-id';
import { BadRequestError, fields, idOf } from '../cloudformation/request';
import { StackResource, isBeingDeleted, isSameResource, isStable } from '../cloudformation/stack';

/** Which rule a schedule or an event names. */
export function parseRuleName(input: unknown): RuleName {
  const name = fields<keyof RuleName>(input);
  return { StackId: idOf(name, 'StackId'), LogicalResourceId: idOf(name, 'LogicalResourceId') };
}

/**
 * A sweep for the rule as CloudFormation has it deployed. So it does not matter how late a schedule or an event is delivered.
 *
 * @returns nothing where a stack operation is under way, to which sweeps and events give way, or the rule is gone
 */
export async function deployedSweep(name: RuleName, { clock, services }: RegistryEnvironment): Promise<Sweep | undefined> {
  const { StackId, LogicalResourceId } = name;
  // The stack first: an operation that begins before the second answer waits for whoever has found the stack stable.
  const resource = isStable(await services.stackStatus(StackId)) ? await services.resource(StackId, LogicalResourceId) : undefined;
  const id = parseRulePhysicalId(resource?.physicalId);
  if (!resource || !id || isBeingDeleted(resource)) {
    return undefined;
  }
  const rule = parseRule({ ...name, ResourceProperties: propertiesIn(resource) });
  const { physicalId, status, updated } = resource;
  return { kind: 'sweep', rule, ...id, deployed: { physicalId, status, updated }, deadline: clock.now() + PASS_TIME_MS };
}

/** Whether no stack operation has touched the rule since the sweep found it. */
export async function isStillDeployed({ rule: { stackId, logicalId }, deployed }: Sweep, { services }: RegistryEnvironment): Promise<boolean> {
  return isStable(await services.stackStatus(stackId)) && isSameResource(deployed, await services.resource(stackId, logicalId));
}

/** What the template says of the rule, in the words of CloudFormation's own events. */
function propertiesIn({ metadata = '{}' }: StackResource): unknown {
  const properties = fields<typeof RULE_METADATA_KEY>(JSON.parse(metadata))[RULE_METADATA_KEY];
  if (properties === undefined) {
    throw new BadRequestError(`the rule's Metadata in the template has no ${RULE_METADATA_KEY}. Deploy it as it was synthesized`);
  }
  return properties;
}
