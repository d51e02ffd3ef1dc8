import type { IncomingHttpHeaders } from 'node:http';
import { ACCOUNT } from './environment';
import type { Call } from '../iam';

/** Those of the fields of ECR's requests that IAM looks at. */
interface Input {
  readonly registryId?: string;
  readonly repositoryName?: string;
  readonly repositoryNames?: readonly string[];
  readonly resourceArn?: string;
  readonly tags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly tagKeys?: readonly string[];
}

/**
 * A request of ECR's API, as IAM is asked about it: once for each repository that it names.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
 */
export function callsOf(headers: IncomingHttpHeaders, body: string): Call[] {
  const [, operation] = /^AmazonEC2ContainerRegistry_V20150921\.(\w+)$/.exec(String(headers['x-amz-target'])) ?? [];
  const [, region] = /Credential=[^/]+\/\d+\/([^/]+)\/ecr\/aws4_request/.exec(headers.authorization ?? '') ?? [];
  if (!operation || !region) throw new Error(`no signed call of ECR: ${headers['x-amz-target']}`);

  const { registryId = ACCOUNT, repositoryName = '*', repositoryNames = [repositoryName], resourceArn, tags, tagKeys } = JSON.parse(body) as Input;
  const named = repositoryNames.map((name) => `arn:aws:ecr:${region}:${registryId}:repository/${name}`);
  return (resourceArn ? [resourceArn] : named).map((resource) => ({
    action: `ecr:${operation}`,
    resource,
    ...tags && { tagKeys: tags.map(({ Key }) => Key), requestTags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) },
    ...tagKeys && { tagKeys },
  }));
}
