import { parseCloudTrailEvent } from '../../../cli/plan/cloudtrail-event';
import { ACCOUNT, arnOf, batchDeleteImage, byRole, deleteRepository, digestOf, policyExecution, putImage } from '../../support/cloudtrail-events';

const TIME = Date.parse('2026-01-02T03:04:05Z');
const A = digestOf('A');
const parse = (event: object) => parseCloudTrailEvent(JSON.stringify(event));

test('a push', () => {
  const event = putImage(TIME, 'team-a/api', 'v1', A);
  expect(parse(event)).toEqual({
    kind: 'push', id: event.eventID, time: TIME, repositoryArn: arnOf('team-a/api'), failed: false, tag: 'v1', digest: A, by: 'build',
  });
});

test('a push whose response is missing has the tag of its request, and no digest', () => {
  expect(parse(putImage(TIME, 'team-a/api', 'v1', A, { responseElements: null }))).toMatchObject({ tag: 'v1', digest: undefined });
});

test('a push that failed', () => {
  expect(parse(putImage(TIME, 'team-a/api', 'v1', A, { responseElements: null, errorCode: 'ImageTagAlreadyExistsException' })))
    .toMatchObject({ kind: 'push', tag: 'v1', failed: true });
});

test('a push of an image without a tag, as of the parts of a multi-platform image, tells nothing of tags', () => {
  expect(parse(putImage(TIME, 'team-a/api', undefined, A))).toBeUndefined();
});

test('an event that names its repository in its parameters only', () => {
  expect(parse(putImage(TIME, 'team-a/api', 'v1', A, { resources: undefined }))).toMatchObject({ repositoryArn: arnOf('team-a/api') });
  expect(parse(putImage(TIME, 'team-a/api', 'v1', A, { resources: undefined, awsRegion: 'cn-north-1' })))
    .toMatchObject({ repositoryArn: `arn:aws-cn:ecr:cn-north-1:${ACCOUNT}:repository/team-a/api` });
});

test('a push to a public registry, which has calls of the same names, is none', () => {
  expect(parse(putImage(TIME, 'team-a/api', 'v1', A, { eventSource: 'ecr-public.amazonaws.com' }))).toBeUndefined();
});

test.each([
  ['a role, not its session', byRole('github-actions').userIdentity, 'github-actions'],
  ['a user', { type: 'IAMUser', arn: `arn:aws:iam::${ACCOUNT}:user/mary`, userName: 'mary' }, 'mary'],
  ['a service', { type: 'AWSService', invokedBy: 'codebuild.amazonaws.com' }, 'codebuild.amazonaws.com'],
  ['the root user', { type: 'Root', arn: `arn:aws:iam::${ACCOUNT}:root`, accountId: ACCOUNT }, `arn:aws:iam::${ACCOUNT}:root`],
  ['another account', { type: 'AWSAccount', accountId: '444455556666' }, '444455556666'],
  ['nobody', undefined, 'unknown'],
])('%s pushed', (_, userIdentity, by) => {
  expect(parse(putImage(TIME, 'team-a/api', 'v1', A, { userIdentity }))).toMatchObject({ by });
});

describe('a deletion', () => {
  test('by tag: the image may live on by other tags', () => {
    const event = batchDeleteImage(TIME, 'team-a/api', [{ imageTag: 'v1' }], { responseElements: { imageIds: [{ imageTag: 'v1', imageDigest: A }], failures: [] } });
    expect(parse(event)).toMatchObject({ kind: 'deletion', failed: false, images: { tags: expect.arrayContaining(['v1']), digests: [] } });
  });

  test('by tag and digest: that tag only', () => {
    expect(parse(batchDeleteImage(TIME, 'team-a/api', [{ imageTag: 'v1', imageDigest: A }]))).toMatchObject({ images: { digests: [] } });
  });

  test('by digest: the image with all its tags', () => {
    const event = batchDeleteImage(TIME, 'team-a/api', [{ imageDigest: A }], { responseElements: { imageIds: [{ imageDigest: A, imageTag: 'v1' }, { imageDigest: A, imageTag: 'v2' }], failures: [] } });
    expect(parse(event)).toMatchObject({ failed: false, images: { tags: ['v1', 'v2'], digests: [A] } });
  });

  test.each([
    ['with an error', { errorCode: 'AccessDenied', responseElements: null }],
    ['with failures for single images', { responseElements: { imageIds: [], failures: [{ failureCode: 'ImageNotFound' }] } }],
    ['without a response', { responseElements: null }],
  ])('%s has failed, for what it asked for', (_, more) => {
    expect(parse(batchDeleteImage(TIME, 'team-a/api', [{ imageTag: 'v1' }, { imageDigest: A }], more)))
      .toMatchObject({ failed: true, images: { tags: ['v1'], digests: [A] } });
  });

  test('by a lifecycle policy', () => {
    expect(parse(policyExecution(TIME, 'team-a/api', [{ digest: A, tagList: ['v1', 'v2'] }])))
      .toMatchObject({ kind: 'deletion', repositoryArn: arnOf('team-a/api'), failed: false, images: { tags: ['v1', 'v2'], digests: [A] } });
  });

  test('of the whole repository', () => {
    expect(parse(deleteRepository(TIME, 'team-a/api'))).toMatchObject({ kind: 'deletion', failed: false, images: 'all' });
  });
});

test.each(['', 'null', '[]', '{', '{"eventName":"PutImage"}', JSON.stringify({ ...putImage(TIME, 'a', 'b', A), eventTime: 'never' })])('%j tells nothing', (json) => {
  expect(parseCloudTrailEvent(json)).toBeUndefined();
});
