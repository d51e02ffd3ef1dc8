import { IncomingHttpHeaders, RequestListener, Server, createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { answerText, deliver, destinationOf } from '../../lambda/answer';
import { Result } from '../../lambda/lifecycle';
import { FakeClock } from '../support/fake-ecr';

const EVENT = { StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/my-stack/0', RequestId: 'request', LogicalResourceId: 'Tags' };
const SECRET = 'X-Amz-Signature=secret';
const failed = (Reason: string): Result => ({ Status: 'FAILED', PhysicalResourceId: 'id', Reason });

describe('an answer', () => {
  interface Received { method?: string; url?: string; headers: IncomingHttpHeaders; body: string }
  let server: Server;
  let received: Received[];
  let respond: RequestListener;
  let clock: FakeClock;
  const address = (scheme = 'http') => new URL(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/answer?${SECRET}`);
  /** Answers with these statuses, the last one again and again. */
  const statuses = (...list: number[]) => {
    respond = (_, response) => {
      response.statusCode = list[Math.min(received.length, list.length) - 1]!;
      response.end();
    };
  };
  const stop = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });

  beforeEach(async () => {
    received = [];
    statuses(200);
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        received.push({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
        respond(request, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    clock = new FakeClock();
  });
  afterEach(stop);

  test('is put once, whole, with an empty content type and its length in bytes', async () => {
    const answer = answerText(EVENT, failed('näher – 日本 🚀'));
    expect(await deliver(address(), answer, clock)).toBeUndefined();
    expect(received).toEqual([{ method: 'PUT', url: `/answer?${SECRET}`, body: answer, headers: expect.objectContaining({ 'content-type': '' }) }]);
    expect(received[0]!.headers['content-length']).toBe(String(Buffer.byteLength(answer)));
    expect(Buffer.byteLength(answer)).toBeGreaterThan(answer.length);
    expect(received[0]!.headers['transfer-encoding']).toBeUndefined();
    expect(clock.pauses).toEqual([]);
  });

  test.each([500, 503, 429])('that met status %d is sent again, the same', async (status) => {
    statuses(status, status, 200);
    expect(await deliver(address(), 'text', clock)).toBeUndefined();
    expect(received.map(({ body }) => body)).toEqual(['text', 'text', 'text']);
    expect(clock.pauses).toEqual([200, 1_000]);
  });

  test('is given up after five attempts, and the status is told', async () => {
    statuses(500);
    expect(await deliver(address(), 'text', clock)).toBe('status 500');
    expect(received).toHaveLength(5);
    expect(clock.pauses).toEqual([200, 1_000, 3_000, 10_000]);
  });

  test.each([400, 403, 404])('that met status %d is not sent again', async (status) => {
    statuses(status);
    expect(await deliver(address(), 'text', clock)).toBe(`status ${status}`);
    expect(received).toHaveLength(1);
    expect(clock.pauses).toEqual([]);
  });

  test.each([300, 301, 302, 303, 307, 308])('does not follow a redirect of status %d', async (status) => {
    respond = (_, response) => response.writeHead(status, { location: '/elsewhere' }).end();
    expect(await deliver(address(), 'text', clock)).toBe(`status ${status}`);
    expect(received.map(({ url }) => url)).toEqual([`/answer?${SECRET}`]);
  });

  test('is sent again after a connection that broke', async () => {
    respond = (request, response) => received.length === 1 ? request.socket.destroy() : response.end();
    expect(await deliver(address(), 'text', clock)).toBeUndefined();
    expect(received).toHaveLength(2);
    expect(clock.pauses).toEqual([200]);
  });

  test('that nobody takes fails with the code of the error, without its address', async () => {
    const url = address();
    await stop();
    expect(await deliver(url, 'text', clock)).toBe('ECONNREFUSED');
    expect(clock.pauses).toHaveLength(4);
  });

  test('is not sent in clear to an https address, and its fault names neither address nor host', async () => {
    const fault = await deliver(address('https'), 'text', clock);
    expect(fault).toMatch(/^[A-Z][A-Z_]+$/);
    expect(received).toEqual([]);
  });
});

describe('the text of an answer', () => {
  test('has what CloudFormation asks for', () => {
    const Data = { RegistryId: '111122223333', RepositoryName: 'api', ImageTagMutability: 'IMMUTABLE' } as const;
    expect(JSON.parse(answerText(EVENT, { Status: 'SUCCESS', PhysicalResourceId: 'id', Data })))
      .toEqual({ ...EVENT, Status: 'SUCCESS', PhysicalResourceId: 'id', Data });
  });

  test('never has the address, which is a credential', () => {
    expect(answerText({ ...EVENT, ResponseURL: `https://s.example/?${SECRET}` }, failed('reason'))).not.toContain('secret');
  });

  const room = 4_096 - Buffer.byteLength(answerText(EVENT, failed('')));
  test('has a reason that just fits whole', () => {
    const answer = answerText(EVENT, failed('x'.repeat(room)));
    expect(Buffer.byteLength(answer)).toBe(4_096);
    expect((JSON.parse(answer) as { Reason: string }).Reason).toBe('x'.repeat(room));
  });

  test.each([
    ['one byte too many', 'x'.repeat(room + 1)],
    ['letters', 'x'.repeat(100_000)],
    ['letters of two bytes', 'ä'.repeat(3_000)],
    ['letters of three bytes', '日'.repeat(3_000)],
    ['pairs of surrogates', '🚀'.repeat(3_000)],
    ['pairs of surrogates, shifted', `x${'🚀'.repeat(3_000)}`],
    ['characters that JSON writes longer', '"\\\u0000\n'.repeat(2_000)],
    ['a mixture', 'a\u0001ä日🚀"'.repeat(1_500)],
  ])('is cut to 4,096 bytes of valid JSON with a reason of %s', (_, reason) => {
    const answer = answerText(EVENT, failed(reason));
    expect(Buffer.byteLength(answer)).toBeLessThanOrEqual(4_096);
    // Not cut by more than it must: a step is 64 characters of at most 6 bytes.
    expect(Buffer.byteLength(answer)).toBeGreaterThan(4_096 - 450);
    const { Reason, ...rest } = JSON.parse(answer) as { Reason: string };
    expect(rest).toEqual({ ...EVENT, Status: 'FAILED', PhysicalResourceId: 'id' });
    const ending = '... (the log has all of it)';
    expect(Reason.endsWith(ending)).toBe(true);
    expect(reason.startsWith(Reason.slice(0, -ending.length))).toBe(true);
  });
});

describe('the ids of an answer', () => {
  test.each<[string, unknown]>([
    ['letters', 'x'.repeat(1_000_000)], ['letters of three bytes', '日'.repeat(5_000)], ['pairs of surrogates', `x${'🚀'.repeat(5_000)}`],
    ['characters that JSON writes longer', '\u0001'.repeat(5_000)],
  ])('are cut where they are too many %s, and leave room for a reason', (_, id) => {
    const answer = answerText({ StackId: id, RequestId: id, LogicalResourceId: id }, { Status: 'FAILED', PhysicalResourceId: String(id), Reason: 'why' });
    expect(Buffer.byteLength(answer)).toBeLessThanOrEqual(4_096);
    const { StackId, RequestId, LogicalResourceId, PhysicalResourceId, Reason } = JSON.parse(answer) as Record<string, string>;
    expect(Reason).toBe('why');
    for (const cut of [StackId, RequestId, LogicalResourceId, PhysicalResourceId]) {
      expect(String(id).startsWith(cut!)).toBe(true);
      expect(Buffer.byteLength(JSON.stringify(cut))).toBeGreaterThan(750);
      expect(cut).not.toMatch(/[\ud800-\udbff]$/);
    }
  });

  test.each<[unknown]>([[undefined], [null], [7], [['stack']], [{}]])('are texts, also for %j', (id) => {
    expect(JSON.parse(answerText({ StackId: id, RequestId: id, LogicalResourceId: id }, failed('why'))))
      .toMatchObject({ StackId: '', RequestId: '', LogicalResourceId: '', Reason: 'why' });
  });
});

describe('the address to answer to', () => {
  test.each([
    'https://cloudformation-custom-resource-response-euwest1.s3-eu-west-1.amazonaws.com/x?X-Amz-Signature=y', 'https://s3.cn-north-1.amazonaws.com.cn/x',
    'https://any.example:8443/', 'HTTPS://ANY.EXAMPLE/', 'https://127.0.0.1/', 'http://localhost:4566/x', 'http://127.0.0.1:4566/x', 'http://127.1.2.3/', 'http://127.10.200.30/', 'http://[::1]:4566/',
  ])('may be %s', (ResponseURL) => {
    expect(destinationOf({ ResponseURL })?.href).toBe(new URL(ResponseURL).href);
  });

  test.each<[unknown]>([
    ['http://any.example/'], ['http://localhost.any.example/'], ['http://127.0.0.1.any.example/'], ['http://localhost@any.example/'], ['http://any-localhost/'],
    ['http://10.0.0.1/'], ['http://169.254.169.254/'], ['http://0.0.0.0/'], ['http://[::2]/'], ['file:///etc/passwd'], ['ftp://localhost/'], ['data:,x'],
    ['javascript:0'], ['//any.example/'], ['any.example'], [''], [undefined], [null], [7], [{}], [['https://any.example/']], [{ href: 'https://any.example/' }],
  ])('may not be %j', (ResponseURL) => {
    expect(destinationOf({ ResponseURL })).toBeUndefined();
  });
});
