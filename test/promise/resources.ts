import { Delivery } from './live-invocation';
import { UntrustedEvent } from '../../lambda/request';
import { TAG_PREFIX } from '../../src/contract';
import { Settings } from '../../src/settings';

export const MUTABLE: Settings = { mutability: 'MUTABLE', filters: [] };
export const IMMUTABLE: Settings = { mutability: 'IMMUTABLE', filters: [] };
export const FILTERED: Settings = { mutability: 'MUTABLE_WITH_EXCLUSION', filters: ['prod-*', 'release-v*'] };

/** Settings whose text takes several tags: to write a shorter one in its place takes two calls. */
export const LONG: Settings = {
  mutability: 'IMMUTABLE_WITH_EXCLUSION', filters: [...'abc'].map((letter) => `*${letter.repeat(126)}*`),
};

/** Settings that are told apart from all others by their filter. */
export const locked = (filter: string): Settings => ({ mutability: 'IMMUTABLE_WITH_EXCLUSION', filters: [filter] });

export const arnOf = (repository: string): string => `arn:aws:ecr:eu-west-1:111122223333:repository/${repository}`;

/** A declaration's resource: its logical id in a stack, and the stack of the provider, which several stacks can share. */
export interface Resource {
  readonly stack: string;
  readonly logicalId: string;
  readonly provider: string;
}

export const stackIdOf = (stack: string): string =>
  `arn:aws:cloudformation:eu-west-1:111122223333:stack/${stack}/0a1b2c3d-0000-0000-0000-000000000000`;

export const markKeyOf = ({ provider }: Resource): string =>
  `${TAG_PREFIX}stack:${Buffer.from(provider).toString('hex').padEnd(12, '0').slice(0, 12)}`;

/** The id that CloudFormation invents for a resource whose creation was never answered. */
export const inventedIdOf = ({ stack, logicalId }: Resource): string => `${stack}-${logicalId}-1ABCDEFGHIJKL`;

export const propertiesOf = ({ mutability, filters }: Settings, repository: string) => ({
  RepositoryArn: arnOf(repository),
  ImageTagMutability: mutability,
  ...filters.length > 0 && {
    ImageTagMutabilityExclusionFilters: filters.map((filter) => ({
      ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: filter,
    })),
  },
});

const deliveries = new Map<string, Delivery>();

/** One object for each event. */
export function delivery(resource: Resource, event: UntrustedEvent): Delivery {
  const made: Delivery = {
    ownershipTag: { key: markKeyOf(resource), value: stackIdOf(resource.provider) },
    event: { StackId: stackIdOf(resource.stack), LogicalResourceId: resource.logicalId, RequestId: 'request', ...event },
  };
  const key = JSON.stringify(made);
  deliveries.set(key, deliveries.get(key) ?? made);
  return deliveries.get(key)!;
}
