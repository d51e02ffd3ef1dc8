import { Agent, createServer, request as send, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** As many repositories as ECR answers where a call does not say. */
const PAGE = 100;
const LISTS = /\.DescribeRepositories$/;

interface ListInput {
  readonly repositoryNames?: readonly string[];
  readonly maxResults?: number;
  readonly nextToken?: string;
}

/**
 * Stands between the tools and moto's ECR, counts the calls, and lists by pages as ECR does: moto answers all repositories at once.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html
 */
export class EcrProxy {
  static async start(upstream: string): Promise<EcrProxy> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new EcrProxy(server, new URL(upstream));
  }

  private calls = 0;
  private readonly agent = new Agent({ keepAlive: true });
  /** What moto answered to the first page of each listing, whose number is in the token. */
  private readonly listings: object[][] = [];

  private constructor(private readonly server: Server, private readonly upstream: URL) {
    server.on('request', (request, response) => {
      this.calls++;
      this.answer(request, response).catch(() => response.destroy());
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

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const input = LISTS.test(String(request.headers['x-amz-target'])) ? JSON.parse(body) as ListInput : undefined;
    if (input && !input.repositoryNames) {
      const page = JSON.stringify(await this.page(input, request));
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(page);
    } else {
      const answer = await this.forward(request, body);
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }
  }

  private async page({ maxResults = PAGE, nextToken }: ListInput, request: IncomingMessage): Promise<object> {
    const [listing, start] = nextToken?.split('/').map(Number) as [number, number] | undefined ?? [await this.list(request), 0];
    const all = this.listings[listing]!;
    const end = start + maxResults;
    return { repositories: all.slice(start, end), nextToken: end < all.length ? `${listing}/${end}` : undefined };
  }

  private async list(request: IncomingMessage): Promise<number> {
    const { repositories } = JSON.parse(await text(await this.forward(request, '{}'))) as { repositories: object[] };
    return this.listings.push(repositories) - 1;
  }

  private forward({ method, url: path, headers }: IncomingMessage, body: string): Promise<IncomingMessage> {
    const { hostname: host, port } = this.upstream;
    return new Promise((resolve, reject) => {
      send({ host, port, method, path, headers: { ...headers, 'content-length': Buffer.byteLength(body) }, agent: this.agent }, resolve)
        .on('error', reject)
        .end(body);
    });
  }
}
