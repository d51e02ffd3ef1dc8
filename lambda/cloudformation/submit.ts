import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { UntrustedEvent } from './request';
import { Clock } from '../clock';

const PAUSES_MS = [200, 1_000, 3_000, 10_000];
const ATTEMPT_TIMEOUT_MS = 10_000;

/**
 * The URL to respond to. It is a credential: keep it out of logs and errors.
 *
 * It must be https, or plain http to a loopback address. Where ECR's own endpoint is plain http, this is an emulator such as LocalStack in
 * Docker, which has a name of its own for responses; then any http will do.
 */
export function responseUrlOf({ ResponseURL }: UntrustedEvent, environment: Readonly<Record<string, string | undefined>>): URL | undefined {
  if (typeof ResponseURL !== 'string' || !URL.canParse(ResponseURL)) {
    return undefined;
  }
  const url = new URL(ResponseURL);
  const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && (isLoopback(url) || isEmulated(environment)));
  return isAllowed ? url : undefined;
}

const isLoopback = ({ hostname }: URL): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

/** The SDK's own precedence: an endpoint for one service holds over one for all. */
const isEmulated = ({ AWS_ENDPOINT_URL_ECR, AWS_ENDPOINT_URL }: Readonly<Record<string, string | undefined>>): boolean =>
  (AWS_ENDPOINT_URL_ECR || AWS_ENDPOINT_URL || '').startsWith('http://');

/** Sends the response, more than once if need be. @returns what went wrong at last, without the URL */
export async function submitResponse(url: URL, body: string, clock: Clock): Promise<string | undefined> {
  for (let attempt = 0; ; attempt++) {
    const failure = await put(url, body);
    if (!failure?.isRetryable || attempt >= PAUSES_MS.length) {
      return failure?.error;
    }
    await clock.sleep(PAUSES_MS[attempt]!);
  }
}

interface Failure {
  readonly error: string;
  readonly isRetryable: boolean;
}

function put(url: URL, body: string): Promise<Failure | undefined> {
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, {
      method: 'PUT',
      // The URL is signed for an empty content type.
      headers: { 'content-type': '', 'content-length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
    }, (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      resolve(status >= 200 && status < 300 ? undefined : { error: `status ${status}`, isRetryable: status >= 500 || status === 429 });
    });
    // An error's message names the host, its code does not.
    request.on('error', (error: NodeJS.ErrnoException) => resolve({ error: error.code ?? error.name, isRetryable: true }));
    request.end(body);
  });
}
