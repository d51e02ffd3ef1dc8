import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListTagsForResourceCommand, type ECRClient } from '@aws-sdk/client-ecr';
import { LOOPBACK } from './ports';

/**
 * The Resource Groups Tagging API for repositories, whose tags moto's own does not know: `GetResources` by ARNs, without pages.
 *
 * @see https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
 */
export class TaggingApi {
  static async start(): Promise<TaggingApi> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, LOOPBACK, listening));
    return new TaggingApi(server);
  }

  /** How often it was asked. */
  asked = 0;
  /** Where the tags are. */
  ecr?: ECRClient;

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => { body += chunk; }).on('end', () => {
        this.asked++;
        this.answer(JSON.parse(body) as { readonly ResourceARNList: readonly string[] }).then(
          (answer) => response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer)),
          (error: unknown) => response.writeHead(500, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify({ __type: 'InternalServiceException', message: String(error) })),
        );
      });
    });
  }

  /** For the functions' environment. */
  get environment(): Record<string, string> {
    return { AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API: `http://${LOOPBACK}:${(this.server.address() as AddressInfo).port}` };
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer({ ResourceARNList }: { readonly ResourceARNList: readonly string[] }): Promise<object> {
    const found = await Promise.all(ResourceARNList.map(async (resourceArn) => {
      const { tags = [] } = await this.ecr!.send(new ListTagsForResourceCommand({ resourceArn }));
      return { ResourceARN: resourceArn, Tags: tags };
    }));
    return { PaginationToken: '', ResourceTagMappingList: found.filter(({ Tags }) => Tags.length > 0) };
  }
}
