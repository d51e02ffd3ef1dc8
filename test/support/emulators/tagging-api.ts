import { ListTagsForResourceCommand, type ECRClient } from '@aws-sdk/client-ecr';
import { startHttpServer, type HttpServer } from './http-server';

/**
 * The Resource Groups Tagging API for repositories, whose tags moto's own does not know: `GetResources` by ARNs, without pages.
 *
 * @see https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
 */
export class TaggingApi {
  static async start(): Promise<TaggingApi> {
    const api = new TaggingApi();
    api.server = await startHttpServer(async (_, response, body) => {
      api.asked++;
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      try {
        response.end(JSON.stringify(await api.answer(JSON.parse(body) as { readonly ResourceARNList: readonly string[] })));
      } catch (error) {
        response.writeHead(500).end(JSON.stringify({ __type: 'InternalServiceException', message: String(error) }));
      }
    });
    return api;
  }

  /** How often it was asked. */
  asked = 0;
  /** Where the tags are. */
  ecr?: ECRClient;
  private server!: HttpServer;

  private constructor() {}

  /** For the functions' environment. */
  get environment(): Record<string, string> {
    return { AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API: this.server.url };
  }

  stop(): void {
    this.server.stop();
  }

  private async answer({ ResourceARNList }: { readonly ResourceARNList: readonly string[] }): Promise<object> {
    const found = await Promise.all(ResourceARNList.map(async (resourceArn) => {
      const { tags = [] } = await this.ecr!.send(new ListTagsForResourceCommand({ resourceArn }));
      return { ResourceARN: resourceArn, Tags: tags };
    }));
    return { PaginationToken: '', ResourceTagMappingList: found.filter(({ Tags }) => Tags.length > 0) };
  }
}
