import { Delivery } from './live-invocation';
import { Resource, arnOf, delivery, inventedIdOf, propertiesOf } from './resources';
import { Settings } from '../../src/settings';

/** What a resource declares when its story has ended; nothing where it is gone. */
export interface Ending {
  readonly declares: Settings | undefined;
}

/**
 * An invocation, and what CloudFormation goes on to do when it has answered, or when it died. Where more than one thing can
 * follow, all are explored.
 */
export interface Chapter {
  readonly name: string;
  readonly delivery: Delivery;
  readonly succeeded: Next;
  readonly failed: readonly Next[];
  /** Whether it may fail although it had time enough: its own delete overtakes it. */
  readonly isOvertaken?: boolean;
  /** Whether CloudFormation may have an answer from another delivery of the same event. */
  readonly isDeliveredTwice?: boolean;
  readonly died: readonly Next[];
}

export type Next = Chapter | Ending;

export const isEnding = (next: Next): next is Ending => 'declares' in next;

const REPOSITORY = 'team-a/api';
const PHYSICAL_ID = arnOf(REPOSITORY);
const GONE: Ending = { declares: undefined };
const declares = (settings: Settings): Ending => ({ declares: settings });

type Following = Pick<Chapter, 'failed' | 'died'>;

/** What follows is worked out when it is asked for: a chapter can be followed by itself. */
function chapter(name: string, made: Delivery, succeeded: Next, follow: (self: Chapter) => Following): Chapter {
  let following: Following | undefined;
  const self: Chapter = {
    name,
    delivery: made,
    succeeded,
    get failed() {
      return (following ??= follow(self)).failed;
    },
    get died() {
      return (following ??= follow(self)).died;
    },
  };
  return self;
}

/** Created, and when that is not answered delivered again, or deleted: by the id that it would have had, or by an invented one. */
export function create(resource: Resource, settings: Settings): Chapter {
  const made = delivery(resource, { RequestType: 'Create', ResourceProperties: propertiesOf(settings, REPOSITORY) });
  return chapter(`create ${nameOf(resource)}`, made, declares(settings), (self) => ({
    failed: [remove(resource, settings)],
    died: [self, remove(resource, settings), remove(resource, settings, inventedIdOf(resource))],
  }));
}

/** A create that its own delete overtakes. Whatever it answers, nobody listens. */
export function overtakenCreate(resource: Resource, settings: Settings): Chapter {
  const { delivery: made } = create(resource, settings);
  return { ...chapter(`overtaken create ${nameOf(resource)}`, made, GONE, () => ({ failed: [GONE], died: [GONE] })), isOvertaken: true };
}

/** One of two deliveries of an event. When it dies, CloudFormation has the other one's answer. */
export function delivered(count: string, { name, delivery: made, succeeded }: Chapter): Chapter {
  return { ...chapter(`${name}, ${count} delivery`, made, succeeded, () => ({ failed: [succeeded], died: [succeeded] })), isDeliveredTwice: true };
}

/** Updated, and when that is not answered delivered again, taken back, updated to something else, or deleted. */
export function update(resource: Resource, settings: Settings, old: Settings, next = settings): Chapter {
  const made = delivery(resource, {
    RequestType: 'Update',
    PhysicalResourceId: PHYSICAL_ID,
    ResourceProperties: propertiesOf(settings, REPOSITORY),
    OldResourceProperties: propertiesOf(old, REPOSITORY),
  });
  return chapter(`update ${nameOf(resource)}`, made, declares(settings), (self) => ({
    failed: [update(resource, old, settings)],
    died: [self, update(resource, old, settings), update(resource, next, settings), remove(resource, settings)],
  }));
}

/** Deleted, and when that is not answered deleted again. */
export function remove(resource: Resource, settings: Settings, PhysicalResourceId = PHYSICAL_ID): Chapter {
  const made = delivery(resource, { RequestType: 'Delete', PhysicalResourceId, ResourceProperties: propertiesOf(settings, REPOSITORY) });
  const name = `delete ${nameOf(resource)}${PhysicalResourceId === PHYSICAL_ID ? '' : ' by an invented id'}`;
  return chapter(name, made, GONE, (self) => ({ failed: [self], died: [self] }));
}

const nameOf = ({ stack, logicalId }: Resource): string => `${stack}.${logicalId}`;
