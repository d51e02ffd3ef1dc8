import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { recordedCode } from './code';
import { pair, parseRecording } from './recordings';
import { readText } from '../support/project';

/** Stands for the library's bundle: makes a call of each outcome, tells what it got, and responds. */
const BUNDLE = `
const http = require('node:http');
const send = (url, options, body) => new Promise((resolve) => {
  const request = http.request(url, options, (response) => {
    let text = '';
    response.on('data', (chunk) => { text += chunk; }).on('end', () => resolve(text));
  });
  request.on('error', ({ code }) => resolve(code));
  request.end(body);
});
exports.handler = async ({ ResponseURL }) => {
  const got = [];
  for (const path of ['works', 'throttled', 'breaks']) {
    got.push(await send(new URL(path, ResponseURL), { method: 'POST', headers: { 'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.TagResource' } }, '{}'));
  }
  await send(ResponseURL, { method: 'PUT' }, JSON.stringify({ Status: 'SUCCESS', PhysicalResourceId: 'id', RequestId: 'r', Data: { Got: got.join() } }));
  if (process.env.DIES) throw new Error('dead');
};`;

const EVENT = { RequestType: 'Create', RequestId: 'r', StackId: 's', LogicalResourceId: 'Tags', ResourceProperties: {} };

let folder: string;
const server = createServer((request, response) => {
  request.resume();
  switch (request.url) {
    case '/throttled': return response.writeHead(400).end(JSON.stringify({ __type: 'com.amazonaws.ecr#ThrottlingException', message: 'Rate exceeded' }));
    case '/breaks': return request.socket.destroy();
    default: return response.end('whole answer');
  }
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'recorder-'));
  const { 'recorder.js': recorder } = unzipSync(recordedCode().zip);
  writeFileSync(join(folder, 'recorder.js'), recorder!);
  writeFileSync(join(folder, 'index.js'), BUNDLE);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function invoke(env: Record<string, string> = {}): Promise<string> {
  const ResponseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/?Signature=credential`;
  const script = `require('./recorder.js').handler(${JSON.stringify({ ...EVENT, ResponseURL })}, {}).catch(({ message }) => console.log('thrown: ' + message))`;
  return (await promisify(execFile)(process.execPath, ['-e', script], { cwd: folder, env: { ...process.env, ...env } })).stdout;
}

const requestsOf = (log: string) => pair(log.split('\n').flatMap(parseRecording));

test('the event, each call and the response are recorded, and the function gets what it would get', async () => {
  const [request] = requestsOf(await invoke());
  expect(request).toMatchObject({
    node: process.version,
    event: EVENT,
    response: { Status: 'SUCCESS', PhysicalResourceId: 'id', Data: { Got: expect.stringMatching(/^whole answer,.*Rate exceeded.*,ECONNRESET$/) as string } },
    calls: [{ call: 'TagResource' }, { call: 'TagResource', error: 'ThrottlingException' }, { call: 'TagResource', error: 'ECONNRESET' }],
  });
  expect(request!.calls[0]).not.toHaveProperty('error');
});

test('the ResponseURL is not in the log', async () => {
  expect(await invoke()).not.toMatch(/ResponseURL|credential|127\.0\.0\.1/);
});

test('an invocation that fails is recorded to its end, and fails', async () => {
  const log = await invoke({ DIES: '1' });
  expect(log).toContain('thrown: dead');
  expect(requestsOf(log)).toMatchObject([{ response: { Status: 'SUCCESS' }, ms: expect.any(Number) as number }]);
});

test('an invocation that dies is recorded without an end', async () => {
  const [begin] = (await invoke()).split('\n').flatMap(parseRecording);
  expect(pair([begin!])).toEqual([expect.objectContaining({ event: EVENT, ms: -1, response: undefined, calls: [] })]);
});

test('what Lambda writes before a line is passed over, and so are other lines', () => {
  expect(parseRecording('2026-01-02T03:04:05.000Z\tid\tINFO\t{"recorder":"end","calls":[]}\n')).toEqual([{ recorder: 'end', calls: [] }]);
  expect(parseRecording('{"level":"INFO","decision":"declared"}')).toEqual([]);
});

test('the library\'s bundle is deployed byte for byte', () => {
  const { 'index.js': bundle } = unzipSync(recordedCode().zip);
  expect(Buffer.from(bundle!).equals(Buffer.from(readText('lib/handler/index.js')))).toBe(true);
});
