import { createHash, randomUUID } from 'node:crypto';

/**
 * Events as CloudTrail records them, with the fields of the examples in ECR's user guide. The guide has none of `BatchDeleteImage` and
 * `DeleteRepository`: their parameters and elements are those of the API, as CloudTrail records them for any call.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/logging-using-cloudtrail.html
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html
 */
export interface CloudTrailEvent {
  readonly eventID: string;
  readonly eventTime: string;
  readonly eventName: string;
  readonly [field: string]: unknown;
}

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
export const arnOf = (repositoryName: string): string => `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/${repositoryName}`;

/** A digest that is told from others by its name. */
export const digestOf = (name: string): string => `sha256:${createHash('sha256').update(name).digest('hex')}`;

/** @param time in ms */
export function putImage(
  time: number, repositoryName: string, imageTag: string | undefined, imageDigest: string, more: object = {},
): CloudTrailEvent {
  const imageManifest = '{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json"}';
  return {
    ...apiCall(time, 'PutImage', repositoryName),
    requestParameters: { repositoryName, imageTag, registryId: ACCOUNT, imageManifest },
    responseElements: { image: { repositoryName, imageManifest, registryId: ACCOUNT, imageId: { imageDigest, imageTag } } },
    ...more,
  };
}

interface ImageId {
  readonly imageTag?: string;
  readonly imageDigest?: string;
}

export function batchDeleteImage(time: number, repositoryName: string, imageIds: readonly ImageId[], more: object = {}): CloudTrailEvent {
  return {
    ...apiCall(time, 'BatchDeleteImage', repositoryName),
    requestParameters: { repositoryName, imageIds, registryId: ACCOUNT },
    responseElements: { imageIds, failures: [] },
    ...more,
  };
}

export function deleteRepository(time: number, repositoryName: string): CloudTrailEvent {
  return {
    ...apiCall(time, 'DeleteRepository', repositoryName),
    requestParameters: { repositoryName, force: true },
    responseElements: { repository: { repositoryArn: arnOf(repositoryName), repositoryName, registryId: ACCOUNT } },
  };
}

interface ExpiredImage {
  readonly digest: string;
  readonly tagList: readonly string[];
}

export function policyExecution(time: number, repositoryName: string, expired: readonly ExpiredImage[]): CloudTrailEvent {
  return {
    ...apiCall(time, 'PolicyExecutionEvent', repositoryName),
    eventType: 'AwsServiceEvent',
    userIdentity: { accountId: ACCOUNT, invokedBy: 'AWS Internal' },
    requestParameters: null,
    responseElements: null,
    serviceEventDetails: {
      repositoryName,
      lifecycleEventPolicy: { lifecycleEventRules: [{ rulePriority: 1, action: 'expire' }] },
      lifecycleEventImageActions: expired.map((image) => ({ lifecycleEventImage: { tagStatus: 'Tagged', ...image }, rulePriority: 1 })),
    },
  };
}

/** Somebody with a role, as in most builds. */
export const byRole = (userName: string) => ({
  userIdentity: {
    type: 'AssumedRole',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${userName}/session-${randomUUID()}`,
    accountId: ACCOUNT,
    sessionContext: { sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/${userName}`, accountId: ACCOUNT, userName } },
  },
});

function apiCall(time: number, eventName: string, repositoryName: string): CloudTrailEvent {
  return {
    eventVersion: '1.04',
    ...byRole('build'),
    eventTime: `${new Date(time).toISOString().slice(0, 19)}Z`,
    eventSource: 'ecr.amazonaws.com',
    eventName,
    awsRegion: REGION,
    sourceIPAddress: '203.0.113.12',
    userAgent: 'prod.frontend.ecr.aws.internal',
    requestID: randomUUID(),
    eventID: randomUUID(),
    resources: [{ ARN: arnOf(repositoryName), accountId: ACCOUNT }],
    eventType: 'AwsApiCall',
    recipientAccountId: ACCOUNT,
  };
}
