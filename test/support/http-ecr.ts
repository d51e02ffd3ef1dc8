import { IncomingHttpHeaders } from 'node:http';
import { startHttpServer } from './emulators/http-server';
import { FakeEcr, named } from './fake-ecr';
import { isMutability } from '../../src/shared/settings';

/** A call as it arrived: ECR's operation, with the headers that say where it was meant to go and who signed it. */
export interface ReceivedCall {
  readonly operation: string;
  readonly headers: IncomingHttpHeaders;
}

export interface HttpFault {
  readonly status: number;
  readonly error: string;
}

export interface HttpEcr extends AsyncDisposable {
  readonly url: string;
  readonly calls: ReceivedCall[];
  /** The answers to CloudFormation, each put to any path of the same server. */
  readonly answers: unknown[];
  /** What a call fails with, by its number from 1. */
  fault: (call: number) => HttpFault | undefined;
  /** A repository, which is there from the first time that anyone names it. */
  repository(name: string): FakeEcr;
}

/** The ECR API over HTTP on the loopback address, and the bucket that CloudFormation reads answers from. */
export async function serveEcr(): Promise<HttpEcr> {
  const repositories = new Map<string, FakeEcr>();
  const repository = (name: string): FakeEcr => {
    const found = repositories.get(name) ?? new FakeEcr({ mutability: 'MUTABLE', filters: [] });
    repositories.set(name, found);
    return found;
  };
  const server = await startHttpServer(async (request, response, text) => {
    const body: unknown = JSON.parse(text);
    if (request.method === 'PUT') {
      served.answers.push(body);
      response.end();
      return;
    }
    const operation = String(request.headers['x-amz-target']).replace('AmazonEC2ContainerRegistry_V20150921.', '');
    const fault = served.fault(served.calls.push({ operation, headers: request.headers }));
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    try {
      const answer = fault ? { __type: fault.error, message: 'as the test wants it' } : await perform(operation, body as Input, repository);
      response.writeHead(fault?.status ?? 200).end(JSON.stringify(answer));
    } catch (error) {
      const { name, message } = error as Error;
      response.writeHead(400).end(JSON.stringify({ __type: name, message }));
    }
  });
  const served: HttpEcr = {
    url: server.url,
    calls: [],
    answers: [],
    fault: () => undefined,
    repository,
    [Symbol.asyncDispose]: async () => server.stop(),
  };
  return served;
}

/** The fields of the five requests; ECR's own model says which of them has which. */
interface Input {
  readonly repositoryName: string;
  readonly repositoryNames: readonly string[];
  readonly resourceArn: string;
  readonly imageTagMutability: string;
  readonly imageTagMutabilityExclusionFilters?: readonly { readonly filter: string }[];
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  readonly tagKeys: readonly string[];
}

async function perform(operation: string, input: Input, repository: (name: string) => FakeEcr): Promise<object> {
  const name = input.repositoryName ?? input.repositoryNames?.[0] ?? input.resourceArn.split(':repository/')[1];
  const ecr = repository(name);
  switch (operation) {
    case 'DescribeRepositories': {
      const { mutability, filters } = await ecr.readSettings();
      return {
        repositories: [{
          repositoryName: name,
          imageTagMutability: mutability,
          imageTagMutabilityExclusionFilters: filters.map((filter) => ({ filterType: 'WILDCARD', filter })),
        }],
      };
    }
    case 'ListTagsForResource':
      return { tags: [...await ecr.readTags()].map(([Key, Value]) => ({ Key, Value })) };
    case 'TagResource':
      await ecr.tag(new Map(input.tags.map(({ Key, Value }) => [Key, Value])));
      return {};
    case 'UntagResource':
      await ecr.untag(input.tagKeys);
      return {};
    case 'PutImageTagMutability': {
      const { imageTagMutability: mutability, imageTagMutabilityExclusionFilters: filters = [] } = input;
      if (!isMutability(mutability)) {
        throw named('InvalidParameterException', mutability);
      }
      await ecr.putSettings({ mutability, filters: filters.map(({ filter }) => filter) });
      return {};
    }
    default:
      throw named('UnknownOperationException', operation);
  }
}
