import type { CloudTrailEvent } from './cloudtrail-events';
import { startHttpServer } from './emulators/http-server';

export interface ApiFault {
  readonly error: string;
  readonly message: string;
}

/** A repository's tags, as the Tagging API shows them. */
export type TagsByArn = ReadonlyMap<string, Readonly<Record<string, string>>>;

export interface HttpAws extends AsyncDisposable {
  readonly url: string;
  /** The operations that were asked for, one after the other. */
  readonly calls: string[];
  /** What CloudTrail has recorded. */
  events: readonly CloudTrailEvent[];
  /** What the Tagging API knows, which may lag behind ECR. */
  tags: TagsByArn;
  /** What an operation fails with. */
  fault: (operation: string) => ApiFault | undefined;
  /** Runs before an operation answers. */
  before: (operation: string) => void;
}

/**
 * What the emulators lack: the Tagging API, which moto has without ECR, and CloudTrail's event history, which moto answers with an error.
 * All else goes on to moto, so that any call of ECR can be refused.
 *
 * @see https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export async function serveAws(moto: string): Promise<HttpAws> {
  const server = await startHttpServer(async (request, response, body) => {
    // CloudFormation's protocol has the operation in the body.
    const target = String(request.headers['x-amz-target'] ?? new URLSearchParams(body).get('Action'));
    const operation = target.slice(target.lastIndexOf('.') + 1);
    served.calls.push(operation);
    served.before(operation);
    const fault = served.fault(operation);
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    if (fault) {
      response.writeHead(400).end(JSON.stringify({ __type: fault.error, message: fault.message }));
    } else if (operation === 'GetResources') {
      response.end(JSON.stringify(getResources(served.tags, JSON.parse(body))));
    } else if (operation === 'LookupEvents') {
      response.end(JSON.stringify(lookUpEvents(served.events, JSON.parse(body))));
    } else {
      const { host, connection, 'content-length': length, ...headers } = request.headers as Record<string, string>;
      const answer = await fetch(`${moto}${request.url}`, { method: request.method, headers, body });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(await answer.text());
    }
  });
  const served: HttpAws = {
    url: server.url,
    calls: [],
    events: [],
    tags: new Map(),
    fault: () => undefined,
    before: () => {},
    [Symbol.asyncDispose]: async () => server.stop(),
  };
  return served;
}

function getResources(tags: TagsByArn, { ResourceTypeFilters, ResourcesPerPage, PaginationToken }: {
  ResourceTypeFilters: string[]; ResourcesPerPage: number; PaginationToken?: string;
}): object {
  if (ResourceTypeFilters[0] !== 'ecr:repository' || ResourcesPerPage > 100) {
    throw new Error('The Tagging API takes 1 to 100 resources a page');
  }
  const start = Number(PaginationToken || 0);
  const end = start + ResourcesPerPage;
  return {
    ResourceTagMappingList: [...tags].slice(start, end).map(([ResourceARN, of]) => ({
      ResourceARN, Tags: Object.entries(of).map(([Key, Value]) => ({ Key, Value })),
    })),
    // Empty on the last page.
    PaginationToken: end < tags.size ? String(end) : '',
  };
}

function lookUpEvents(events: readonly CloudTrailEvent[], { LookupAttributes, StartTime, EndTime, MaxResults, NextToken }: {
  LookupAttributes: [{ AttributeKey: 'EventName'; AttributeValue: string }]; StartTime: number; EndTime: number; MaxResults: number; NextToken?: string;
}): object {
  if (MaxResults > 50) {
    throw new Error('CloudTrail takes at most 50 events a page');
  }
  const secondsOf = ({ eventTime }: CloudTrailEvent) => Date.parse(eventTime) / 1_000;
  const found = events
    .filter((event) => event.eventName === LookupAttributes[0].AttributeValue && secondsOf(event) >= StartTime && secondsOf(event) <= EndTime)
    .sort((a, b) => secondsOf(b) - secondsOf(a));
  const start = Number(NextToken ?? 0);
  const end = start + MaxResults;
  return {
    Events: found.slice(start, end).map((event) => ({
      EventId: event.eventID, EventName: event.eventName, EventTime: secondsOf(event), CloudTrailEvent: JSON.stringify(event),
    })),
    NextToken: end < found.length ? String(end) : undefined,
  };
}
