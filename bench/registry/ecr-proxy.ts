import { Agent, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { startHttpServer, type HttpServer } from '../../test/support/emulators/http-server';

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
    const proxy = new EcrProxy(new URL(upstream));
    proxy.server = await startHttpServer((request, response, body) => proxy.answer(request, response, body));
    return proxy;
  }

  private calls = 0;
  private readonly agent = new Agent({ keepAlive: true });
  /** What moto answered to the first page of each listing, whose number is in the token. */
  private readonly listings: object[][] = [];
  private server!: HttpServer;

  private constructor(private readonly upstream: URL) {}

  get url(): string {
    return this.server.url;
  }

  /** The calls since the last time. */
  take(): number {
    const { calls } = this;
    this.calls = 0;
    return calls;
  }

  stop(): void {
    this.server.stop();
    this.agent.destroy();
  }

  private async answer(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    this.calls++;
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
