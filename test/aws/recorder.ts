import { randomUUID } from 'node:crypto';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'aws-lambda';
import type { RecordedCall, RecordedEvent, RecordedResponse } from './evidence';
import { HELD, HELD_FOR_MS } from './scenario';

/**
 * What Lambda invokes in the place of the library's function, whose code lies beside it, unchanged. It writes to the log what the function
 * gets and does: it watches the requests that leave the process, and changes none.
 */
export type Recording = Begin | End;

export interface Begin {
  readonly recorder: 'begin';
  readonly invocation: string;
  readonly at: number;
  readonly node: string;
  readonly event: RecordedEvent;
}

export interface End {
  readonly recorder: 'end';
  readonly invocation: string;
  readonly at: number;
  readonly response?: RecordedResponse;
  readonly calls: readonly RecordedCall[];
}

type Handler = (event: object, context: Context) => Promise<void>;

// The library's bundle, as `npm run compile` makes it.
const { handler: real } = createRequire(__filename)('./index.js') as { handler: Handler };

/** One invocation at a time runs in a process of Lambda. */
let calls: RecordedCall[] = [];
let response: RecordedResponse | undefined;
let began = 0;

for (const module of [http, https]) {
  const request = module.request as (...args: unknown[]) => ClientRequest;
  Object.assign(module, { request: (...args: unknown[]) => watched(request(...args)) });
}

export const handler: Handler = async (event, context) => {
  // It is a credential: whoever has it can respond in the function's place.
  const { ResponseURL: _, ...rest } = event as RecordedEvent & { ResponseURL: string };
  const invocation = randomUUID();
  began = Date.now();
  calls = [];
  response = undefined;
  write({ recorder: 'begin', invocation, at: began, node: process.version, event: rest });
  if (rest.RequestType === 'Create' && rest.LogicalResourceId.startsWith(HELD)) await sleep(HELD_FOR_MS);
  try {
    await real(event, context);
  } finally {
    write({ recorder: 'end', invocation, at: Date.now(), response, calls });
  }
};

function write(recording: Recording): void {
  console.log(JSON.stringify(recording));
}

function watched(request: ClientRequest): ClientRequest {
  // ECR's protocol names the call in a header. What has none is the response to CloudFormation.
  const target = request.getHeader('x-amz-target');
  if (typeof target === 'string') watchCall(request, target.slice(target.lastIndexOf('.') + 1));
  else watchResponse(request);
  return request;
}

function watchCall(request: ClientRequest, call: string): void {
  const sent = Date.now();
  const done = (error?: string) => calls.push({ call, afterMs: sent - began, ms: Date.now() - sent, ...error !== undefined && { error } });
  request.once('error', ({ name, code }: NodeJS.ErrnoException) => done(code ?? name));
  request.once('response', (answer: IncomingMessage) => {
    const body: Buffer[] = [];
    // A listener would start the stream before the client reads it.
    const push = answer.push.bind(answer);
    answer.push = (chunk: Buffer | null, encoding) => {
      if (chunk) body.push(chunk);
      return push(chunk, encoding);
    };
    answer.once('end', () => done(answer.statusCode === 200 ? undefined : errorOf(Buffer.concat(body).toString(), answer.statusCode)));
  });
}

/** The name of an error in ECR's answer. It may have a namespace. */
function errorOf(body: string, status = 0): string {
  return /"__type"\s*:\s*"(?:[^"]*#)?([^"]+)"/.exec(body)?.[1] ?? `status ${status}`;
}

function watchResponse(request: ClientRequest): void {
  const end = request.end.bind(request) as (...args: unknown[]) => ClientRequest;
  request.end = (...args: unknown[]) => {
    const { Status, PhysicalResourceId, Reason, Data } = JSON.parse(String(args[0])) as RecordedResponse;
    response = { Status, PhysicalResourceId, Reason, Data };
    return end(...args);
  };
}
