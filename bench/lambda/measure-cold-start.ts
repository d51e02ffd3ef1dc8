import { subscribe } from 'node:diagnostics_channel';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import { median } from '../statistics';

type Listener = (response: http.IncomingMessage) => void;

// Handles events in one process as Lambda would, and prints when what happened, in ms after the process started.
// `performance.now()` counts from there. Whatever goes out by https goes to the benchmark's server instead.
const { HANDLER = '', SERVER = '', EVENTS = '' } = process.env;
const { hostname, port } = new URL(SERVER);
const redirected = (...args: [URL, https.RequestOptions, Listener] | [https.RequestOptions, Listener]) => {
  const [listener, options] = [args.at(-1) as Listener, args.at(-2) as https.RequestOptions];
  return http.request({ path: '/', ...options, host: hostname, hostname, port, protocol: 'http:', agent: undefined }, listener);
};
https.request = redirected as typeof https.request;

let firstResponse = 0;
subscribe('http.client.response.finish', () => firstResponse ||= performance.now());
const print = console.log;
console.log = () => {};

async function measure() {
  const started = performance.now();
  const { handler } = createRequire(__filename)(HANDLER) as { handler: (event: unknown, context: object) => Promise<void> };
  const loaded = performance.now();
  const [first, ...further] = JSON.parse(EVENTS) as unknown[];
  await handler(first, {});
  const answered = performance.now();
  const { user, system } = process.cpuUsage();
  const memory = process.resourceUsage().maxRSS / 1024;
  const warm: number[] = [];
  for (const event of further) {
    const start = performance.now();
    await handler(event, {});
    warm.push(performance.now() - start);
  }
  print(JSON.stringify({
    start: started,
    load: loaded - started,
    firstCall: firstResponse - loaded,
    rest: answered - firstResponse,
    total: answered,
    cpu: (user + system) / 1_000,
    memory,
    warm: warm.length > 0 ? median(warm) : 0,
  }));
  // Connections that are kept open would keep the process.
  process.exit();
}

void measure();
