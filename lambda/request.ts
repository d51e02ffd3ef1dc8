import { Repository, parseRepositoryArn } from './repository';
import { ResourceProperties } from '../src/shared/contract';
import { Settings, validateSettings, isMutability, unknownMutability } from '../src/shared/settings';

/** CloudFormation's event, of which nothing has been believed yet. */
export type UntrustedEvent = Readonly<Partial<Record<
'RequestType' | 'ResponseURL' | 'StackId' | 'RequestId' | 'LogicalResourceId' | 'PhysicalResourceId' | 'ResourceProperties' | 'OldResourceProperties',
  unknown>>>;

export type Request = DeclareRequest | DeleteRequest;

interface Named {
  readonly stackId: string;
  readonly logicalId: string;
}

export interface DeclareRequest extends Named {
  readonly type: 'Create' | 'Update';
  readonly repository: Repository;
  readonly settings: Settings;
  /** What this resource may have set there before: should its record be gone, none of it is the original. */
  readonly notOriginal: readonly Settings[];
  /**
   * Another repository, which an update that failed or died had declared in the place of this one. CloudFormation takes that update
   * back by another one, and never learned of the repository, so that it will send no delete for it.
   */
  readonly abandoned?: Repository;
}

export interface DeleteRequest extends Named {
  readonly type: 'Delete';
  /** Absent where nothing names a repository: then there is nothing to put back. */
  readonly repository?: Repository;
  /** CloudFormation made up the physical id: the create was never answered, and may still run. */
  readonly createUnanswered: boolean;
}

/** What is wrong with a request, in the user's words. */
export class BadRequestError extends Error {}

export function parseRequest(event: UntrustedEvent): Request {
  const stackId = text(event, 'StackId');
  const logicalId = text(event, 'LogicalResourceId');
  const type = event.RequestType;
  if (type === 'Delete') {
    const byId = parseRepositoryArn(text(event, 'PhysicalResourceId'));
    return {
      type,
      stackId,
      logicalId,
      repository: byId ?? parseRepositoryArn(fields(event.ResourceProperties).RepositoryArn),
      createUnanswered: !byId,
    };
  }
  if (type !== 'Create' && type !== 'Update') {
    throw new BadRequestError('RequestType is not Create, Update or Delete. Only CloudFormation is meant to invoke this function');
  }
  const properties = fields(event.ResourceProperties);
  const repository = parseRepositoryArn(properties.RepositoryArn);
  if (!repository) {
    throw new BadRequestError(`repository has the ARN ${quoted(properties.RepositoryArn)}, but the ARN of an ECR repository is arn:<partition>:ecr:<region>:<account>:repository/<name>. Import the repository by ecr.Repository.fromRepositoryArn or fromRepositoryName`);
  }
  const settings = parseSettings(properties);
  const past = type === 'Update' ? pastOf(event, repository, settings) : { notOriginal: [] };
  return { type, stackId, logicalId, repository, settings, ...past };
}

/** What an update says of what was there before. */
function pastOf(event: UntrustedEvent, repository: Repository, settings: Settings): Pick<DeclareRequest, 'notOriginal' | 'abandoned'> {
  const old = fields(event.OldResourceProperties);
  if (old.RepositoryArn === repository.arn) {
    const oldSettings = settingsIfValid(old);
    return { notOriginal: oldSettings ? [oldSettings, settings] : [] };
  }
  // A replacement is asked for under the id of the old repository; one that is taken back comes with the id of the repository it returns to.
  return event.PhysicalResourceId === repository.arn
    ? { notOriginal: [settings], abandoned: parseRepositoryArn(old.RepositoryArn) }
    : { notOriginal: [] };
}

/**
 * The repository's ARN, whatever becomes of the request: an id that changed with a failure would read as a replacement. A delete
 * keeps the id that it came with. Where nothing names a repository, CloudFormation still wants an id with its answer.
 */
export function physicalIdOf(event: UntrustedEvent): string {
  const arn = event.RequestType === 'Delete' ? undefined : parseRepositoryArn(fields(event.ResourceProperties).RepositoryArn)?.arn;
  const id = [arn, event.PhysicalResourceId, event.LogicalResourceId].find((value) => typeof value === 'string' && value !== '');
  return typeof id === 'string' ? id : 'not-created';
}

/** What CloudFormation names things with. Some of it is logged. */
const ID = /^[\x20-\x7e]{1,1024}$/;

/** Ids as CloudFormation makes them: nothing else is logged from an event that may be anybody's. */
const NAMES = {
  request: ['RequestType', /^(?:Create|Update|Delete)$/],
  requestId: ['RequestId', /^[A-Za-z0-9-]{1,128}$/],
  stack: ['StackId', /^arn:aws[a-z-]{0,20}:cloudformation:[a-z0-9-]{1,30}:\d{12}:stack\/[A-Za-z0-9-]{1,128}\/[A-Za-z0-9-]{1,64}$/],
  logicalId: ['LogicalResourceId', /^[A-Za-z0-9]{1,255}$/],
} as const satisfies Record<string, readonly [keyof UntrustedEvent, RegExp]>;

/** What tells the lines of one request from those of others, also where the request is refused. */
export function namesOf(event: UntrustedEvent): Partial<Record<keyof typeof NAMES, string>> {
  return Object.fromEntries(Object.entries(NAMES).flatMap(([name, [field, id]]) => {
    const value = event[field];
    return typeof value === 'string' && id.test(value) ? [[name, value]] : [];
  }));
}

type Fields<K extends string> = Readonly<Partial<Record<K, unknown>>>;

function fields(value: unknown): Fields<keyof ResourceProperties> {
  return typeof value === 'object' && value !== null ? value : {};
}

function text(event: UntrustedEvent, name: 'StackId' | 'LogicalResourceId' | 'PhysicalResourceId'): string {
  const value = event[name];
  if (typeof value !== 'string' || !ID.test(value)) {
    throw new BadRequestError(`${name} is missing or not a string of 1 to 1,024 printable ASCII characters. Only CloudFormation is meant to invoke this function`);
  }
  return value;
}

function parseSettings(properties: Fields<keyof ResourceProperties>): Settings {
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
