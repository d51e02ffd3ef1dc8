import { Pass } from './pass';
import { RegistryEnvironment } from './services';
import { renderRulePhysicalId } from '../cloudformation/physical-id';

/** In any other state a stack operation may be under way. `ROLLBACK_COMPLETE` is that of a failed create, which has deleted its resources. */
const STABLE = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE', 'IMPORT_ROLLBACK_COMPLETE'];

type OfRule = Pick<Pass, 'rule' | 'created' | 'token'>;

/** Whether the rule is deployed as it is, and no stack operation is under way, to which a sweep or an event would have to give way. */
export async function isCurrent(pass: OfRule, { services }: RegistryEnvironment): Promise<boolean> {
  const { stackId, logicalId } = pass.rule;
  const status = await services.stackStatus(stackId);
  return status !== undefined && STABLE.includes(status) && (await services.resource(stackId, logicalId))?.physicalId === physicalIdOf(pass);
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
