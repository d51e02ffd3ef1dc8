import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { HttpEcr, ReceivedCall, serveEcr } from '../support/http-ecr';

// What Lambda runs: the bundle itself, in a process of its own with an environment as Lambda's. `npx projen compile` makes it.
const BUNDLE = join(__dirname, '../../lib/handler/index.js');
const WATCH = join(__dirname, 'watch-bundle.cjs');

// The same handler with the whole client, of which nothing is left out.
let whole: string;
beforeAll(() => {
  whole = join(mkdtempSync(join(tmpdir(), 'whole-client-')), 'index.js');
  buildSync({ entryPoints: [join(__dirname, '../../lambda/index.ts')], outfile: whole, bundle: true, platform: 'node' });
});
afterAll(() => rmSync(dirname(whole), { recursive: true }));

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'AKIDOFTHEROLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token-of-the-role' };

// The client slows down by itself after throttling.
jest.setTimeout(60_000);

let served: HttpEcr;
beforeEach(async () => {
  served = await serveEcr();
});
afterEach(() => served[Symbol.asyncDispose]());

interface Invocation {
  readonly bundle?: string;
  readonly repository?: string;
  readonly type?: 'Create' | 'Update' | 'Delete';
  readonly region?: string;
  readonly partition?: string;
  readonly environment?: Record<string, string>;
  /** Of an update or a delete. */
  readonly id?: string;
}

/** Has the bundle handle an event, and gives its response. */
async function invoke({
  bundle = BUNDLE, repository = 'team-a/api', type = 'Create', region = 'eu-west-1', partition = 'aws', environment = {}, id,
}: Invocation = {}): Promise<any> {
  const RepositoryArn = `arn:${partition}:ecr:${region}:111122223333:repository/${repository}`;
  await run('require(process.env.TEST_BUNDLE).handler(JSON.parse(process.env.TEST_EVENT))', {
    AWS_REGION: 'eu-west-1',
    OWNERSHIP_TAG_KEY: 'cdk-ecr-tag-mutability:stack:0123456789ab',
    OWNERSHIP_TAG_VALUE: 'stack',
    ...CREDENTIALS,
    ...environment,
    TEST_BUNDLE: bundle,
    TEST_EVENT: JSON.stringify({
      RequestType: type,
      ResponseURL: served.url,
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Tags',
      ...type !== 'Create' && { PhysicalResourceId: id ?? RepositoryArn },
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
    env: { ...environment, TEST_SERVER: served.url },
    timeout: 60_000,
  });
}

const operations = () => [...new Set(served.calls.map(({ operation }) => operation))].sort();
const hosts = () => [...new Set(served.calls.map(({ headers }) => headers.host))];

test('sets and restores by all five calls, with nothing but itself and what Node.js brings along', async () => {
  const { Status, PhysicalResourceId: id } = await invoke();
  expect([Status, id]).toEqual(['SUCCESS', expect.stringMatching(/^arn:aws:ecr:eu-west-1:111122223333:repository\/team-a\/api\|MUTABLE\|[0-9a-f]{12}$/)]);
  expect(served.repository('team-a/api').settings).toEqual({ mutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['dev-*'] });
  expect(await invoke({ type: 'Update', id })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: id });
  expect(await invoke({ type: 'Delete', id })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: id });
  expect(served.repository('team-a/api').settings).toEqual({ mutability: 'MUTABLE', filters: [] });
  expect(served.repository('team-a/api').trace).toEqual([]);
  expect(operations()).toEqual(['DescribeRepositories', 'ListTagsForResource', 'PutImageTagMutability', 'TagResource', 'UntagResource']);
});

test('the watch over what it loads does see a module that is none of Node.js\'s', async () => {
  await expect(run('require("@aws-sdk/client-ecr")', { TEST_BUNDLE: BUNDLE })).rejects.toThrow('asks for @aws-sdk/client-ecr');
});

test('signs with the credentials and the token of the environment, also where a profile is named', async () => {
  await invoke({ environment: { AWS_PROFILE: 'of-a-person' } });
  for (const { headers } of served.calls) {
    expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDOFTHEROLE\/[0-9]{8}\/eu-west-1\/ecr\/aws4_request, .*x-amz-security-token/);
    expect(headers['x-amz-security-token']).toBe('token-of-the-role');
  }
});

test('without credentials it responds so at once, and asks no other source', async () => {
  const response = await invoke({
    environment: { AWS_ACCESS_KEY_ID: '', AWS_CONTAINER_CREDENTIALS_FULL_URI: `${served.url}/credentials`, AWS_EC2_METADATA_SERVICE_ENDPOINT: served.url },
  });
  expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('Unable to find environment variable credentials') });
  expect(served.calls).toEqual([]);
});

/** The calls of an invocation that creates, less what is another in each call, and the client's version, which its CommonJS modules misname. */
async function callsOf(bundle: string, invocation: Invocation): Promise<ReceivedCall[]> {
  served.calls.length = 0;
  expect(await invoke({ ...invocation, bundle, repository: bundle === BUNDLE ? 'team-a/api' : 'team-a/whole' })).toMatchObject({ Status: 'SUCCESS' });
  return served.calls.map(({ operation, headers }) => ({
    operation,
    headers: Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => NEW_EACH_TIME.includes(name)
      ? []
      : [[name, String(value).replace(/\/\d{8}\//, '/date/').replace(/Signature=\w+/, '').replace(/([/#])3\.\d+\.\d+/g, '$1version')]])),
  }));
}

const NEW_EACH_TIME = ['amz-sdk-invocation-id', 'content-length', 'x-amz-content-sha256', 'x-amz-date'];

const FIPS = { AWS_USE_FIPS_ENDPOINT: 'true' };
const DUAL_STACK = { AWS_USE_DUALSTACK_ENDPOINT: 'true' };
const ENDPOINT = { AWS_ENDPOINT_URL_ECR: 'https://ecr.example' };
const ENDPOINT_OF_ALL = { AWS_ENDPOINT_URL: 'https://all.example' };

describe('calls as the whole client does', () => {
  test.each<[string, string, Record<string, string>, string]>([
    ['aws', 'eu-west-1', {}, 'api.ecr.eu-west-1.amazonaws.com'],
    ['aws', 'ap-southeast-2', {}, 'api.ecr.ap-southeast-2.amazonaws.com'],
    ['aws', 'us-east-1', FIPS, 'api.ecr-fips.us-east-1.amazonaws.com'],
    ['aws', 'us-east-1', DUAL_STACK, 'ecr.us-east-1.api.aws'],
    ['aws', 'us-east-1', { ...FIPS, ...DUAL_STACK }, 'ecr-fips.us-east-1.api.aws'],
    ['aws-us-gov', 'us-gov-west-1', {}, 'api.ecr.us-gov-west-1.amazonaws.com'],
    ['aws-us-gov', 'us-gov-west-1', FIPS, 'api.ecr-fips.us-gov-west-1.amazonaws.com'],
    ['aws-us-gov', 'us-gov-west-1', { ...FIPS, ...DUAL_STACK }, 'ecr-fips.us-gov-west-1.api.aws'],
    ['aws-cn', 'cn-north-1', {}, 'api.ecr.cn-north-1.amazonaws.com.cn'],
    ['aws-cn', 'cn-north-1', DUAL_STACK, 'ecr.cn-north-1.api.amazonwebservices.com.cn'],
    ['aws-iso', 'us-iso-east-1', {}, 'api.ecr.us-iso-east-1.c2s.ic.gov'],
    ['aws-eusc', 'eusc-de-east-1', {}, 'api.ecr.eusc-de-east-1.amazonaws.eu'],
    ['aws', 'eu-west-1', ENDPOINT, 'ecr.example'],
    ['aws', 'eu-west-1', ENDPOINT_OF_ALL, 'all.example'],
    ['aws', 'eu-west-1', { ...ENDPOINT_OF_ALL, ...ENDPOINT }, 'ecr.example'],
    ['aws', 'eu-west-1', { ...ENDPOINT, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, 'api.ecr.eu-west-1.amazonaws.com'],
  ])('in %s %s with %j, at the same host', async (partition, region, environment, host) => {
    const calls = await callsOf(BUNDLE, { partition, region, environment });
    expect(hosts()).toEqual([host]);
    expect(calls[0]!.headers.authorization).toContain(`/${region}/ecr/aws4_request`);
    expect(calls).toEqual(await callsOf(whole, { partition, region, environment }));
  });

  test.each([
    ['user-agent', 'app/of-a-company', { AWS_SDK_UA_APP_ID: 'of-a-company' }],
    ['user-agent', 'exec-env/AWS_Lambda_nodejs22.x', { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' }],
    ['x-amzn-trace-id', 'Root=1-2-3', { AWS_LAMBDA_FUNCTION_NAME: 'function', _X_AMZN_TRACE_ID: 'Root=1-2-3' }],
    // What the handler itself asks for is not the environment's to say.
    ['amz-sdk-request', 'attempt=1; max=1', { AWS_MAX_ATTEMPTS: '2', AWS_RETRY_MODE: 'adaptive', AWS_DEFAULTS_MODE: 'in-region' }],
  ])('with a header %s of %s for %j', async (header, value, environment) => {
    const calls = await callsOf(BUNDLE, { environment });
    expect(calls[0]!.headers[header]).toContain(value);
    expect(calls).toEqual(await callsOf(whole, { environment }));
  });
});

test.each([
  [400, 'ThrottlingException'],
  [500, 'ServerException'],
  [503, 'ServiceUnavailable'],
])('a %d %s is repeated until it passes, by the handler and not by the SDK', async (status, error) => {
  served.fault = (call) => call <= 2 ? { status, error } : undefined;
  expect(await invoke()).toMatchObject({ Status: 'SUCCESS' });
  expect(served.calls.slice(0, 3).map(({ headers }) => headers['amz-sdk-request'])).toEqual([
    'attempt=1; max=1', 'attempt=1; max=1', 'attempt=1; max=1',
  ]);
  // The client tells AWS its retry mode among the features that it uses: E is the standard one.
  expect(served.calls[0]!.headers['user-agent']).toMatch(/ m\/([A-Za-z0-9+-]+,)*E(,|$)/);
});

test('the errors of ECR keep their names: what cannot pass fails at once, and a repository that is gone needs nothing restored', async () => {
  served.fault = () => ({ status: 400, error: 'InvalidParameterException' });
  expect(await invoke()).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('InvalidParameterException: as the test wants it') });
  served.fault = () => ({ status: 400, error: 'RepositoryNotFoundException' });
  expect(await invoke({ type: 'Delete' })).toMatchObject({ Status: 'SUCCESS' });
});
