/** What this library asks of CloudFormation, about stacks whose schedules invoke the function. */
export interface Stacks {
  /** Nothing where there is no such stack. */
  stackStatus(stackId: string): Promise<string | undefined>;
  /** Nothing where the stack has no such resource. */
  resource(stackId: string, logicalId: string): Promise<StackResource | undefined>;
}

export interface CloudFormation extends Stacks {
  /** All resources of the stack, by logical id. */
  resources(stackId: string): Promise<ReadonlyMap<string, StackResource>>;
}

export interface StackResource {
  readonly physicalId?: string;
  readonly status?: string;
  /** When its status changed last, in ms. */
  readonly updated: number;
  /** Its `Metadata` in the template that is deployed, as JSON. A listing does not show it. */
  readonly metadata?: string;
}

/** In any other state a stack operation may be under way. `ROLLBACK_COMPLETE` is that of a failed create, which has deleted its resources. */
const STABLE = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE', 'IMPORT_ROLLBACK_COMPLETE'];

export const isStable = (status: string | undefined): boolean => status !== undefined && STABLE.includes(status);

/** Whether no stack operation has touched the resource in between. */
export const isSameResource = (before: StackResource, now: StackResource | undefined): boolean =>
  now !== undefined && now.physicalId === before.physicalId && now.status === before.status && now.updated === before.updated;

export const isBeingDeleted = (resource: StackResource | undefined): boolean => resource?.status?.startsWith('DELETE_') ?? false;
