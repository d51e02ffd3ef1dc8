import { statSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { IMMUTABLE_WITH_EXCLUSION, byName, declare, deployed, resources, wildcards } from './support/constructs';
import { FakeClock, FakeEcr } from './support/fake-ecr';
import { ROOT } from './support/project';
import { LIMITS } from '../bench/limits';
import { handle } from '../lambda/protocol/lifecycle';
import { DECLARE_WINDOW_MS } from '../lambda/protocol/windows';
import { FUNCTION_TIMEOUT_MS } from '../src/shared/contract';

// What does not depend on the machine must not grow unnoticed. `npm run bench` measures the rest.

test.each([
  ['bundle', 'index.js', LIMITS.bundleBytes],
  ['second bundle', 'registry/index.js', LIMITS.registryBundleBytes],
])('the Lambda\'s %s, %s, has at most %i bytes', (_, file, most) => {
  expect(statSync(join(ROOT, 'lib/handler', file)).size).toBeLessThanOrEqual(most);
});

describe('a template', () => {
  function stackOf(count: number): Stack {
    const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
    for (let index = 0; index < count; index++) {
      declare(stack, {
        repository: byName(stack, `team-a/service-number-${String(index).padStart(8, '0')}`),
        imageTagMutability: IMMUTABLE_WITH_EXCLUSION,
        imageTagMutabilityExclusionFilters: wildcards('latest'),
      }, `Declaration${index}`);
    }
    return stack;
  }
  const bytes = (stack: Stack) => JSON.stringify(resources(stack)).length;

  test(`grows by at most ${LIMITS.templateBytes} bytes with each repository`, () => {
    expect((bytes(stackOf(220)) - bytes(stackOf(20))) / 200).toBeLessThanOrEqual(LIMITS.templateBytes);
  });

  test.each([[1, LIMITS.resources], [480, LIMITS.resourcesFor480]])('of %d repositories has at most %d resources', (count, most) => {
    expect(Object.keys(resources(stackOf(count))).length).toBeLessThanOrEqual(most);
  });

  test.each([
    ['of the first repository', 1, LIMITS.policyBytes.first],
    ['of 480 repositories', 480, LIMITS.policyBytes.of480],
  ])('has policies %s of at most the size that they have now', (_, count, most) => {
    const stack = stackOf(count);
    const sizes = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']
      .flatMap((type) => Object.values(resources(stack, type)))
      .map(({ Properties }) => JSON.stringify(deployed(Properties.PolicyDocument)).length);
    expect(sizes.reduce((a, b) => a + b)).toBeLessThanOrEqual(most);
  });
});

describe('calls of ECR', () => {
  const RepositoryArn = 'arn:aws:ecr:eu-west-1:111122223333:repository/team-a/api';
  const StackId = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/api/1';
  const clock = new FakeClock();
  const ecr = new FakeEcr({ mutability: 'MUTABLE', filters: [] });
  let PhysicalResourceId: string | undefined;
  let requests = 0;
  const event = (RequestType: string, ImageTagMutability: string, before?: string) => ({
    RequestType,
    StackId,
    LogicalResourceId: 'Declaration',
    ResourceProperties: { RepositoryArn, ImageTagMutability },
    OldResourceProperties: before && { RepositoryArn, ImageTagMutability: before },
  });

  // The events of one declaration's life, in their order.
  test.each([
    ['create', event('Create', 'IMMUTABLE')],
    ['the same create again', event('Create', 'IMMUTABLE')],
    ['unchanged update', event('Update', 'IMMUTABLE', 'IMMUTABLE')],
    ['changed update', event('Update', 'MUTABLE', 'IMMUTABLE')],
    ['changed update', event('Update', 'IMMUTABLE', 'MUTABLE')],
    ['delete soon after the create', event('Delete', 'IMMUTABLE')],
    ['create', event('Create', 'IMMUTABLE')],
    ['delete', event('Delete', 'IMMUTABLE')],
  ] as const)('%s', async (kind, request) => {
    if (kind === 'delete') {
      await clock.sleep(DECLARE_WINDOW_MS);
    }
    ecr.calls.length = 0;
    const RequestId = `request-${kind === 'the same create again' ? requests : ++requests}`;
    const response = await handle({ ...request, RequestId, PhysicalResourceId: request.RequestType === 'Create' ? undefined : PhysicalResourceId }, {
      clock,
      ecr: () => ecr,
      log: () => {},
      ownershipTag: { key: 'cdk-ecr-tag-mutability:stack:0123456789ab', value: StackId },
      lambdaRemaining: () => FUNCTION_TIMEOUT_MS,
    });
    expect(response.Status).toBe('SUCCESS');
    PhysicalResourceId = response.PhysicalResourceId;
    expect(ecr.calls.length).toBeLessThanOrEqual(LIMITS.apiCalls[kind]);
  });
});
