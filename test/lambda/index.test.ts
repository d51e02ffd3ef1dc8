import dns from 'node:dns';
import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { handler, handlerWith } from '../../lambda';
import { FakeClock, FakeEcr } from '../support/fake-ecr';
import { stackId } from '../support/fake-stack';
import { properties } from '../support/properties';
import { LOCKED, MUTABLE } from '../support/settings';

/** What the function prints while it handles an event. */
async function logOf(event: unknown): Promise<string[]> {
  const lines: string[] = [];
  const log = jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  try {
    await handler(event);
  } finally {
    log.mockRestore();
  }
  return lines;
}

test.each([
  ['no event', undefined],
  ['null', null],
  ['no ResponseURL', { RequestType: 'Create' }],
  ['a ResponseURL that is a list', { ResponseURL: ['https://s.example/signature'] }],
  ['plain http to another host', { ResponseURL: 'http://s.example/signature' }],
  ['another scheme', { ResponseURL: 'ftp://s.example/signature' }],
  ['no URL', { ResponseURL: 'signature' }],
])('%s: one log line, without the URL', async (_, event) => {
  const lines = await logOf(event);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 'ERROR', decision: 'no-response-url', reason: 'ResponseURL is not an https URL. Only CloudFormation is meant to invoke this function',
  });
  expect(lines[0]).not.toMatch(/signature|s\.example/);
});

test('a request that is refused gets the response FAILED, and its ResponseURL is not logged', async () => {
  const responses: string[] = [];
  const server = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (chunk: string) => responses.push(chunk)).on('end', () => response.end());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const lines = await logOf({
      RequestType: 'Create',
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Tags',
      ResponseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/?signature`,
      ResourceProperties: { RepositoryArn: 'arn:aws:ecr:eu-west-1:111122223333:repository/team-a/api', ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION' },
    });
    expect(JSON.parse(responses.join(''))).toEqual({
      Status: 'FAILED',
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Tags',
      PhysicalResourceId: expect.stringMatching(/^arn:aws:ecr:eu-west-1:111122223333:repository\/team-a\/api\|\|[0-9a-f]{12}$/),
      Reason: expect.stringContaining('imageTagMutabilityExclusionFilters is missing'),
    });
    expect(lines.join('')).not.toContain('signature');
  } finally {
    server.close();
  }
});

describe('in a world of its own, the handler', () => {
  const event = (ResponseURL: string) => ({
    RequestType: 'Create', StackId: stackId('a'), RequestId: 'request', LogicalResourceId: 'Tags', ResponseURL, ResourceProperties: properties(LOCKED),
  });
  /** A port where nobody listens. */
  const closed = async () => {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    await new Promise((stopped) => server.close(stopped));
    return `http://127.0.0.1:${port}/?signature`;
  };
  const former = { ...process.env };
  beforeEach(() => jest.spyOn(console, 'log').mockImplementation(() => {}));
  afterEach(() => {
    process.env = { ...former };
    jest.restoreAllMocks();
  });

  test('tags the repository as its environment says, and fails where its response is not taken', async () => {
    process.env.OWNERSHIP_TAG_KEY = 'cdk-ecr-tag-mutability:stack:0123456789ab';
    process.env.OWNERSHIP_TAG_VALUE = 'the id';
    const ecr = new FakeEcr(MUTABLE);
    await expect(handlerWith({ clock: new FakeClock(), ecr: () => ecr })(event(await closed()))).rejects.toThrow('The response could not be sent to CloudFormation');
    expect([ecr.settings, ecr.tags.get('cdk-ecr-tag-mutability:stack:0123456789ab')]).toEqual([LOCKED, 'the id']);
  });

  test('responds by plain http to a name where ECR is an emulator, and only there', async () => {
    const received: string[] = [];
    const server = createServer((request, response) => {
      received.push(String(request.headers.host));
      request.resume().on('end', () => response.end());
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const host = `localhost.floci.io:${(server.address() as AddressInfo).port}`;
    const lookup = jest.spyOn(dns, 'lookup') as unknown as jest.SpyInstance<void, [string, object, (error: null, addresses: object[]) => void]>;
    lookup.mockImplementation((_, __, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]));
    try {
      const handle = handlerWith({ clock: new FakeClock(), ecr: () => new FakeEcr(MUTABLE) });
      await handle(event(`http://${host}/response/1`));
      expect(received).toEqual([]);
      process.env.AWS_ENDPOINT_URL = 'http://floci:4566';
      await handle(event(`http://${host}/response/1`));
      expect(received).toEqual([host]);
    } finally {
      server.close();
    }
  });

  test('lets a delete take what Lambda has left, less what responding may take', async () => {
    const server = createServer((request, response) => void request.resume().on('end', () => response.end()));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const remaining: number[] = [];
    const clock = new FakeClock();
    const handle = handlerWith({
      clock,
      ecr: (_, left) => {
        remaining.push(left());
        return new FakeEcr(MUTABLE);
      },
    });
    try {
      const deletion = { ...event(url), RequestType: 'Delete', PhysicalResourceId: properties(LOCKED).RepositoryArn };
      await handle(deletion, { getRemainingTimeInMillis: () => 500_000 });
      await handle(deletion);
    } finally {
      server.close();
    }
    expect(remaining).toEqual([425_000, 825_000]);
  });
});
