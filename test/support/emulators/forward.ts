import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** Passes on the call and its answer. Where one of the two connections is cut, so is the other. */
export async function forward(upstream: string, { method, url = '/', headers }: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
  const forwarded = httpRequest(new URL(url, upstream), { method, headers, agent: false });
  response.once('close', () => forwarded.destroy());
  try {
    const answer = await new Promise<IncomingMessage>((answered, failed) => forwarded.once('response', answered).once('error', failed).end(body));
    response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
    await pipeline(answer, response);
  } catch {
    response.destroy();
  }
}

/** An error as ECR answers it. */
export function refuse(response: ServerResponse, __type: string, message: string): void {
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify({ __type, message }));
}
