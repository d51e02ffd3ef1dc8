import { parsePhysicalId } from '../../lambda/cloudformation/physical-id';
import { UntrustedEvent } from '../../lambda/cloudformation/request';
import { Response } from '../../lambda/cloudformation/response';

/** What is compared of the requests of one logical id, and of two that meet on one repository. */
export type RequestAspect = 'requests' | 'order' | 'physical id' | 'properties' | 'old properties' | 'request id' | 'response';

/** An event and the response to it. */
export interface Exchange {
  readonly event: UntrustedEvent;
  readonly response?: Pick<Response, 'Status' | 'PhysicalResourceId'>;
}

const COMPARED = ['physical id', 'properties', 'old properties', 'request id', 'response'] as const;

/** A request in words that do not depend on the account, the time or the ids. */
export interface Described extends Readonly<Record<typeof COMPARED[number], string>> {
  readonly logicalId: string;
  readonly type: string;
  readonly repository: string;
  /** For a reader. */
  readonly summary: string;
}

const listRequests = (requests: readonly Described[]): string => requests.map(({ summary }) => summary).join(', ') || 'nothing';

/** @param before the requests to the same stack before these */
export function describeAll(exchanges: readonly Exchange[], before: readonly Exchange[]): Described[] {
  return exchanges.map((exchange, index) => describeExchange(exchange, [...before, ...exchanges.slice(0, index)]));
}

function describeExchange({ event, response }: Exchange, earlier: readonly Exchange[]): Described {
  const own = earlier.filter((other) => other.event.LogicalResourceId === event.LogicalResourceId);
  const type = String(event.RequestType);
  const physicalId = describeId(event.PhysicalResourceId, own);
  const properties = describeProperties(event.ResourceProperties);
  const sameId = own.find((other) => other.event.RequestId === event.RequestId);
  return {
    'logicalId': String(event.LogicalResourceId),
    type,
    'repository': repositoryOf(properties),
    'summary': physicalId === 'none' ? type : `${type} (${physicalId})`,
    'physical id': physicalId,
    properties,
    'old properties': describeProperties(event.OldResourceProperties),
    'request id': sameId ? `that of its ${nameOf(sameId)}` : 'a new one',
    'response': response?.Status ?? 'none',
  };
}

/** Which request of the same logical id was the first to respond with it. */
function describeId(id: unknown, own: readonly Exchange[]): string {
  if (id === undefined) {
    return 'none';
  }
  const source = own.find(({ response }) => response?.PhysicalResourceId === id);
  if (source) {
    return `id from its ${nameOf(source)}`;
  }
  return parsePhysicalId(id) ? 'id of no response' : 'generated id';
}

const nameOf = ({ event }: Exchange): string => `${String(event.RequestType)} for ${repositoryOf(describeProperties(event.ResourceProperties))}`;

const repositoryOf = (properties: string): string => properties.split(' ')[0]!;

/** The last part of a repository's name, which is its name in the scenario, and the settings. */
function describeProperties(properties: unknown): string {
  if (properties === undefined) {
    return 'none';
  }
  const { RepositoryArn, ImageTagMutability, ImageTagMutabilityExclusionFilters: filters = [] } = properties as Record<string, unknown>;
  const values = (filters as Record<string, string>[]).map(({ ImageTagMutabilityExclusionFilterValue }) => ImageTagMutabilityExclusionFilterValue);
  return [String(RepositoryArn).split('/').at(-1), ImageTagMutability, ...values].join(' ');
}

type Differs = (subject: string, aspect: RequestAspect, model: string, recorded: string) => void;

export function compareRequests(
  model: readonly Described[], recorded: readonly Described[], { isOvertaken }: { readonly isOvertaken: boolean }, differs: Differs,
): void {
  let isSame = true;
  for (const logicalId of new Set([...model, ...recorded].map((request) => request.logicalId))) {
    const [expected, seen] = [model, recorded].map((requests) => requests.filter((request) => request.logicalId === logicalId));
    if (expected!.map(({ type }) => type).join() !== seen!.map(({ type }) => type).join()) {
      differs(logicalId, 'requests', listRequests(expected!), listRequests(seen!));
      isSame = false;
      continue;
    }
    for (const [index, request] of expected!.entries()) {
      for (const aspect of COMPARED.filter((compared) => request[compared] !== seen![index]![compared])) {
        // How far a create gets that its delete overtakes is chance.
        if (!(aspect === 'response' && isOvertaken && request.type === 'Create')) {
          differs(`${request.type} of ${logicalId}`, aspect, request[aspect], seen![index]![aspect]);
        }
      }
    }
  }
  // The model knows no dependencies. Where two declarations meet on one repository, their order is a claim.
  const order = (requests: readonly Described[], repository: string) => requests
    .filter((request) => request.repository === repository)
    .map(({ type, logicalId }) => `${type} of ${logicalId}`)
    .join(', ');
  for (const repository of new Set(isSame ? model.map((request) => request.repository) : [])) {
    if (order(model, repository) !== order(recorded, repository)) {
      differs(repository, 'order', order(model, repository), order(recorded, repository));
    }
  }
}
