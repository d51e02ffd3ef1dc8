import type { RegistryEvent } from './registry-event';

/**
 * The calls that push, delete and move tags, as CloudTrail names them. `PolicyExecutionEvent` is a lifecycle policy that expires images.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/logging-using-cloudtrail.html
 */
export const EVENT_NAMES = ['PutImage', 'BatchDeleteImage', 'PolicyExecutionEvent', 'DeleteRepository'] as const;

/** A part of CloudTrail's record. Each field may be missing: CloudTrail leaves out what is too long, and what a failed call did not answer. */
interface CloudTrailRecord {
  readonly eventID?: string;
  readonly eventTime?: string;
  readonly eventSource?: string;
  readonly eventName?: string;
  readonly errorCode?: string;
  readonly awsRegion?: string;
  readonly recipientAccountId?: string;
  readonly userIdentity?: UserIdentity;
  readonly requestParameters?: {
    readonly registryId?: string;
    readonly repositoryName?: string;
    readonly imageTag?: string;
    readonly imageDigest?: string;
    readonly imageIds?: readonly ImageId[];
  } | null;
  readonly responseElements?: {
    readonly image?: { readonly imageId?: ImageId };
    readonly imageIds?: readonly ImageId[];
    readonly failures?: readonly unknown[];
  } | null;
  readonly serviceEventDetails?: {
    readonly repositoryName?: string;
    readonly lifecycleEventImageActions?: readonly {
      readonly lifecycleEventImage?: { readonly digest?: string; readonly tagList?: readonly string[] };
    }[];
  };
  readonly resources?: readonly { readonly ARN?: string }[];
}

interface ImageId {
  readonly imageTag?: string;
  readonly imageDigest?: string;
}

interface UserIdentity {
  readonly type?: string;
  readonly arn?: string;
  readonly userName?: string;
  readonly accountId?: string;
  readonly invokedBy?: string;
  readonly sessionContext?: { readonly sessionIssuer?: { readonly userName?: string } };
}

/** What a record tells of a repository's tags. Nothing where it tells nothing of them, such as a push without a tag. */
export function parseCloudTrailEvent(json: string): RegistryEvent | undefined {
  const record = parse(json);
  const repositoryArn = record && repositoryArnOf(record);
  const time = Date.parse(record?.eventTime ?? '');
  // Public registries have calls of the same names.
  if (!record?.eventID || !repositoryArn || Number.isNaN(time) || record.eventSource !== 'ecr.amazonaws.com') {
    return undefined;
  }
  const event = { id: record.eventID, time, repositoryArn, failed: record.errorCode !== undefined };
  const { requestParameters: request, responseElements: response, serviceEventDetails: details } = record;
  switch (record.eventName) {
    case 'PutImage': {
      const { imageTag: tag = request?.imageTag, imageDigest: digest = request?.imageDigest } = response?.image?.imageId ?? {};
      return tag === undefined ? undefined : { ...event, kind: 'push', tag, digest, by: actorOf(record.userIdentity) };
    }
    case 'BatchDeleteImage': {
      const asked = request?.imageIds ?? [];
      const failed = event.failed || (response?.failures ?? []).length > 0 || response?.imageIds === undefined;
      return { ...event, kind: 'deletion', failed, images: imagesOf(asked, response?.imageIds ?? []) };
    }
    case 'PolicyExecutionEvent': {
      const expired = (details?.lifecycleEventImageActions ?? []).map(({ lifecycleEventImage }) => lifecycleEventImage ?? {});
      return {
        ...event,
        kind: 'deletion',
        images: {
          tags: expired.flatMap(({ tagList }) => tagList ?? []),
          digests: expired.flatMap(({ digest }) => digest ?? []),
        },
      };
    }
    case 'DeleteRepository':
      return { ...event, kind: 'deletion', images: 'all' };
    default:
      return undefined;
  }
}

function parse(json: string): CloudTrailRecord | undefined {
  try {
    const record: unknown = JSON.parse(json);
    return typeof record === 'object' && record !== null ? record : undefined;
  } catch {
    return undefined;
  }
}

/** By its ARN where the record has it, since the repository may be another account's. */
function repositoryArnOf({ resources, requestParameters, serviceEventDetails, awsRegion, recipientAccountId }: CloudTrailRecord): string | undefined {
  const arn = resources?.map(({ ARN }) => ARN).find((each) => each?.includes(':repository/'));
  const name = requestParameters?.repositoryName ?? serviceEventDetails?.repositoryName;
  const account = requestParameters?.registryId ?? recipientAccountId;
  return arn ?? (name && awsRegion && account ? `arn:${partitionOf(awsRegion)}:ecr:${awsRegion}:${account}:repository/${name}` : undefined);
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) {
    return 'aws-cn';
  }
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/**
 * An image that is named by its digest is deleted with all its tags. One that is named by a tag loses that tag; the response gives its
 * digest, too, and the image may live on by other tags.
 */
function imagesOf(asked: readonly ImageId[], deleted: readonly ImageId[]): { tags: string[]; digests: string[] } {
  return {
    tags: [...asked, ...deleted].flatMap(({ imageTag }) => imageTag ?? []),
    digests: asked.flatMap(({ imageTag, imageDigest }) => imageTag === undefined ? imageDigest ?? [] : []),
  };
}

/** A role rather than its session, whose name is often another one each time. */
function actorOf({ type, arn, userName, accountId, invokedBy, sessionContext }: UserIdentity = {}): string {
  const role = sessionContext?.sessionIssuer?.userName;
  return role ?? userName ?? invokedBy ?? arn ?? (type === 'Root' ? 'root' : undefined) ?? accountId ?? 'unknown';
}
