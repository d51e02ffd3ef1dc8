/** Which repository is meant: everything about it is in its ARN, so that one of another region or account works as well. */
export interface Repository {
  readonly arn: string;
  readonly region: string;
  readonly registryId: string;
  readonly name: string;
}

// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImageTagMutability.html
const NAME = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*';
const ARN = new RegExp(`^arn:aws[a-z-]{0,20}:ecr:([a-z0-9-]{1,30}):([0-9]{12}):repository/(${NAME})$`);
const MAX_NAME = 256;
const MAX_ARN = 400;

export function parseRepositoryArn(value: unknown): Repository | undefined {
  // The length first: no pattern runs over a text that cannot be an ARN.
  if (typeof value !== 'string' || value.length > MAX_ARN) {
    return undefined;
  }
  const [, region, registryId, name] = ARN.exec(value) ?? [];
  if (!region || !registryId || !name || name.length < 2 || name.length > MAX_NAME) {
    return undefined;
  }
  return { arn: value, region, registryId, name };
}
