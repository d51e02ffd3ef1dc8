import { IncomingHttpHeaders, RequestListener, Server, createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { Response, renderResponse } from '../../../lambda/cloudformation/response';
import { responseUrlOf, submitResponse } from '../../../lambda/cloudformation/submit';
import { FakeClock } from '../../support/fake-ecr';

const EVENT = { StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/my-stack/0', RequestId: 'request', LogicalResourceId: 'Tags' };
const SECRET = 'X-Amz-Signature=secret';
const failed = (message: string): Response => ({ Status: 'FAILED', PhysicalResourceId: 'id', Reason: { message } });

describe('a response', () => {
  interface Received { method?: string; url?: string; headers: IncomingHttpHeaders; body: string }
  let server: Server;
  let received: Received[];
  let respond: RequestListener;
  let clock: FakeClock;
  const address = (scheme = 'http') => new URL(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/response?${SECRET}`);
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
    const body = renderResponse(EVENT, failed('näher – 日本 🚀'));
    expect(await submitResponse(address(), body, clock)).toBeUndefined();
    expect(received).toEqual([{ method: 'PUT', url: `/response?${SECRET}`, body, headers: expect.objectContaining({ 'content-type': '' }) }]);
    expect(received[0]!.headers['content-length']).toBe(String(Buffer.byteLength(body)));
    expect(Buffer.byteLength(body)).toBeGreaterThan(body.length);
    expect(received[0]!.headers['transfer-encoding']).toBeUndefined();
    expect(clock.pauses).toEqual([]);
  });

  test.each([500, 503, 429])('that met status %d is sent again, the same', async (status) => {
    statuses(status, status, 200);
    expect(await submitResponse(address(), 'text', clock)).toBeUndefined();
    expect(received.map(({ body }) => body)).toEqual(['text', 'text', 'text']);
    expect(clock.pauses).toEqual([200, 1_000]);
  });

  test('is given up after five attempts, and the status is told', async () => {
    statuses(500);
    expect(await submitResponse(address(), 'text', clock)).toBe('status 500');
    expect(received).toHaveLength(5);
    expect(clock.pauses).toEqual([200, 1_000, 3_000, 10_000]);
  });

  test.each([400, 403, 404])('that met status %d is not sent again', async (status) => {
    statuses(status);
    expect(await submitResponse(address(), 'text', clock)).toBe(`status ${status}`);
    expect(received).toHaveLength(1);
    expect(clock.pauses).toEqual([]);
  });

  test.each([300, 301, 302, 303, 307, 308])('does not follow a redirect of status %d', async (status) => {
    respond = (_, response) => response.writeHead(status, { location: '/elsewhere' }).end();
    expect(await submitResponse(address(), 'text', clock)).toBe(`status ${status}`);
    expect(received.map(({ url }) => url)).toEqual([`/response?${SECRET}`]);
  });

  test('is sent again after a connection that broke', async () => {
    respond = (request, response) => received.length === 1 ? request.socket.destroy() : response.end();
    expect(await submitResponse(address(), 'text', clock)).toBeUndefined();
    expect(received).toHaveLength(2);
    expect(clock.pauses).toEqual([200]);
  });

  test('that nobody takes fails with the code of the error, without its address', async () => {
    const url = address();
    await stop();
    expect(await submitResponse(url, 'text', clock)).toBe('ECONNREFUSED');
    expect(clock.pauses).toHaveLength(4);
  });

  test('is not sent in clear to an https address, and its error names neither address nor host', async () => {
    const error = await submitResponse(address('https'), 'text', clock);
    expect(error).toMatch(/^[A-Z][A-Z_]+$/);
    expect(received).toEqual([]);
  });
});

describe('the URL to respond to', () => {
  const ANYWHERE = [
    'https://cloudformation-custom-resource-response-euwest1.s3-eu-west-1.amazonaws.com/x?X-Amz-Signature=y', 'https://s3.cn-north-1.amazonaws.com.cn/x',
    'https://any.example:8443/', 'HTTPS://ANY.EXAMPLE/', 'https://127.0.0.1/', 'http://localhost:4566/x', 'http://127.0.0.1:4566/x', 'http://127.1.2.3/', 'http://127.10.200.30/', 'http://[::1]:4566/',
  ];
  const HTTP_BY_NAME = [
    'http://localhost.floci.io:4600/response/1', 'http://localstack:4566/x', 'http://any.example/', 'http://localhost.any.example/', 'http://127.0.0.1.any.example/',
    'http://localhost@any.example/', 'http://any-localhost/', 'http://10.0.0.1/', 'http://169.254.169.254/', 'http://0.0.0.0/', 'http://[::2]/',
  ];
  const NOWHERE: readonly [unknown][] = [
    ['file:///etc/passwd'], ['ftp://localhost/'], ['data:,x'], ['javascript:0'], ['//any.example/'], ['any.example'], [''], [undefined], [null], [7], [{}],
    [['https://any.example/']], [{ href: 'https://any.example/' }],
  ];
  const EMULATED = [
    { AWS_ENDPOINT_URL_ECR: 'http://localhost.floci.io:4566' },
    { AWS_ENDPOINT_URL: 'http://localstack:4566' },
    { AWS_ENDPOINT_URL_ECR: 'http://floci:4566', AWS_ENDPOINT_URL: 'https://all.example' },
    { AWS_ENDPOINT_URL_ECR: '', AWS_ENDPOINT_URL: 'http://floci:4566' },
  ];
  const REAL = [
    {},
    { AWS_ENDPOINT_URL_ECR: 'https://api.ecr.eu-west-1.amazonaws.com' },
    { AWS_ENDPOINT_URL: 'https://all.example' },
    // The endpoint of ECR holds over the one of all services, and no other service's counts.
    { AWS_ENDPOINT_URL_ECR: 'https://ecr.example', AWS_ENDPOINT_URL: 'http://localstack:4566' },
    { AWS_ENDPOINT_URL_S3: 'http://localstack:4566' },
    { AWS_ENDPOINT_URL_ECR: 'httpx://ecr.example' },
  ];

  test.each(ANYWHERE)('may be %s', (ResponseURL) => {
    for (const environment of [...EMULATED, ...REAL]) {
      expect(responseUrlOf({ ResponseURL }, environment)?.href).toBe(new URL(ResponseURL).href);
    }
  });

  test.each(EMULATED)('may be plain http to any host with %j, which is an emulator', (environment) => {
    for (const ResponseURL of HTTP_BY_NAME) {
      expect(responseUrlOf({ ResponseURL }, environment)?.href).toBe(new URL(ResponseURL).href);
    }
  });

  test.each(REAL)('may not be plain http to another host with %j', (environment) => {
    for (const ResponseURL of HTTP_BY_NAME) {
      expect([ResponseURL, responseUrlOf({ ResponseURL }, environment)]).toEqual([ResponseURL, undefined]);
    }
  });

  test.each(NOWHERE)('may never be %j', (ResponseURL) => {
    for (const environment of [...EMULATED, ...REAL]) {
      expect(responseUrlOf({ ResponseURL }, environment)).toBeUndefined();
    }
  });
});
