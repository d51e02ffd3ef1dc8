import type { Aws } from './clients';
import type { FailedStep, RepositoryEvidence, ScenarioEvidence, StepEvidence } from './evidence';
import type { Names } from './names';
import { createRepository, describeRepository, eraseRecord, putSettings, setFormat } from './repositories';
import { HELD, type Action, type Scenario, type Step } from './scenario';
import { VerificationStack, type Ended } from './stack';
import { renderTemplate, type TemplateOptions } from './template';
import type { Settings } from '../../src/shared/settings';

export interface Stage {
  readonly aws: Aws;
  readonly names: Names;
  readonly code: TemplateOptions['code'];
  readonly say: (text: string) => void;
  /** Ends the run. */
  readonly signal: AbortSignal;
}

/** Far longer than any takes whose function responds. CloudFormation gives up on one that does not after 30 minutes. */
const ENDS_WITHIN_MS = 40 * 60_000;
/** ECR's own limits are for each account: leave some to the others. */
const CREATED_AT_ONCE = 10;

/** Plays a scenario, and tells what was found after each step; the functions' requests come later, from the log. What goes wrong ends this scenario only; the signal ends all. */
export async function play(scenario: Scenario, stage: Stage, endsWithinMs = ENDS_WITHIN_MS): Promise<ScenarioEvidence> {
  const { name, shows, repositories, isParallel, steps } = scenario;
  // Not AbortSignal.timeout(): Node.js may collect that one where only AbortSignal.any() refers to it, and then it never fires.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), endsWithinMs);
  const signal = AbortSignal.any([stage.signal, late.signal]);
  const player = new Player(scenario, { ...stage, signal });
  const played: StepEvidence[] = [];
  let failed: FailedStep | undefined;
  let at = Date.now();
  try {
    await player.createRepositories();
    for (const step of steps) {
      at = Date.now();
      const evidence = await player.play(step);
      played.push(evidence);
      const how = evidence.problems.length > 0 ? `NOT AS EXPECTED: ${evidence.problems.join('; ')}` : 'as expected';
      stage.say(`${name}: ${step.action.do}${evidence.found.status ? `, ${evidence.found.status}` : ''}, ${how} (${Math.round(evidence.ms / 1_000)} s)`);
    }
  } catch (thrown) {
    stage.signal.throwIfAborted();
    const error = signal.aborted ? `the scenario was not over after ${endsWithinMs / 1_000} s` : describeError(thrown);
    failed = { at, error, requests: [] };
    stage.say(`${name}: FAILED in step ${played.length + 1}: ${error}`);
  } finally {
    clearTimeout(timer);
  }
  return { name, shows, repositories, isParallel, steps: played, failed };
}

/** A message may repeat the whole template. */
export const describeError = (thrown: unknown): string => (thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)).slice(0, 500);

class Player {
  private readonly stack: VerificationStack;
  private readonly existing: string[] = [];

  constructor(private readonly scenario: Scenario, private readonly stage: Stage) {
    this.stack = new VerificationStack(stage.aws.cloudFormation, stage.names.stack(scenario.name), stage.signal);
  }

  async createRepositories(): Promise<void> {
    await this.each(Object.entries(this.scenario.repositories), ([shortName, settings]) => this.createRepository(shortName, settings));
  }

  async play(step: Step): Promise<StepEvidence> {
    this.stage.signal.throwIfAborted();
    const at = Date.now();
    const ended = await this.act(step.action);
    const ms = Date.now() - at;
    const names = [...this.existing].sort();
    const repositories = Object.fromEntries(await this.each(names, async (shortName) => (
      [shortName, await describeRepository(this.stage.aws.ecr, this.repositoryName(shortName))] as const
    )));
    const found = { status: ended?.status, reasons: ended?.reasons ?? [], repositories };
    return { ...step, at, ms, found, problems: problemsOf(step, found), requests: [] };
  }

  /** @returns how the operation ended, where it is one on the stack */
  private async act(action: Action): Promise<Ended | undefined> {
    switch (action.do) {
      case 'deploy': return this.deploy(action);
      case 'delete': return this.stack.remove(action.retain);
      default: await this.change(action);
    }
    return undefined;
  }

  private async change(action: Exclude<Action, { do: 'deploy' | 'delete' }>): Promise<void> {
    const { ecr } = this.stage.aws;
    switch (action.do) {
      case 'create repository': return this.createRepository(action.repository, action.settings);
      case 'put': return putSettings(ecr, this.repositoryName(action.repository), action.settings);
      case 'erase record': return eraseRecord(ecr, this.repositoryName(action.repository));
      case 'set format of record': return setFormat(ecr, this.repositoryName(action.repository), action.format);
    }
  }

  private deploy({ template, keepsFailed = false, isCancelled }: Extract<Action, { do: 'deploy' }>): Promise<Ended> {
    const { aws, names, code } = this.stage;
    const rendered = renderTemplate({
      stackName: names.stack(this.scenario.name),
      env: { account: aws.accountId, region: aws.region },
      template,
      isParallel: this.scenario.isParallel,
      repositoryName: (shortName) => this.repositoryName(shortName),
      logGroupName: names.logGroup,
      code,
    });
    return this.stack.isCreated
      ? this.stack.update(rendered, { keepsFailed, cancelAt: isCancelled ? HELD : undefined })
      : this.stack.create(rendered, { keepsFailed });
  }

  private async createRepository(shortName: string, settings: Settings): Promise<void> {
    await createRepository(this.stage.aws.ecr, this.repositoryName(shortName), settings);
    this.existing.push(shortName);
  }

  private repositoryName(shortName: string): string {
    return this.stage.names.repository(this.scenario.name, shortName);
  }

  private async each<T, U>(items: readonly T[], action: (item: T) => Promise<U>): Promise<U[]> {
    const results: U[] = [];
    for (let start = 0; start < items.length; start += CREATED_AT_ONCE) {
      this.stage.signal.throwIfAborted();
      results.push(...await Promise.all(items.slice(start, start + CREATED_AT_ONCE).map(action)));
    }
    return results;
  }
}

function problemsOf({ status, settings = {} }: Step, found: StepEvidence['found']): string[] {
  return [
    ...status !== undefined && status !== found.status ? [`the stack is ${found.status} instead of ${status}`] : [],
    ...Object.entries(settings).flatMap(([name, expected]) => {
      const [is, wanted] = [describe(found.repositories[name]), textOf(expected.mutability, expected.filters)];
      return is === wanted ? [] : [`${name} is ${is} instead of ${wanted}`];
    }),
  ];
}

/** Filters beside a setting that takes none are no part of it. */
function describe({ imageTagMutability = 'gone', imageTagMutabilityExclusionFilters = [] }: Partial<RepositoryEvidence> = {}): string {
  const filters = imageTagMutability.endsWith('_WITH_EXCLUSION') ? imageTagMutabilityExclusionFilters : [];
  return textOf(imageTagMutability, filters.map(({ filter = '' }) => filter));
}

const textOf = (mutability: string, filters: readonly string[]): string => [mutability, ...[...filters].sort()].join(' ');
