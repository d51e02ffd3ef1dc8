import { Delivery } from './live-invocation';
import { RulePass } from './rule-pass';
import { renderPhysicalId, renderRulePhysicalId, tokenOf } from '../../lambda/cloudformation/physical-id';
import { UntrustedEvent } from '../../lambda/cloudformation/request';
import { DeclarationId, OwnershipTag } from '../../lambda/protocol/operation';
import { TAG_PREFIX } from '../../src/shared/contract';
import { Settings } from '../../src/shared/settings';
import { properties } from '../support/properties';
import { longest } from '../support/settings';

export { IMMUTABLE, MUTABLE } from '../support/settings';
export const FILTERED: Settings = { mutability: 'MUTABLE_WITH_EXCLUSION', filters: ['prod-*', 'release-v*'] };

/** Settings that take several tags: to record shorter ones in their place takes two calls. */
export const LONG = longest('abc');

/** Settings that no other declaration has, by their filter. */
export const locked = (filter: string): Settings => ({ mutability: 'IMMUTABLE_WITH_EXCLUSION', filters: [filter] });

export const arnOf = (repository: string): string => `arn:aws:ecr:eu-west-1:111122223333:repository/${repository}`;

/** The resource of a declaration. Several stacks can share a provider, which belongs to one of them. */
export interface Resource {
  readonly stack: string;
  readonly logicalId: string;
  readonly provider: string;
  /** Of a rule: when it was created, in ms. */
  readonly ruleCreated?: number;
}

export const stackIdOf = (stack: string): string =>
  `arn:aws:cloudformation:eu-west-1:111122223333:stack/${stack}/0a1b2c3d-0000-0000-0000-000000000000`;

export const ownershipTagKeyOf = ({ provider }: Resource): string =>
  `${TAG_PREFIX}stack:${Buffer.from(provider).toString('hex').padEnd(12, '0').slice(0, 12)}`;

/** The RequestId of a resource's create, of which an exploration has one for each resource. */
export const createRequestIdOf = ({ stack, logicalId }: Resource): string => `create-${stack}-${logicalId}`;

/** The physical id with which the function responds to a create: with an original where it succeeds. */
export const physicalIdOf = (resource: Resource, repository: string, original: Settings | undefined): string =>
  renderPhysicalId(arnOf(repository), original, tokenOf(createRequestIdOf(resource)));

/** The physical id of a rule, with which every request for it responds. */
export const rulePhysicalIdOf = (resource: Resource, created: number): string =>
  renderRulePhysicalId({ created, token: tokenOf(createRequestIdOf(resource)) });

/** The physical id that CloudFormation generates for a resource whose create got no response. */
export const generatedIdOf = ({ stack, logicalId }: Resource): string => `${stack}-${logicalId}-1ABCDEFGHIJKL`;

export const propertiesOf = (settings: Settings, repository: string) => properties(settings, arnOf(repository));

export const newDelivery = (resource: Resource, event: UntrustedEvent): Delivery => ({
  ownershipTag: ownershipTagOf(resource),
  event: { StackId: stackIdOf(resource.stack), LogicalResourceId: resource.logicalId, RequestId: 'request', ...event },
});

export const newPassDelivery = (resource: Resource, pass: RulePass): Delivery => ({ ownershipTag: ownershipTagOf(resource), pass });

export const declarationIdOf = (resource: Resource): DeclarationId =>
  ({ stackId: stackIdOf(resource.stack), logicalId: resource.logicalId, ownershipTag: ownershipTagOf(resource) });

const ownershipTagOf = (resource: Resource): OwnershipTag => ({ key: ownershipTagKeyOf(resource), value: stackIdOf(resource.provider) });

const deliveries = new Map<string, Delivery>();

/** A delivery, always the same object for the same event or pass: the invocation tree finds it by identity. */
export function known(made: Delivery): Delivery {
  const key = JSON.stringify(made);
  deliveries.set(key, deliveries.get(key) ?? made);
  return deliveries.get(key)!;
}
