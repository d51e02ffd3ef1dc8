import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { LOOPBACK } from './ports';

export interface HttpServer {
  readonly url: string;
  stop(): void;
}

/** Answers each request when its whole body is there; the connection is cut where that fails. */
export type Answering = (request: IncomingMessage, response: ServerResponse, body: string) => unknown;

/** A server on a free port of this machine alone. */
export async function startHttpServer(answer: Answering): Promise<HttpServer> {
  const server = createServer((request, response) => {
    text(request).then((body) => answer(request, response, body)).catch(() => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, LOOPBACK, listening));
  // A process may end although an answer never comes.
  server.unref();
  return {
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
