import { Delivery } from './live-invocation';
import {
  Resource, arnOf, createRequestIdOf, generatedIdOf, known, newDelivery, newPassDelivery, physicalIdOf, propertiesOf, rulePhysicalIdOf, stackIdOf,
} from './resources';
import { RulePass } from './rule-pass';
import { tokenOf } from '../../lambda/cloudformation/physical-id';
import { Settings } from '../../src/shared/settings';

/** What a resource declares when CloudFormation has no more requests for it; nothing where it is gone. */
export interface Outcome {
  readonly declares: Settings | undefined;
  /** Whether it was a sweep, which changes nothing of what CloudFormation has. */
  readonly isOfSweep?: boolean;
}

/** The physical ids with which the function must respond. CloudFormation adopts whatever id it gets, also from a failure. */
export interface ExpectedIds {
  readonly SUCCESS: string;
  readonly FAILED: string;
}

/**
 * A request that CloudFormation sends to the function, and what it does next: after a response, or where the function died and none came.
 * Where it may go on in more than one way, all of them are explored.
 */
export interface ModelRequest {
  readonly name: string;
  readonly delivery: Delivery;
  readonly ids: ExpectedIds;
  readonly afterSuccess: Continuation;
  readonly afterFailure: readonly Continuation[];
  readonly afterDeath: readonly Continuation[];
  /** Whether it may fail although it had time enough: its own delete overtakes it. */
  readonly isOvertaken?: boolean;
  /** Whether its delete waits until it can write no more. */
  readonly isWaitedFor?: boolean;
  /** Whether CloudFormation may have a response from another delivery of the same event. */
  readonly isDeliveredTwice?: boolean;
}

export type Continuation = ModelRequest | Outcome;

export const isOutcome = (continuation: Continuation): continuation is Outcome => 'declares' in continuation;

const REPOSITORY = 'team-a/api';
const GONE: Outcome = { declares: undefined };
const SWEPT: Outcome = { declares: undefined, isOfSweep: true };

type Trouble = Pick<ModelRequest, 'afterFailure' | 'afterDeath'>;

/** Continuations are made when they are asked for, since a request can be followed by itself. */
function modelRequest(
  name: string, made: Delivery, ids: ExpectedIds, afterSuccess: Continuation, inTrouble: (self: ModelRequest) => Trouble,
): ModelRequest {
  let trouble: Trouble | undefined;
  const self: ModelRequest = {
    name,
    delivery: made,
    ids,
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

/** The requests for one repository, whose settings were `original` before anybody declared it. */
export class ModelRequests {
  /** @param waits whether the stack operations of rules wait for a pass that is under way */
  constructor(private readonly original: Settings, private readonly waits = false) {}

  /** Without a response it is delivered again, or deleted: by the id that it would have had, or by a generated one. */
  public create(resource: Resource, settings: Settings): ModelRequest {
    const made = this.pass(resource, 'declare', settings) ?? known(newDelivery(resource, {
      RequestType: 'Create', RequestId: createRequestIdOf(resource), ResourceProperties: propertiesOf(settings, REPOSITORY),
    }));
    const ids = { SUCCESS: this.idOf(resource), FAILED: this.failedIdOf(resource) };
    return modelRequest(`create ${nameOf(resource)}`, made, ids, { declares: settings }, (self) => ({
      afterFailure: [this.remove(resource, settings, ids.FAILED)],
      afterDeath: [self, this.remove(resource, settings), this.remove(resource, settings, generatedIdOf(resource))],
    }));
  }

  /** A create whose delete is sent while it still runs. CloudFormation ignores its response. */
  public overtakenCreate(resource: Resource, settings: Settings): ModelRequest {
    const { delivery: made, ids } = this.create(resource, settings);
    const name = `overtaken create ${nameOf(resource)}`;
    return { ...modelRequest(name, made, ids, GONE, () => ({ afterFailure: [GONE], afterDeath: [GONE] })), isOvertaken: true };
  }

  /** Without a response it is delivered again, rolled back, followed by an update to `next`, or deleted. */
  public update(resource: Resource, settings: Settings, old: Settings, next = settings): ModelRequest {
    const id = this.idOf(resource);
    const made = this.pass(resource, 'declare', settings, { ownSettings: [old, settings], waits: this.waits }) ?? known(newDelivery(resource, {
      RequestType: 'Update',
      PhysicalResourceId: id,
      ResourceProperties: propertiesOf(settings, REPOSITORY),
      OldResourceProperties: propertiesOf(old, REPOSITORY),
    }));
    return modelRequest(`update ${nameOf(resource)}`, made, { SUCCESS: id, FAILED: id }, { declares: settings }, (self) => ({
      afterFailure: [this.update(resource, old, settings)],
      afterDeath: [self, this.update(resource, old, settings), this.update(resource, next, settings), this.remove(resource, settings)],
    }));
  }

  /** Without success it is sent again. */
  public remove(resource: Resource, settings: Settings, id = this.idOf(resource)): ModelRequest {
    const isGenerated = id === generatedIdOf(resource);
    const made = this.pass(resource, 'release', settings, { isTokenKnown: !isGenerated, waits: this.waits })
      ?? known(newDelivery(resource, { RequestType: 'Delete', PhysicalResourceId: id, ResourceProperties: propertiesOf(settings, REPOSITORY) }));
    const ids = resource.ruleCreated === undefined ? { SUCCESS: id, FAILED: id } : { SUCCESS: this.idOf(resource), FAILED: this.idOf(resource) };
    const name = `delete ${nameOf(resource)}${isGenerated ? ' by a generated id' : ''}`;
    return modelRequest(name, made, ids, GONE, (self) => ({ afterFailure: [self], afterDeath: [self] }));
  }

  /** A sweep of a rule, or the event of a new repository. What it could not do, the next sweep does. */
  public sweep(resource: Resource, settings: Settings): ModelRequest {
    const made = this.pass(resource, 'sweep', settings, { ownSettings: [settings] })!;
    const id = this.idOf(resource);
    return modelRequest(`sweep ${nameOf(resource)}`, made, { SUCCESS: id, FAILED: id }, SWEPT, (self) => ({ afterFailure: [self], afterDeath: [self] }));
  }

  /** @returns nothing for a single declaration */
  private pass(resource: Resource, type: RulePass['type'], settings: Settings, options: Partial<RulePass> = {}): Delivery | undefined {
    const { stack, logicalId, ruleCreated: created } = resource;
    return created === undefined ? undefined : known(newPassDelivery(resource, {
      type,
      stackId: stackIdOf(stack),
      logicalId,
      repository: arnOf(REPOSITORY),
      rule: { created, token: tokenOf(createRequestIdOf(resource)), settings },
      ownSettings: [],
      isTokenKnown: true,
      waits: false,
      ...options,
    }));
  }

  private idOf(resource: Resource): string {
    return resource.ruleCreated === undefined ? physicalIdOf(resource, REPOSITORY, this.original) : rulePhysicalIdOf(resource, resource.ruleCreated);
  }

  private failedIdOf(resource: Resource): string {
    return resource.ruleCreated === undefined ? physicalIdOf(resource, REPOSITORY, undefined) : this.idOf(resource);
  }
}

/** One of two deliveries of an event. When it fails or dies, CloudFormation has the other one's response. */
export function delivered(count: string, { name, delivery: made, ids, afterSuccess }: ModelRequest): ModelRequest {
  const trouble = { afterFailure: [afterSuccess], afterDeath: [afterSuccess] };
  return { ...modelRequest(`${name}, ${count} delivery`, made, ids, afterSuccess, () => trouble), isDeliveredTwice: true };
}

const nameOf = ({ stack, logicalId }: Resource): string => `${stack}.${logicalId}`;
