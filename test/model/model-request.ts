import { Delivery } from './live-invocation';
import { Resource, arnOf, delivery, inventedIdOf, propertiesOf } from './resources';
import { Settings } from '../../src/settings';

/** What a resource declares when CloudFormation has no more requests for it; nothing where it is gone. */
export interface Outcome {
  readonly declares: Settings | undefined;
}

/**
 * A request that CloudFormation sends to the function, and what it does next: after a response, or where the function died and none came.
 * Where it may go on in more than one way, all of them are explored.
 */
export interface ModelRequest {
  readonly name: string;
  readonly delivery: Delivery;
  readonly afterSuccess: Continuation;
  readonly afterFailure: readonly Continuation[];
  readonly afterDeath: readonly Continuation[];
  /** Whether it may fail although it had time enough: its own delete overtakes it. */
  readonly isOvertaken?: boolean;
  /** Whether CloudFormation may have a response from another delivery of the same event. */
  readonly isDeliveredTwice?: boolean;
}

export type Continuation = ModelRequest | Outcome;

export const isOutcome = (continuation: Continuation): continuation is Outcome => 'declares' in continuation;

const REPOSITORY = 'team-a/api';
const PHYSICAL_ID = arnOf(REPOSITORY);
const GONE: Outcome = { declares: undefined };

type Trouble = Pick<ModelRequest, 'afterFailure' | 'afterDeath'>;

/** Continuations are made when they are asked for, since a request can be followed by itself. */
function modelRequest(name: string, made: Delivery, afterSuccess: Continuation, inTrouble: (self: ModelRequest) => Trouble): ModelRequest {
  let trouble: Trouble | undefined;
  const self: ModelRequest = {
    name,
    delivery: made,
    afterSuccess,
    get afterFailure() {
      return (trouble ??= inTrouble(self)).afterFailure;
    },
    get afterDeath() {
      return (trouble ??= inTrouble(self)).afterDeath;
    },
  };
  return self;
}

/** Without a response it is delivered again, or deleted: by the id that it would have had, or by an invented one. */
export function create(resource: Resource, settings: Settings): ModelRequest {
  const made = delivery(resource, { RequestType: 'Create', ResourceProperties: propertiesOf(settings, REPOSITORY) });
  return modelRequest(`create ${nameOf(resource)}`, made, { declares: settings }, (self) => ({
    afterFailure: [remove(resource, settings)],
    afterDeath: [self, remove(resource, settings), remove(resource, settings, inventedIdOf(resource))],
  }));
}

/** A create whose delete is sent while it still runs. CloudFormation ignores its response. */
export function overtakenCreate(resource: Resource, settings: Settings): ModelRequest {
  const { delivery: made } = create(resource, settings);
  const name = `overtaken create ${nameOf(resource)}`;
  return { ...modelRequest(name, made, GONE, () => ({ afterFailure: [GONE], afterDeath: [GONE] })), isOvertaken: true };
}

/** One of two deliveries of an event. When it fails or dies, CloudFormation has the other one's response. */
export function delivered(count: string, { name, delivery: made, afterSuccess }: ModelRequest): ModelRequest {
  const trouble = { afterFailure: [afterSuccess], afterDeath: [afterSuccess] };
  return { ...modelRequest(`${name}, ${count} delivery`, made, afterSuccess, () => trouble), isDeliveredTwice: true };
}

/** Without a response it is delivered again, rolled back, followed by an update to `next`, or deleted. */
export function update(resource: Resource, settings: Settings, old: Settings, next = settings): ModelRequest {
  const made = delivery(resource, {
    RequestType: 'Update',
    PhysicalResourceId: PHYSICAL_ID,
    ResourceProperties: propertiesOf(settings, REPOSITORY),
    OldResourceProperties: propertiesOf(old, REPOSITORY),
  });
  return modelRequest(`update ${nameOf(resource)}`, made, { declares: settings }, (self) => ({
    afterFailure: [update(resource, old, settings)],
    afterDeath: [self, update(resource, old, settings), update(resource, next, settings), remove(resource, settings)],
  }));
}

/** Without success it is sent again. */
export function remove(resource: Resource, settings: Settings, PhysicalResourceId = PHYSICAL_ID): ModelRequest {
  const made = delivery(resource, { RequestType: 'Delete', PhysicalResourceId, ResourceProperties: propertiesOf(settings, REPOSITORY) });
  const name = `delete ${nameOf(resource)}${PhysicalResourceId === PHYSICAL_ID ? '' : ' by an invented id'}`;
  return modelRequest(name, made, GONE, (self) => ({ afterFailure: [self], afterDeath: [self] }));
}

const nameOf = ({ stack, logicalId }: Resource): string => `${stack}.${logicalId}`;
