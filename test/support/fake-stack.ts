import assert from 'node:assert/strict';
import { FakeClock, FakeEcr } from './fake-ecr';
import { ARN, properties } from './properties';
import { UntrustedEvent } from '../../lambda/cloudformation/request';
import { Response } from '../../lambda/cloudformation/response';
import { Environment } from '../../lambda/protocol/invocation';
import { handle } from '../../lambda/protocol/lifecycle';
import { FUNCTION_TIMEOUT_MS, TAG_PREFIX } from '../../src/shared/contract';
import { Settings } from '../../src/shared/settings';

/** A physical id of CloudFormation's own, for a create that was never answered. */
export const GENERATED_ID = 'my-stack-Tags-1ABCDEFGHIJKL';

/** Of a declaration that no stack made. */
export const FORGED_KEY = `${TAG_PREFIX}ffffffffffff:ffffffffffff-ffffffffffff`;

export const stackId = (name: string) => `arn:aws:cloudformation:eu-west-1:111122223333:stack/${name}/00000000-0000-0000-0000-${Buffer.from(name).toString('hex').padEnd(12, '0').slice(0, 12)}`;

/** The tag by which IAM knows the repositories of a stack's provider. */
export const ownershipTagOf = (name: string) =>
  ({ key: `${TAG_PREFIX}stack:${Buffer.from(name).toString('hex').padEnd(12, '0').slice(0, 12)}`, value: stackId(name) });

/** What CloudFormation knows of a stack. */
interface Known {
  requests: number;
  /** The physical ids, by logical id. */
  readonly ids: Map<string, string>;
}

/**
 * A stack whose provider works on one in-memory repository. As CloudFormation does, it gives each request an id of its own, adopts the
 * physical id of every response, also of a FAILED one, and sends it with updates and deletes.
 */
export class FakeStack {
  readonly lines: Record<string, unknown>[] = [];
  readonly clock = new FakeClock();
  readonly environment: { -readonly [K in keyof Environment]: Environment[K] };
  private started = this.clock.now();
  private last: UntrustedEvent = {};

  constructor(readonly ecr: FakeEcr, readonly name = 'a', private readonly known: Known = { requests: 0, ids: new Map() }) {
    this.environment = {
      clock: this.clock,
      log: (level, decision, details) => this.lines.push({ level, decision, ...details }),
      ownershipTag: ownershipTagOf(name),
      lambdaRemaining: () => this.started + FUNCTION_TIMEOUT_MS - this.clock.now(),
      ecr: () => ecr,
    };
  }

  /** The same stack, with a clock and a log of its own: for an invocation that runs at the same time. */
  atTheSameTime = () => new FakeStack(this.ecr, this.name, this.known);

  /** Where nothing was created yet, the id is an ARN and no more. */
  physicalId = (logicalId = 'Tags') => this.known.ids.get(logicalId) ?? ARN;

  create = (settings: Settings, logicalId = 'Tags', options = {}) =>
    this.send('Create', logicalId, { ResourceProperties: properties(settings, ARN, options) });

  update = (settings: Settings, old: Settings, logicalId = 'Tags', options = {}) => this.send('Update', logicalId, {
    ResourceProperties: properties(settings, ARN, options), OldResourceProperties: properties(old),
  });

  remove = (settings: Settings, logicalId = 'Tags', PhysicalResourceId = this.physicalId(logicalId)) =>
    this.send('Delete', logicalId, { PhysicalResourceId, ResourceProperties: properties(settings) });

  decided = (decision: string) => this.lines.filter((line) => line.decision === decision);

  send(RequestType: string, LogicalResourceId: string, rest: object): Promise<Response> {
    return this.deliver({
      RequestType,
      LogicalResourceId,
      StackId: stackId(this.name),
      RequestId: `${this.name}-${++this.known.requests}`,
      ResponseURL: 'https://s.example/secret',
      ...RequestType !== 'Create' && { PhysicalResourceId: this.physicalId(LogicalResourceId) },
      ...rest,
    });
  }

  /** The last event once more, as Lambda may deliver it. CloudFormation takes no second response. */
  deliverAgain = (): Promise<Response> => this.run(this.last);

  private async deliver(event: UntrustedEvent): Promise<Response> {
    this.last = event;
    const response = await this.run(event);
    if (event.RequestType === 'Delete') {
      assert.equal(response.PhysicalResourceId, event.PhysicalResourceId);
    } else {
      this.known.ids.set(String(event.LogicalResourceId), response.PhysicalResourceId);
    }
    return response;
  }

  private run(event: UntrustedEvent): Promise<Response> {
    this.started = this.clock.now();
    return handle(event, this.environment);
  }
}
