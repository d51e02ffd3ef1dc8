import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ECRClient } from '@aws-sdk/client-ecr';
import { HttpEcr, serveEcr } from './http-ecr';

// What Lambda runs: the bundle itself, in a process of its own with an environment as Lambda's. `npx projen compile` makes it.
const BUNDLE = join(__dirname, '../../lib/handler/index.js');
const WATCH = join(__dirname, 'watch-bundle.cjs');

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'AKIDOFTHEROLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token-of-the-role' };

// The client slows down by itself after throttling.
jest.setTimeout(60_000);

let served: HttpEcr;
beforeEach(async () => {
  served = await serveEcr();
});
afterEach(() => served[Symbol.asyncDispose]());

interface Invocation {
  readonly type?: 'Create' | 'Update' | 'Delete';
  readonly region?: string;
  readonly partition?: string;
  readonly environment?: Record<string, string>;
}

/** Has the bundle handle an event, and gives its answer. */
async function invoke({ type = 'Create', region = 'eu-west-1', partition = 'aws', environment = {} }: Invocation = {}): Promise<any> {
  const RepositoryArn = `arn:${partition}:ecr:${region}:111122223333:repository/team-a/api`;
  await run('require(process.env.TEST_BUNDLE).handler(JSON.parse(process.env.TEST_EVENT))', {
    AWS_REGION: 'eu-west-1',
    MARK_KEY: 'cdk-ecr-tag-mutability:stack:0123456789ab',
    MARK_VALUE: 'stack',
    ...CREDENTIALS,
    ...environment,
    TEST_EVENT: JSON.stringify({
      RequestType: type,
      ResponseURL: served.url,
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Tags',
      ...type !== 'Create' && { PhysicalResourceId: RepositoryArn },
      ResourceProperties: {
        RepositoryArn,
        ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
        ImageTagMutabilityExclusionFilters: [{
          ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'dev-*',
        }],
      },
    }),
  });
  return served.answers.pop();
}

/** Runs a script in a process that has this environment only. */
async function run(script: string, environment: Record<string, string>): Promise<void> {
  await promisify(execFile)(process.execPath, ['--require', WATCH, '--eval', script], {
    env: { ...environment, TEST_BUNDLE: BUNDLE, TEST_SERVER: served.url },
    timeout: 60_000,
  });
}

const operations = () => [...new Set(served.calls.map(({ operation }) => operation))].sort();
const hosts = () => [...new Set(served.calls.map(({ headers }) => headers.host))];

test('sets and puts back by all five calls, with nothing but itself and what Node.js brings along', async () => {
  expect(await invoke()).toMatchObject({ Status: 'SUCCESS' });
  expect(served.repository('team-a/api').settings).toEqual({ mutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['dev-*'] });
  expect(await invoke({ type: 'Update' })).toMatchObject({ Status: 'SUCCESS' });
  expect(await invoke({ type: 'Delete' })).toMatchObject({ Status: 'SUCCESS' });
  expect(served.repository('team-a/api').settings).toEqual({ mutability: 'MUTABLE', filters: [] });
  expect(served.repository('team-a/api').trace).toEqual([]);
  expect(operations()).toEqual(['DescribeRepositories', 'ListTagsForResource', 'PutImageTagMutability', 'TagResource', 'UntagResource']);
});

test('the watch over what it loads does see a module that is none of Node.js\'s', async () => {
  await expect(run('require("@aws-sdk/client-ecr")', {})).rejects.toThrow('asks for @aws-sdk/client-ecr');
});

test('signs with the credentials and the token of the environment, also where a profile is named', async () => {
  await invoke({ environment: { AWS_PROFILE: 'of-a-person' } });
  for (const { headers } of served.calls) {
    expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDOFTHEROLE\/[0-9]{8}\/eu-west-1\/ecr\/aws4_request, .*x-amz-security-token/);
    expect(headers['x-amz-security-token']).toBe('token-of-the-role');
  }
});

test('without credentials it answers so at once, and asks no other source', async () => {
  const answer = await invoke({
    environment: { AWS_ACCESS_KEY_ID: '', AWS_CONTAINER_CREDENTIALS_FULL_URI: `${served.url}/credentials`, AWS_EC2_METADATA_SERVICE_ENDPOINT: served.url },
  });
  expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('Unable to find environment variable credentials') });
  expect(served.calls).toEqual([]);
});

describe('the endpoint', () => {
  test.each([
    ['aws', 'eu-west-1', 'api.ecr.eu-west-1.amazonaws.com'],
    ['aws', 'ap-southeast-2', 'api.ecr.ap-southeast-2.amazonaws.com'],
    ['aws-cn', 'cn-north-1', 'api.ecr.cn-north-1.amazonaws.com.cn'],
    ['aws-us-gov', 'us-gov-west-1', 'api.ecr.us-gov-west-1.amazonaws.com'],
  ])('in %s is that of the repository\'s region %s', async (partition, region, host) => {
    expect(await invoke({ partition, region })).toMatchObject({ Status: 'SUCCESS' });
    expect(hosts()).toEqual([host]);
    expect(served.calls[0]!.headers.authorization).toContain(`/${region}/ecr/aws4_request`);
  });

  test.each([
    ['aws', 'us-east-1', true, false],
    ['aws', 'us-east-1', false, true],
    ['aws', 'us-east-1', true, true],
    ['aws-us-gov', 'us-gov-west-1', true, false],
    ['aws-us-gov', 'us-gov-west-1', true, true],
    ['aws-cn', 'cn-north-1', false, true],
  ])('in %s %s with FIPS %s and dual-stack %s by the environment is that of the whole client', async (partition, region, useFipsEndpoint, useDualstackEndpoint) => {
    const whole = new ECRClient({ region });
    const { url: { hostname } } = whole.config.endpointProvider({ Region: region, UseFIPS: useFipsEndpoint, UseDualStack: useDualstackEndpoint });
    const plain = whole.config.endpointProvider({ Region: region, UseFIPS: false, UseDualStack: false });
    expect(hostname).not.toBe(plain.url.hostname);

    const answer = await invoke({
      partition,
      region,
      environment: {
        ...useFipsEndpoint && { AWS_USE_FIPS_ENDPOINT: 'true' },
        ...useDualstackEndpoint && { AWS_USE_DUALSTACK_ENDPOINT: 'true' },
      },
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(hosts()).toEqual([hostname]);
  });

  test.each([
    ['AWS_ENDPOINT_URL_ECR', { AWS_ENDPOINT_URL_ECR: 'https://ecr.example' }],
    ['AWS_ENDPOINT_URL', { AWS_ENDPOINT_URL: 'https://ecr.example' }],
    ['AWS_ENDPOINT_URL_ECR before AWS_ENDPOINT_URL', { AWS_ENDPOINT_URL: 'https://all.example', AWS_ENDPOINT_URL_ECR: 'https://ecr.example' }],
  ])('is set by %s', async (_, environment) => {
    expect(await invoke({ environment })).toMatchObject({ Status: 'SUCCESS' });
    expect(hosts()).toEqual(['ecr.example']);
  });
});

test.each([
  [400, 'ThrottlingException'],
  [500, 'ServerException'],
  [503, 'ServiceUnavailable'],
])('a %d %s is retried, adaptively, until it passes', async (status, error) => {
  served.fault = (call) => call <= 2 ? { status, error } : undefined;
  expect(await invoke()).toMatchObject({ Status: 'SUCCESS' });
  expect(served.calls.slice(0, 3).map(({ headers }) => headers['amz-sdk-request'])).toEqual([
    'attempt=1; max=10', 'attempt=2; max=10', 'attempt=3; max=10',
  ]);
  // The client tells AWS its retry mode among the features that it uses: F is the adaptive one.
  expect(served.calls[0]!.headers['user-agent']).toMatch(/ m\/([A-Za-z0-9+-]+,)*F(,|$)/);
});

test('the errors of ECR keep their names: what cannot pass fails at once, and a repository that is gone needs nothing put back', async () => {
  served.fault = () => ({ status: 400, error: 'InvalidParameterException' });
  expect(await invoke()).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('InvalidParameterException: as the test wants it') });
  served.fault = () => ({ status: 400, error: 'RepositoryNotFoundException' });
  expect(await invoke({ type: 'Delete' })).toMatchObject({ Status: 'SUCCESS' });
});
