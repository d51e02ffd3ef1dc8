import { Case, Participant, Start, casesOf } from './cases';
import { EcrState, EcrStates } from './ecr-state';
import { Explored, explore } from './explore';
import { DeployedDeclaration, Judge } from './judge';
import { ModelRequests, Outcome } from './model-request';
import { Resource } from './resources';
import { run } from './run';
import { FaultBudget, begin } from './world';
import { Settings } from '../../src/shared/settings';
import { readText } from '../support/project';

const START_TIME = Date.parse('2026-01-02T03:04:05.000Z');
const AN_HOUR = 3_600_000;

interface RepositoryAtTime {
  readonly ecr: EcrState;
  readonly time: number;
}

const starts = new Map<string, Promise<RepositoryAtTime>>();

/** The repository after the declarations of the start. */
export function initialState(original: Settings, start: Start): Promise<RepositoryAtTime> {
  const key = JSON.stringify([original, start]);
  const known = starts.get(key) ?? declareAll(original, start);
  starts.set(key, known);
  return known;
}

async function declareAll(original: Settings, start: Start): Promise<RepositoryAtTime> {
  let [ecr, time] = [new EcrStates().of(original), START_TIME];
  for (const [resource, settings] of start) {
    ({ ecr, time } = await run(ecr, time + AN_HOUR, new ModelRequests(original).create(resource, settings)));
  }
  return { ecr, time: time + AN_HOUR };
}

/** What is deployed after these outcomes. */
export function deployedAfter(start: Start, participants: readonly Participant[], outcomes: readonly Outcome[]): DeployedDeclaration[] {
  const before = start.map(([resource, settings], rank): DeployedDeclaration => ({ resource, settings, rank: ruleRankOf(resource) ?? rank }));
  const deployed = new Map(before.map((declaration) => [JSON.stringify(declaration.resource), declaration]));
  participants.forEach(({ resource, rank }, index) => {
    const key = JSON.stringify(resource);
    const { declares: settings, isOfSweep } = outcomes[index]!;
    if (settings) {
      deployed.set(key, { resource, settings, rank: ruleRankOf(resource) ?? rank ?? deployed.get(key)!.rank });
    } else if (!isOfSweep) {
      deployed.delete(key);
    }
  });
  return [...deployed.values()];
}

/** A rule ranks below every single declaration, and by its creation among rules. */
const ruleRankOf = ({ ruleCreated }: Resource): number | undefined => ruleCreated === undefined ? undefined : ruleCreated - Number.MAX_SAFE_INTEGER;

async function exploreCase([, start, participants]: Case, original: Settings, faults: FaultBudget): Promise<Explored> {
  const { ecr, time } = await initialState(original, start);
  const first = await begin(ecr, time, participants, faults);
  const resources = [...start.map(([resource]) => resource), ...participants.map(({ resource }) => resource)];
  const judge = new Judge(original, resources.every(({ ruleCreated }) => ruleCreated === undefined));
  return explore(first, (end, outcomes) => {
    const deployed = deployedAfter(start, participants, outcomes);
    return end.isErased ? judge.judgeErased(end.ecr, end.time, deployed) : judge.judge(end.ecr, end.time, deployed);
  });
}

/** Makes a test of each case, and one that holds the README to the number of states. */
export function testCases(original: Settings, faults: FaultBudget, isMeant: (each: Case) => boolean = () => true): void {
  const cases = casesOf(original).filter(isMeant);
  const total = { states: 0, ends: 0, broken: 0 };
  test.each(cases.map((each) => [each[0], each] as const))('%s', async (_, each) => {
    const { states, ends, broken } = await exploreCase(each, original, faults);
    total.states += states;
    total.ends += ends;
    total.broken += broken.length;
    expect(broken.join('\n')).toBe('');
    expect(ends).toBeGreaterThan(0);
  }, 120_000);
  test('docs/testing.md says how many states that are', () => {
    process.stdout.write(`${total.states} states of two invocations at once, ${total.ends} different ends, ${total.broken} broke the promise\n`);
    expect(readText('docs/testing.md')).toContain(`${total.states.toLocaleString('en-US')} `);
  });
}
