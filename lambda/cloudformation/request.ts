import { parsePhysicalId, renderPhysicalId, tokenOf } from './physical-id';
import { ResourceProperties } from '../../src/shared/contract';
import { Settings, validateSettings, isMutability, unknownMutability } from '../../src/shared/settings';
import { Repository, parseRepositoryArn } from '../ecr/repository';

/** CloudFormation's event, before anything in it is checked. */
export type UntrustedEvent = Readonly<Partial<Record<
'RequestType' | 'ResponseURL' | 'StackId' | 'RequestId' | 'LogicalResourceId' | 'PhysicalResourceId' | 'ResourceProperties' | 'OldResourceProperties',
  unknown>>>;

export type Request = DeclareRequest | DeleteRequest;

interface ResourceRequest {
  readonly stackId: string;
  readonly logicalId: string;
}

export interface DeclareRequest extends ResourceRequest {
  readonly type: 'Create' | 'Update';
  readonly repository: Repository;
  readonly settings: Settings;
  readonly failIfSuperseded: boolean;
  /** The token of the physical id, which a create makes of its RequestId. Absent in a replacement, which has no id of its own yet. */
  readonly token?: string;
  /** Made of the RequestId. */
  readonly newToken: string;
  /** The original in the physical id of an update. */
  readonly original?: Settings;
  /** What this resource may have set there before. Where its record is gone, none of it is the original. */
  readonly ownSettings: readonly Settings[];
  /** The id to respond with where the request keeps it: that of an update of the same repository. Otherwise it is made of the record. */
  readonly physicalId?: string;
  /**
   * Another repository, which a failed update declared in the place of this one. CloudFormation has never learned of it, since the response
   * to a failed update keeps the former id, so it sends no delete for it.
   */
  readonly abandoned?: Repository;
}

export interface DeleteRequest extends ResourceRequest {
  readonly type: 'Delete';
  /** Absent where nothing names a repository: then there is nothing to restore. */
  readonly repository?: Repository;
  /** Whether CloudFormation generated the physical id: the create was never answered, and may still run. */
  readonly hasGeneratedPhysicalId: boolean;
  readonly token?: string;
  /** The original in the physical id. */
  readonly original?: Settings;
  /** What the resource declared last. */
  readonly ownSettings?: Settings;
}

/** What is wrong with a request, in the user's words. */
export class BadRequestError extends Error {}

/** What CloudFormation would not have sent. */
export class ForeignRequestError extends BadRequestError {
  constructor(problem: string) {
    super(`${problem}. Only CloudFormation is meant to invoke this function`);
  }
}

export function parseRequest(event: UntrustedEvent): Request {
  const resource = { stackId: idOf(event, 'StackId'), logicalId: idOf(event, 'LogicalResourceId') };
  const type = typeOf(event);
  return type === 'Delete' ? { ...resource, ...parseDelete(event) } : { ...resource, ...parseDeclare(event, type) };
}

export function typeOf({ RequestType }: UntrustedEvent): Request['type'] {
  if (RequestType !== 'Create' && RequestType !== 'Update' && RequestType !== 'Delete') {
    throw new ForeignRequestError('RequestType is not Create, Update or Delete');
  }
  return RequestType;
}

function parseDeclare(event: UntrustedEvent, type: 'Create' | 'Update'): Omit<DeclareRequest, keyof ResourceRequest> {
  const properties = fields(event.ResourceProperties);
  const repository = parseRepositoryArn(properties.RepositoryArn);
  if (!repository) {
    throw new BadRequestError(`repository has the ARN ${quoted(properties.RepositoryArn)}, but the ARN of an ECR repository is arn:<partition>:ecr:<region>:<account>:repository/<name>. Import the repository by ecr.Repository.fromRepositoryArn or fromRepositoryName`);
  }
  const settings = parseSettings(properties);
  const newToken = tokenOf(idOf(event, 'RequestId'));
  return {
    type,
    repository,
    settings,
    failIfSuperseded: isTrue(properties.FailIfSuperseded),
    token: type === 'Create' ? newToken : undefined,
    newToken,
    ownSettings: [],
    ...type === 'Update' && parseUpdate(event, repository, settings),
  };
}

/** What an update says of what was there before. */
function parseUpdate(event: UntrustedEvent, repository: Repository, settings: Settings): Partial<DeclareRequest> {
  const old = fields(event.OldResourceProperties);
  const oldRepository = parseRepositoryArn(old.RepositoryArn);
  const id = parsePhysicalId(event.PhysicalResourceId);
  const named = [repository.arn, id?.repository.arn];
  const abandoned = oldRepository && !named.includes(oldRepository.arn) ? oldRepository : undefined;
  if (id && id.repository.arn !== repository.arn) {
    // A replacement, or the rollback of one.
    return { abandoned };
  }
  const oldSettings = oldRepository?.arn === repository.arn ? settingsIfValid(old) : undefined;
  return {
    abandoned,
    physicalId: idOf(event, 'PhysicalResourceId'),
    token: id?.token,
    original: id?.original,
    ownSettings: oldSettings ? [oldSettings, settings] : [settings],
  };
}

function parseDelete(event: UntrustedEvent): Omit<DeleteRequest, keyof ResourceRequest> {
  const id = parsePhysicalId(idOf(event, 'PhysicalResourceId'));
  const properties = fields(event.ResourceProperties);
  return {
    type: 'Delete',
    repository: id?.repository ?? parseRepositoryArn(properties.RepositoryArn),
    hasGeneratedPhysicalId: id === undefined,
    token: id?.token,
    original: id?.original,
    ownSettings: id?.repository.arn === properties.RepositoryArn ? settingsIfValid(properties) : undefined,
  };
}

/**
 * The id to respond with where a request fails, or needs none of its own. It is the one that the request came with, since CloudFormation
 * adopts whatever id a response has. A failed create has none yet: its id names the repository and the create, so that the delete that
 * follows can release what the create has left.
 */
export function givenPhysicalId(event: UntrustedEvent): string {
  const kept = keptPhysicalId(event);
  if (kept !== undefined) {
    return kept;
  }
  const { RequestId, LogicalResourceId } = event;
  const repository = parseRepositoryArn(fields(event.ResourceProperties).RepositoryArn);
  if (repository) {
    return renderPhysicalId(repository.arn, undefined, tokenOf(RequestId));
  }
  return typeof LogicalResourceId === 'string' && LogicalResourceId !== '' ? LogicalResourceId : 'not-created';
}

/** The id that the request came with. A create has none yet, whatever it came with. */
export function keptPhysicalId({ RequestType, PhysicalResourceId }: UntrustedEvent): string | undefined {
  return RequestType !== 'Create' && typeof PhysicalResourceId === 'string' && PhysicalResourceId !== '' ? PhysicalResourceId : undefined;
}

/** An id as CloudFormation makes it. Some of them are logged. */
const ID = /^[\x20-\x7e]{1,1024}$/;

/** What is logged of an event, which may be anybody's: only what looks like CloudFormation's ids. */
const NAMES = {
  request: ['RequestType', /^(?:Create|Update|Delete)$/],
  requestId: ['RequestId', /^[A-Za-z0-9-]{1,128}$/],
  stack: ['StackId', /^arn:aws[a-z-]{0,20}:cloudformation:[a-z0-9-]{1,30}:\d{12}:stack\/[A-Za-z0-9-]{1,128}\/[A-Za-z0-9-]{1,64}$/],
  logicalId: ['LogicalResourceId', /^[A-Za-z0-9]{1,255}$/],
} as const satisfies Record<string, readonly [keyof UntrustedEvent, RegExp]>;

/** Tells the log lines of one request from those of others, also where the request is refused. */
export function namesOf(event: UntrustedEvent): Partial<Record<keyof typeof NAMES, string>> {
  return Object.fromEntries(Object.entries(NAMES).flatMap(([name, [field, id]]) => {
    const value = event[field];
    return typeof value === 'string' && id.test(value) ? [[name, value]] : [];
  }));
}

export type Fields<K extends string> = Readonly<Partial<Record<K, unknown>>>;

export function fields<K extends string = keyof ResourceProperties>(value: unknown): Fields<K> {
  return (typeof value === 'object' && value !== null ? value : {}) as Fields<K>;
}

/** CloudFormation passes booleans as strings. */
export const isTrue = (value: unknown): boolean => value === true || value === 'true';

export function idOf(event: UntrustedEvent, name: 'StackId' | 'RequestId' | 'LogicalResourceId' | 'PhysicalResourceId'): string {
  const value = event[name];
  if (typeof value !== 'string' || !ID.test(value)) {
    throw new ForeignRequestError(`${name} is missing or not a string of 1 to 1,024 printable ASCII characters`);
  }
  return value;
}

export function parseSettings(properties: Fields<'ImageTagMutability' | 'ImageTagMutabilityExclusionFilters'>): Settings {
  const mutability = properties.ImageTagMutability;
  if (!isMutability(mutability)) {
    throw new BadRequestError(unknownMutability(mutability));
  }
  const filters = parseFilters(properties.ImageTagMutabilityExclusionFilters);
  const broken = validateSettings(mutability, filters);
  if (broken) {
    throw new BadRequestError(broken);
  }
  return { mutability, filters: filters ?? [] };
}

function parseFilters(value: unknown): string[] | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (!Array.isArray(value)) {
    throw new BadRequestError(`imageTagMutabilityExclusionFilters is of type ${typeof value}, but must be a list of filters. Use ecr.ImageTagMutabilityExclusionFilter.wildcard()`);
  }
  return value.map((item: unknown) => {
    const filter = (item ?? {}) as Fields<'ImageTagMutabilityExclusionFilterType' | 'ImageTagMutabilityExclusionFilterValue'>;
    if (filter.ImageTagMutabilityExclusionFilterType !== 'WILDCARD' || typeof filter.ImageTagMutabilityExclusionFilterValue !== 'string') {
      throw new BadRequestError('imageTagMutabilityExclusionFilters has a filter that is not of type WILDCARD with a string as its value. Use ecr.ImageTagMutabilityExclusionFilter.wildcard()');
    }
    return filter.ImageTagMutabilityExclusionFilterValue;
  });
}

function settingsIfValid(properties: Fields<keyof ResourceProperties>): Settings | undefined {
  try {
    return parseSettings(properties);
  } catch {
    return undefined;
  }
}

const quoted = (value: unknown): string =>
  typeof value === 'string' ? `'${value.slice(0, 300).replace(/[^\x20-\x7e]/g, '?')}'` : `of type ${typeof value}`;
