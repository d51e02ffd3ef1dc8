import { isRepositoryName } from '../../src/shared/repository-name';

/** Which repository is meant: everything about it is in its ARN, so that one of another region or account works as well. */
export interface Repository {
  readonly arn: string;
  readonly region: string;
  readonly registryId: string;
  readonly name: string;
}

/** A region becomes part of a host's name, and the SDK throws at one that cannot. */
const ARN = /^arn:aws[a-z-]{0,20}:ecr:([a-z0-9]{1,20}(?:-[a-z0-9]{1,12}){0,3}):([0-9]{12}):repository\/(.+)$/;

export function parseRepositoryArn(value: unknown): Repository | undefined {
  const [arn, region, registryId, name] = typeof value === 'string' ? ARN.exec(value) ?? [] : [];
  return arn && region && registryId && name && isRepositoryName(name) ? { arn, region, registryId, name } : undefined;
}
