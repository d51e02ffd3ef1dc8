import { chooser } from './chooser';
import { ModelAccount } from './model-account';
import { ModelRegistry, PlannedInvocation } from './model-registry';
import { arnOf } from './resources';
import { Circumstances } from './stack-operation';
import { parsePhysicalId } from '../../lambda/cloudformation/physical-id';
import { UntrustedEvent } from '../../lambda/cloudformation/request';
import { Response } from '../../lambda/cloudformation/response';
import type { Evidence, RepositoryEvidence, RequestEvidence, ScenarioEvidence } from '../aws/evidence';
import type { Action } from '../aws/scenario';

/** Where CloudFormation did something else than the model, as `npm run verify:aws` recorded it. */
export interface Difference {
  readonly scenario: string;
  /** From 1. */
  readonly step: number;
  /** A logical id, a repository, or the stack. */
  readonly subject: string;
  readonly aspect: Aspect;
  readonly model: string;
  readonly recorded: string;
}

export type Aspect =
  | 'requests' | 'order' | 'physical id' | 'properties' | 'old properties' | 'request id' | 'response' | 'repository'
  /** The model does not say what CloudFormation does. */
  | 'not modelled';

export const renderDifference = ({ scenario, step, subject, aspect, model, recorded }: Difference): string =>
  `${scenario}, step ${step}, ${subject}, ${aspect}: the model has ${model}; recorded is ${recorded}`;

/** Plays the scenarios of a file again, with the model in CloudFormation's place and the same function. */
export async function compareWithModel({ scenarios }: Evidence): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const scenario of scenarios) {
    differences.push(...await compareScenario(scenario));
  }
  return differences;
}

const STACK = 'stack';

/** Nothing goes wrong but what the scenario makes go wrong; and AWS's order in a rollback. */
const CIRCUMSTANCES: Circumstances = {
  siblingFails: false,
  isCancelled: false,
  rollback: 'update, then delete',
  rollbackRetains: false,
  faults: [],
  isDeliveredTwice: false,
  cleanupIsRefused: false,
  choose: chooser(1),
};

async function compareScenario({ name, repositories, steps }: ScenarioEvidence): Promise<Difference[]> {
  const registry = new RecordingRegistry();
  const account = new ModelAccount(registry);
  for (const [repository, settings] of Object.entries(repositories)) {
    account.createRepository(repository, settings);
  }
  const differences: Difference[] = [];
  const before = { model: [] as Exchange[], recorded: [] as Exchange[] };
  let isModelled = true;
  for (const [index, { action, requests, found }] of steps.entries()) {
    const differs = (subject: string, aspect: Aspect, model: string, recorded: string) =>
      differences.push({ scenario: name, step: index + 1, subject, aspect, model, recorded });
    const recorded = requests.map(exchangeOf);
    // What is kept of a failed operation is deleted in the next one. In which order is not documented.
    isModelled &&= !(action.do === 'deploy' && action.keepsFailed);
    if (!isModelled) {
      if (recorded.length > 0) {
        differs(STACK, 'not modelled', 'nothing', describeAll(recorded, before.recorded).map(({ logicalId, summary }) => `${logicalId} ${summary}`).join(', '));
      }
      before.recorded.push(...recorded);
      continue;
    }
    await act(account, registry, action);
    const model = registry.takeExchanges();
    const isOvertaken = action.do === 'deploy' && action.isCancelled === true;
    compareRequests(describeAll(model, before.model), describeAll(recorded, before.recorded), { isOvertaken }, differs);
    before.model.push(...model);
    before.recorded.push(...recorded);
    for (const [repository, is] of Object.entries(found.repositories)) {
      const [expected, seen] = [describeModel(registry, repository), describeRecorded(is)];
      if (expected !== seen) {
        differs(repository, 'repository', expected, seen);
      }
    }
  }
  return differences;
}

async function act(account: ModelAccount, registry: RecordingRegistry, action: Action): Promise<void> {
  switch (action.do) {
    case 'deploy': {
      const template = Object.fromEntries(Object.entries(action.template).map(([id, entry]) => [id, { ...entry, retain: false }]));
      return account.deploy(STACK, template, { ...CIRCUMSTANCES, isCancelled: action.isCancelled ?? false });
    }
    case 'delete': return account.destroy(STACK, CIRCUMSTANCES);
    case 'create repository': return account.createRepository(action.repository, action.settings);
    case 'put': return account.setByHand(action.repository, action.settings);
    case 'erase record': return account.eraseRecord(action.repository);
    case 'set format of record': return registry.setFormat(action.repository, action.format);
  }
}

/** An event and the response to it. */
interface Exchange {
  readonly event: UntrustedEvent;
  readonly response?: Pick<Response, 'Status' | 'PhysicalResourceId'>;
}

const exchangeOf = ({ event, response }: RequestEvidence): Exchange => ({ event, response });

class RecordingRegistry extends ModelRegistry {
  private exchanges: Exchange[] = [];

  public takeExchanges(): Exchange[] {
    return this.exchanges.splice(0);
  }

  public override async run(invocations: readonly PlannedInvocation[], choose: Circumstances['choose']): Promise<(Response | undefined)[]> {
    const responses = await super.run(invocations, choose);
    this.exchanges.push(...invocations.flatMap(({ delivery }, index) => 'event' in delivery ? [{ event: delivery.event, response: responses[index] }] : []));
    return responses;
  }

  public setFormat(repository: string, format: number): void {
    const state = this.get(arnOf(repository))!;
    const keys = state.libraryTagKeys.filter((key) => /:(declared|original)/.test(key));
    const tags = new Map(keys.map((key) => [key, state.tags.get(key)!.replace(/^\d+/, String(format))]));
    this.set(arnOf(repository), state.after({ method: 'tag', tags }));
  }
}

/** A request in words that do not depend on the account, the time or the ids. */
interface Described extends Readonly<Record<'physical id' | 'properties' | 'old properties' | 'request id' | 'response', string>> {
  readonly logicalId: string;
  readonly type: string;
  readonly repository: string;
  /** For a reader. */
  readonly summary: string;
}

const COMPARED = ['physical id', 'properties', 'old properties', 'request id', 'response'] as const;

function describeAll(exchanges: readonly Exchange[], before: readonly Exchange[]): Described[] {
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
    'repository': properties.split(' ')[0]!,
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

const nameOf = ({ event }: Exchange): string => `${String(event.RequestType)} for ${describeProperties(event.ResourceProperties)}`;

/** The last part of a repository's name, which is its name in the scenario, and the settings. */
function describeProperties(properties: unknown): string {
  if (properties === undefined) {
    return 'none';
  }
  const { RepositoryArn, ImageTagMutability, ImageTagMutabilityExclusionFilters: filters = [] } = properties as Record<string, unknown>;
  const values = (filters as Record<string, string>[]).map(({ ImageTagMutabilityExclusionFilterValue }) => ImageTagMutabilityExclusionFilterValue);
  return [String(RepositoryArn).split('/').at(-1), ImageTagMutability, ...values].join(' ');
}

type Differs = (subject: string, aspect: Aspect, model: string, recorded: string) => void;

function compareRequests(
  model: readonly Described[], recorded: readonly Described[], { isOvertaken }: { readonly isOvertaken: boolean }, differs: Differs,
): void {
  const listed = (requests: readonly Described[]) => requests.map(({ summary }) => summary).join(', ') || 'nothing';
  let isSame = true;
  for (const logicalId of new Set([...model, ...recorded].map((request) => request.logicalId))) {
    const [expected, seen] = [model, recorded].map((requests) => requests.filter((request) => request.logicalId === logicalId));
    if (expected!.map(({ type }) => type).join() !== seen!.map(({ type }) => type).join()) {
      differs(logicalId, 'requests', listed(expected!), listed(seen!));
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

function describeModel(registry: ModelRegistry, repository: string): string {
  const state = registry.get(arnOf(repository));
  return state ? textOf(state.settings.mutability, state.settings.filters, state.libraryTagKeys.length) : 'no repository';
}

/** Filters beside a setting that takes none are no part of it. */
function describeRecorded({ imageTagMutability = 'MUTABLE', imageTagMutabilityExclusionFilters: filters = [], tags }: RepositoryEvidence): string {
  const taken = imageTagMutability.endsWith('_WITH_EXCLUSION') ? filters : [];
  return textOf(imageTagMutability, taken.map(({ filter = '' }) => filter), tags);
}

const textOf = (mutability: string, filters: readonly string[], tags: number): string =>
  `${[mutability, ...[...filters].sort()].join(' ')}, with ${tags} tags of the library`;
