import { LambdaQueue } from './lambda-queue';
import { ThrottledRegistry } from './throttled-registry';
import { inVirtualTime } from './virtual-time';
import { UntrustedEvent } from '../../lambda/cloudformation/request';
import { Response } from '../../lambda/cloudformation/response';
import { handle } from '../../lambda/protocol/lifecycle';
import { SERVICE_TIMEOUT_MS } from '../../src/shared/contract';
import { Settings, sameSettings } from '../../src/shared/settings';
import { FakeEcr } from '../support/fake-ecr';
import { ownershipTagOf, stackId } from '../support/fake-stack';
import { properties } from '../support/properties';
import { IMMUTABLE, LOCKED, MUTABLE } from '../support/settings';

/** What is deployed, where. */
export interface Load {
  readonly repositories: number;
  /** How many resources CloudFormation works on at a time, which is not documented. */
  readonly parallel: number;
  /** How many invocations Lambda runs at a time. */
  readonly concurrency: number;
  /** How many calls of each of its actions ECR takes. */
  readonly callsPerSecond: number;
  /** The same during the update or the delete of the stack, where others leave less. Rollbacks have the whole rate. */
  readonly during?: { readonly update?: number; readonly remove?: number };
}

/** One operation on all resources of the stack. */
export interface OperationResult {
  readonly succeeded: number;
  readonly seconds: number;
  /** Why the others failed, each reason once. */
  readonly reasons: readonly string[];
}

export interface DeploymentResult {
  readonly create: OperationResult;
  /** Where a create failed: the deletes of all. */
  readonly createRollback?: OperationResult;
  readonly update?: OperationResult;
  /** Where an update failed: the updates back. */
  readonly updateRollback?: OperationResult;
  readonly remove?: OperationResult;
  /** The repositories that do not have what they should have after an operation and its rollback. */
  readonly wrong: readonly string[];
}

const STACK = 'load';
const arnOf = (name: string) => `arn:aws:ecr:eu-west-1:111122223333:repository/${name}`;
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A declaration in the stack, as CloudFormation knows it. */
interface Resource {
  readonly name: string;
  readonly repository: FakeEcr;
  physicalId: string;
}

/**
 * A stack is created, changed and deleted, with a rollback of what fails. The function's real code runs, with the SDK's real retries; ECR,
 * Lambda and CloudFormation are models, and time is simulated.
 */
export const deploy = (load: Load): Promise<DeploymentResult> => inVirtualTime(load.repositories, () => new Deployment(load).run());

class Deployment {
  private readonly registry: ThrottledRegistry;
  private readonly lambda: LambdaQueue<Sent>;
  private readonly resources: readonly Resource[];
  private requests = 0;

  constructor(private readonly load: Load) {
    this.registry = new ThrottledRegistry(load.callsPerSecond);
    this.lambda = new LambdaQueue(load.concurrency, () => environmentOf(this.registry));
    this.resources = Array.from({ length: load.repositories }, (_, index) => {
      const name = `team-a/service-${index}`;
      return { name, repository: this.registry.create(name, MUTABLE), physicalId: `${STACK}-Tags${index}-1ABCDEFGHIJKL` };
    });
  }

  async run(): Promise<DeploymentResult> {
    const create = await this.each((resource) => this.request(resource, { RequestType: 'Create', ResourceProperties: propertiesOf(resource, LOCKED) }));
    if (this.hasFailed(create)) {
      return { create, createRollback: await this.removal(LOCKED), wrong: this.without(MUTABLE, 0) };
    }
    const { callsPerSecond, during = {} } = this.load;
    const notCreated = this.without(LOCKED, 3);
    this.registry.throttle(during.update ?? callsPerSecond);
    const update = await this.update(LOCKED, IMMUTABLE);
    this.registry.throttle(callsPerSecond);
    const isFailed = this.hasFailed(update);
    const updateRollback = isFailed ? await this.update(IMMUTABLE, LOCKED) : undefined;
    const settings = isFailed ? LOCKED : IMMUTABLE;
    const notUpdated = this.without(settings, 3);
    this.registry.throttle(during.remove ?? callsPerSecond);
    const remove = await this.removal(settings);
    return { create, update, updateRollback, remove, wrong: [...notCreated, ...notUpdated, ...this.without(MUTABLE, 0)] };
  }

  private hasFailed = ({ succeeded }: OperationResult): boolean => succeeded < this.load.repositories;

  private update = (from: Settings, to: Settings) => this.each((resource) => this.request(resource, {
    RequestType: 'Update',
    PhysicalResourceId: resource.physicalId,
    ResourceProperties: propertiesOf(resource, to),
    OldResourceProperties: propertiesOf(resource, from),
  }));

  private removal = (settings: Settings) => this.each((resource) => this.request(resource, {
    RequestType: 'Delete', PhysicalResourceId: resource.physicalId, ResourceProperties: propertiesOf(resource, settings),
  }));

  private async each(request: (resource: Resource) => Promise<Response | undefined>): Promise<OperationResult> {
    const started = Date.now();
    const waiting = this.resources.values();
    const failures: string[] = [];
    const work = async () => {
      for (const resource of waiting) {
        const response = await request(resource);
        if (response?.Status !== 'SUCCESS') {
          failures.push(response?.Reason.message.replaceAll(resource.name, '<name>') ?? 'no response');
        }
      }
    };
    await Promise.all(Array.from({ length: this.load.parallel }, work));
    return {
      succeeded: this.load.repositories - failures.length,
      seconds: Math.round((Date.now() - started) / 1000),
      reasons: [...new Set(failures)],
    };
  }

  /** Sends a request, and adopts the physical id of its response. Without one, CloudFormation gives up in the end. */
  private async request(resource: Resource, rest: UntrustedEvent): Promise<Response | undefined> {
    const event = { StackId: stackId(STACK), LogicalResourceId: resource.name, RequestId: `request-${++this.requests}`, ...rest };
    const response = await new Promise<Response | undefined>((respond) => {
      void this.lambda.send({ event, respond });
      void sleep(SERVICE_TIMEOUT_MS).then(() => respond(undefined));
    });
    resource.physicalId = response?.PhysicalResourceId ?? resource.physicalId;
    return response;
  }

  private without(settings: Settings, tags: number): string[] {
    return this.resources
      .filter(({ repository }) => !sameSettings(repository.settings, settings) || repository.trace.length !== tags)
      .map(({ name, repository }) => `${name}: ${JSON.stringify(repository.settings)} with ${repository.trace.length} tags`);
  }
}

const propertiesOf = ({ name }: Resource, settings: Settings) => properties(settings, arnOf(name));

interface Sent {
  readonly event: UntrustedEvent;
  readonly respond: (response: Response) => void;
}

function environmentOf(registry: ThrottledRegistry) {
  const client = registry.client();
  return {
    async invoke({ event, respond }: Sent, lambdaRemaining: () => number) {
      respond(await handle(event, {
        clock: { now: () => Date.now(), sleep },
        log: () => {},
        ownershipTag: ownershipTagOf(STACK),
        lambdaRemaining,
        ecr: ({ name }, remaining) => client(name, remaining),
      }));
    },
  };
}
