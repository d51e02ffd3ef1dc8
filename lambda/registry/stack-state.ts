import { Pass } from './pass';
import { RegistryEnvironment } from './services';
import { renderRulePhysicalId } from '../cloudformation/physical-id';
import { isStable } from '../cloudformation/stack';

type OfRule = Pick<Pass, 'rule' | 'created' | 'token'>;

/** Whether the rule is deployed as it is, and no stack operation is under way, to which a sweep or an event would have to give way. */
export async function isCurrent(pass: OfRule, { services }: RegistryEnvironment): Promise<boolean> {
  const { stackId, logicalId } = pass.rule;
  return isStable(await services.stackStatus(stackId)) && (await services.resource(stackId, logicalId))?.physicalId === physicalIdOf(pass);
}

/** Whether the rule has been deleted, or is being deleted. */
export async function isGoing(pass: OfRule, { services }: RegistryEnvironment): Promise<boolean> {
  const { stackId, logicalId } = pass.rule;
  const resource = await services.resource(stackId, logicalId);
  return resource?.physicalId !== physicalIdOf(pass) || resource?.status?.startsWith('DELETE_') === true;
}

function physicalIdOf({ created, token }: OfRule): string | undefined {
  return token === undefined ? undefined : renderRulePhysicalId({ created, token });
}
