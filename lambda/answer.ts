import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Clock } from './clock';
import { Result } from './lifecycle';
import { UntrustedEvent } from './request';

/** CloudFormation refuses a longer answer, and counts it in bytes. */
const MOST_BYTES = 4_096;
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

/** The answer's text, its reason cut to what CloudFormation takes. */
export function answerText({ StackId, RequestId, LogicalResourceId }: UntrustedEvent, result: Result): string {
  const text = (reason?: string) => JSON.stringify({
    StackId, RequestId, LogicalResourceId, ...result, ...reason !== undefined && { Reason: reason },
  });
  let answer = text();
  if (result.Status === 'FAILED') {
    for (let length = Math.min(result.Reason.length, MOST_BYTES); Buffer.byteLength(answer) > MOST_BYTES && length > 0; length -= 64) {
      answer = text(`${result.Reason.slice(0, Math.max(length, 0))}... (the log has all of it)`);
    }
  }
  return answer;
}

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
