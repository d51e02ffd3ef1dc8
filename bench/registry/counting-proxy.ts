import { Agent, createServer, request as send, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands between the functions and ECR, and counts the calls. */
export class CountingProxy {
  static async start(upstream: string): Promise<CountingProxy> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new CountingProxy(server, new URL(upstream));
  }

  private calls = 0;
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(private readonly server: Server, upstream: URL) {
    server.on('request', (request, response) => {
      this.calls++;
      const { method, url: path, headers } = request;
      const forwarded = send({ host: upstream.hostname, port: upstream.port, method, path, headers, agent: this.agent }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      forwarded.on('error', () => response.destroy());
      request.pipe(forwarded);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The calls since the last time. */
  take(): number {
    const { calls } = this;
    this.calls = 0;
    return calls;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
    this.agent.destroy();
  }
}
