import { chooser } from './chooser';
import { ModelAccount } from './model-account';
import { ModelRegistry, PlannedInvocation } from './model-registry';
import { Exchange, RequestAspect, compareRequests, describeAll } from './replay-requests';
import { arnOf } from './resources';
import { Circumstances } from './stack-operation';
import { Response } from '../../lambda/cloudformation/response';
import type { Evidence, RepositoryEvidence, ScenarioEvidence } from '../aws/evidence';
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
  | RequestAspect
  | 'repository'
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

type Differs = (subject: string, aspect: Aspect, model: string, recorded: string) => void;

async function compareScenario({ name, repositories, steps }: ScenarioEvidence): Promise<Difference[]> {
  const registry = new RecordingRegistry();
  const account = new ModelAccount(registry);
  for (const [repository, settings] of Object.entries(repositories)) {
    account.createRepository(repository, settings);
  }
  const differences: Difference[] = [];
  const earlier = { model: [] as Exchange[], recorded: [] as Exchange[] };
  let isModelled = true;
  for (const [index, { action, requests, found }] of steps.entries()) {
    const differs = (subject: string, aspect: Aspect, model: string, recorded: string) =>
      differences.push({ scenario: name, step: index + 1, subject, aspect, model, recorded });
    const exchanges = requests.map(({ event, response }): Exchange => ({ event, response }));
    const recorded = describeAll(exchanges, earlier.recorded);
    earlier.recorded.push(...exchanges);
    // What is kept of a failed operation is deleted in the next one. In which order is not documented.
    isModelled &&= !(action.do === 'deploy' && action.keepsFailed);
    if (isModelled) {
      await act(account, registry, action);
      const played = registry.takeExchanges();
      const isOvertaken = action.do === 'deploy' && action.isCancelled === true;
      compareRequests(describeAll(played, earlier.model), recorded, { isOvertaken }, differs);
      earlier.model.push(...played);
      compareRepositories(registry, found.repositories, differs);
    } else if (recorded.length > 0) {
      differs(STACK, 'not modelled', 'nothing', recorded.map(({ logicalId, summary }) => `${logicalId} ${summary}`).join(', '));
    }
  }
  return differences;
}

function compareRepositories(registry: ModelRegistry, repositories: Readonly<Record<string, RepositoryEvidence>>, differs: Differs): void {
  for (const [repository, found] of Object.entries(repositories)) {
    const [model, recorded] = [describeModel(registry, repository), describeRecorded(found)];
    if (model !== recorded) {
      differs(repository, 'repository', model, recorded);
    }
  }
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
