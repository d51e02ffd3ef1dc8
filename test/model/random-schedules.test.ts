import { Participant, Start, casesOf } from './cases';
import { Choose, chooser } from './chooser';
import { EcrStates } from './ecr-state';
import { deployedAfter, initialState } from './explore-case';
import { Judge } from './judge';
import { Fault, ModelRegistry, NO_FAULT } from './model-registry';
import { ModelRequest, Outcome, isOutcome } from './model-request';
import { FILTERED, MUTABLE, arnOf } from './resources';
import { Settings } from '../../src/shared/settings';
import { SEED } from '../support/seed';

const SCHEDULES = Number(process.env.SCHEDULES ?? 3_000);
const TIMEOUT_MS = 60_000 + 15 * SCHEDULES;
const BATCH_SIZE = 2_000;
const ORIGINALS = [FILTERED, MUTABLE];
const REPOSITORY = arnOf('team-a/api');

/** The two invocations of a case, and a third from another case with the same start. It is of another stack: a stack does one thing at a time. */
function triplesOf(original: Settings): readonly (readonly [Start, readonly Participant[]])[] {
  const cases = casesOf(original).filter(([, , participants]) => !participants.some(({ request }) => request.name.startsWith('sweep')));
  return cases.flatMap(([, start, participants]) => cases
    .filter(([, otherStart]) => JSON.stringify(otherStart) === JSON.stringify(start))
    .flatMap(([, , others]) => others)
    // Not one half of a pair that belongs together, such as a create and the delete that overtakes it.
    .filter(({ request }) => !request.isDeliveredTwice && !request.isOvertaken && !request.name.endsWith('by a generated id'))
    .filter(({ resource }) => !participants.some((other) => other.resource.stack === resource.stack))
    .map((third) => [start, [...participants, third]] as const));
}

const TRIPLES = new Map(ORIGINALS.map((original) => [original, triplesOf(original)]));

/**
 * One invocation may die, and one read of each may lag. A second delivery of an event does not die here: it could do so just after it put
 * settings that are out of date, when the first one has responded. Nobody repairs that, which is one of the promise's limits. The same goes
 * for a create that its delete overtakes.
 */
function faults(participants: readonly Participant[], choose: Choose): Fault[] {
  const dying = choose(2 * participants.length);
  return participants.map(({ request }, index) => {
    if (index === dying && !request.isDeliveredTwice && !request.isOvertaken) {
      return { kind: 'dies', before: choose(9) };
    }
    return choose(4) === 0 ? { kind: 'lags', call: choose(9) } : NO_FAULT;
  });
}

/** What CloudFormation does after a response, or without one. */
function next(chapter: ModelRequest, status: string | undefined, choose: Choose): ModelRequest | Outcome {
  const nexts = status === 'SUCCESS' ? [chapter.afterSuccess] : status === 'FAILED' ? chapter.afterFailure : chapter.afterDeath;
  return nexts[choose(nexts.length)]!;
}

/** Plays all requests at once, with what follows them, until each has its outcome. */
async function play(registry: ModelRegistry, participants: readonly Participant[], choose: Choose): Promise<Outcome[]> {
  const requests: (ModelRequest | Outcome)[] = participants.map(({ request }) => request);
  let faulty = faults(participants, choose);
  while (requests.some((request) => !isOutcome(request))) {
    const open = requests.flatMap((request, index) => isOutcome(request) ? [] : [{ request, index }]);
    const invocations = open.map(({ request: { delivery }, index }) => ({ delivery, fault: faulty[index] ?? NO_FAULT }));
    const results = await registry.run(invocations, choose);
    faulty = [];
    open.forEach(({ request, index }, at) => {
      requests[index] = next(request, results[at]?.Status, choose);
    });
  }
  return requests as Outcome[];
}

/** Schedules that share repository states, and what the judges found of them. That saves time; all schedules would take too much memory. */
class Batch {
  private readonly states = new EcrStates();
  private readonly judges = new Map(ORIGINALS.map((original) => [original, new Judge(original)]));

  /** @returns what is wrong at the end of a schedule, if anything */
  async play(seed: number): Promise<string | undefined> {
    const choose = chooser(seed);
    const original = ORIGINALS[choose(ORIGINALS.length)]!;
    const triples = TRIPLES.get(original)!;
    const [start, participants] = triples[choose(triples.length)]!;
    const { ecr, time } = await initialState(original, start);
    const registry = new ModelRegistry(time);
    registry.set(REPOSITORY, this.states.of(ecr.settings, ecr.tags));
    const outcomes = await play(registry, participants, choose);
    const deployed = deployedAfter(start, participants, outcomes);
    const problem = await this.judges.get(original)!.judge(registry.get(REPOSITORY)!, registry.time, deployed);
    return problem && `${participants.map(({ request }) => request.name).join(', ')}: ${problem}`;
  }
}

test(`the promise holds after ${SCHEDULES} random schedules of three invocations at once`, async () => {
  let batch = new Batch();
  for (let schedule = 0; schedule < SCHEDULES; schedule++) {
    if (schedule % BATCH_SIZE === 0) {
      batch = new Batch();
    }
    const problem = await batch.play(SEED + schedule);
    if (problem) {
      throw new Error(`SEED=${SEED + schedule} SCHEDULES=1 plays it again: ${problem}`);
    }
  }
  process.stdout.write(`${SCHEDULES} random schedules of three invocations at once, 0 broke the promise\n`);
}, TIMEOUT_MS);
