import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { handler, handlerWith } from '../../lambda';
import { FakeClock, FakeEcr } from '../support/fake-ecr';
import { LOCKED, MUTABLE, properties, stackId } from '../support/fake-stack';

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

test('a request that is refused is answered FAILED, and its ResponseURL is not logged', async () => {
  const answers: string[] = [];
  const server = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (chunk: string) => answers.push(chunk)).on('end', () => response.end());
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
    expect(JSON.parse(answers.join(''))).toEqual({
      Status: 'FAILED',
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Tags',
      PhysicalResourceId: 'arn:aws:ecr:eu-west-1:111122223333:repository/team-a/api',
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

  test('marks the repository as its environment says, and fails where its answer is not taken', async () => {
    process.env.OWNERSHIP_TAG_KEY = 'cdk-ecr-tag-mutability:stack:0123456789ab';
    process.env.OWNERSHIP_TAG_VALUE = 'the id';
    const ecr = new FakeEcr(MUTABLE);
    await expect(handlerWith({ clock: new FakeClock(), ecr: () => ecr })(event(await closed()))).rejects.toThrow('The response could not be sent to CloudFormation');
    expect([ecr.settings, ecr.tags.get('cdk-ecr-tag-mutability:stack:0123456789ab')]).toEqual([LOCKED, 'the id']);
  });
});
