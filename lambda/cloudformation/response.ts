import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Clock } from '../clock';
import { Result } from '../protocol/lifecycle';
import { UntrustedEvent } from './request';

/** CloudFormation refuses a longer answer, and counts it in bytes. */
const MOST_BYTES = 4_096;
/** Four of these leave room for the rest of an answer. No id that CloudFormation or this library makes is half as long. */
const MOST_ID_BYTES = 768;
const CUT = '... (the log has all of it)';
/** Of a surrogate pair. */
const HALF_A_PAIR = /[\ud800-\udbff]$/;
const PAUSES = [200, 1_000, 3_000, 10_000];
const ATTEMPT_TIMEOUT = 10_000;

/** The address to answer to: a credential, to be kept out of logs and errors. */
export function destinationOf({ ResponseURL }: UntrustedEvent): URL | undefined {
  if (typeof ResponseURL !== 'string' || !URL.canParse(ResponseURL)) {
    return undefined;
  }
  const url = new URL(ResponseURL);
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback) ? url : undefined;
}

/** The answer's text, with a reason that is cut to what CloudFormation takes. Whatever the event was, its fields are texts. */
export function answerText({ StackId, RequestId, LogicalResourceId }: UntrustedEvent, result: Result): string {
  const text = (reason?: string) => JSON.stringify({
    StackId: idText(StackId),
    RequestId: idText(RequestId),
    LogicalResourceId: idText(LogicalResourceId),
    ...result,
    PhysicalResourceId: idText(result.PhysicalResourceId),
    ...reason !== undefined && { Reason: reason },
  });
  const whole = text();
  if (result.Status === 'SUCCESS' || Buffer.byteLength(whole) <= MOST_BYTES) {
    return whole;
  }
  return text(cut(result.Reason, MOST_BYTES - Buffer.byteLength(text(CUT))) + CUT);
}

const idText = (value: unknown): string => typeof value === 'string' ? cut(value, MOST_ID_BYTES) : '';

/** The longest start of a text that takes no more than so many bytes in JSON. */
function cut(text: string, bytes: number): string {
  let start = text.slice(0, bytes);
  for (let excess = bytesInJson(start) - bytes; excess > 0; excess = bytesInJson(start) - bytes) {
    // JSON writes no UTF-16 unit in more than 6 bytes.
    start = start.slice(0, -Math.ceil(excess / 6));
  }
  return start.length < text.length ? start.replace(HALF_A_PAIR, '') : start;
}

const bytesInJson = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - '""'.length;

/** Delivers the answer, more than once if need be. @returns what went wrong at last, without the address. */
export async function deliver(url: URL, answer: string, clock: Clock): Promise<string | undefined> {
  for (let attempt = 0; ; attempt++) {
    const fault = await put(url, answer);
    if (!fault?.mayPass || attempt >= PAUSES.length) {
      return fault?.what;
    }
    await clock.sleep(PAUSES[attempt]!);
  }
}

interface Fault {
  readonly what: string;
  readonly mayPass: boolean;
}

function put(url: URL, answer: string): Promise<Fault | undefined> {
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, {
      method: 'PUT',
      // The URL is signed for an empty content type.
      headers: { 'content-type': '', 'content-length': Buffer.byteLength(answer) },
      signal: AbortSignal.timeout(ATTEMPT_TIMEOUT),
    }, (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      resolve(status >= 200 && status < 300 ? undefined : { what: `status ${status}`, mayPass: status >= 500 || status === 429 });
    });
    // An error's message names the host, its code does not.
    request.on('error', (error: NodeJS.ErrnoException) => resolve({ what: error.code ?? error.name, mayPass: true }));
    request.end(answer);
  });
}
