import { Settings } from '../../src/settings';
import { Delivery } from './invocation';
import { Resource, arnOf, delivery, inventedIdOf, propertiesOf } from './resources';

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
  readonly died: readonly Next[];
}

export type Next = Chapter | Ending;

export const isEnding = (next: Next): next is Ending => 'declares' in next;

const REPOSITORY = 'team-a/api';
const PHYSICAL_ID = arnOf(REPOSITORY);
const GONE: Ending = { declares: undefined };
const declares = (settings: Settings): Ending => ({ declares: settings });

/** Created, and when that is not answered delivered again, or deleted: by the id that it would have had, or by an invented one. */
export function create(resource: Resource, settings: Settings): Chapter {
  const chapter: Chapter = {
    name: `create ${nameOf(resource)}`,
    delivery: delivery(resource, { RequestType: 'Create', ResourceProperties: propertiesOf(settings, REPOSITORY) }),
    succeeded: declares(settings),
    // AWS sends a delete then, and not every emulator does.
    get failed() {
      return [remove(resource, settings), GONE];
    },
    get died() {
      return [chapter, remove(resource, settings), remove(resource, settings, inventedIdOf(resource))];
    },
  };
  return chapter;
}

/** A create that its own delete overtakes. Whatever it answers, nobody listens. */
export function overtakenCreate(resource: Resource, settings: Settings): Chapter {
  return { ...create(resource, settings), name: `overtaken create ${nameOf(resource)}`, isOvertaken: true, succeeded: GONE, failed: [GONE], died: [GONE] };
}

/** The second delivery of an event: CloudFormation goes by the first one's answer. */
export function again(chapter: Chapter): Chapter {
  const nothing: Ending = chapter.succeeded as Ending;
  return { ...chapter, name: `${chapter.name} again`, failed: [nothing], died: [nothing] };
}

/** Updated, and when that is not answered delivered again, taken back, updated to something else, or deleted. */
export function update(resource: Resource, settings: Settings, old: Settings, next = settings): Chapter {
  const chapter: Chapter = {
    name: `update ${nameOf(resource)}`,
    delivery: delivery(resource, {
      RequestType: 'Update',
      PhysicalResourceId: PHYSICAL_ID,
      ResourceProperties: propertiesOf(settings, REPOSITORY),
      OldResourceProperties: propertiesOf(old, REPOSITORY),
    }),
    succeeded: declares(settings),
    get failed() {
      return [update(resource, old, settings)];
    },
    get died() {
      return [chapter, update(resource, old, settings), update(resource, next, settings), remove(resource, settings)];
    },
  };
  return chapter;
}

/** Deleted, and when that is not answered deleted again. */
export function remove(resource: Resource, settings: Settings, PhysicalResourceId = PHYSICAL_ID): Chapter {
  const chapter: Chapter = {
    name: `delete ${nameOf(resource)}${PhysicalResourceId === PHYSICAL_ID ? '' : ' by an invented id'}`,
    delivery: delivery(resource, { RequestType: 'Delete', PhysicalResourceId, ResourceProperties: propertiesOf(settings, REPOSITORY) }),
    succeeded: GONE,
    get failed() {
      return [chapter];
    },
    get died() {
      return [chapter];
    },
  };
  return chapter;
}

const nameOf = ({ stack, logicalId }: Resource): string => `${stack}.${logicalId}`;
