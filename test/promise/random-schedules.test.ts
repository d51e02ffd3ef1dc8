import { Actor, CASES, Start, initialState, deployedAfter } from './cases';
import { chooser } from './chooser';
import { EcrStates } from './ecr-state';
import { Judge } from './judge';
import { Choose, Misfortune, NO_MISFORTUNE, Registry } from './registry';
import { FILTERED, MUTABLE, arnOf } from './resources';
import { Chapter, Ending, isEnding } from './story';
import { SEED } from '../support/seed';

const SCHEDULES = Number(process.env.SCHEDULES ?? 40_000);
const TIMEOUT_MS = 60_000 + 15 * SCHEDULES;
const REPOSITORY = arnOf('team-a/api');

/** A case of two invocations, and one more from another case with the same start: of another stack, for a stack does one thing at a time. */
const TRIPLES: readonly (readonly [Start, readonly Actor[]])[] = CASES.flatMap(([, start, actors]) => CASES
  .filter(([, otherStart]) => JSON.stringify(otherStart) === JSON.stringify(start))
  .flatMap(([, , others]) => others)
  // Not one half of a pair, such as a create and the delete that overtakes it: those belong together.
  .filter(({ story }) => !story.isDeliveredTwice && !story.isOvertaken && !story.name.endsWith('by an invented id'))
  .filter(({ resource }) => !actors.some((actor) => actor.resource.stack === resource.stack))
  .map((third) => [start, [...actors, third]] as const));

/**
 * One of them may die; of each, a reading may lag. Of two deliveries none dies: one that does so just after a put that is late, when
 * the other has answered and a third party has declared, leaves what nobody mends. That is one of the promise's limits.
 */
function misfortunes(actors: readonly Actor[], choose: Choose): Misfortune[] {
  const dying = choose(2 * actors.length);
  return actors.map(({ story }, index) => {
    if (index === dying && !story.isDeliveredTwice) {
      return { kind: 'dies', before: choose(9) };
    }
    return choose(4) === 0 ? { kind: 'lags', call: choose(9) } : NO_MISFORTUNE;
  });
}

/** What follows an answer, or its absence. */
function next(chapter: Chapter, status: string | undefined, choose: Choose): Chapter | Ending {
  const nexts = status === 'SUCCESS' ? [chapter.succeeded] : status === 'FAILED' ? chapter.failed : chapter.died;
  return nexts[choose(nexts.length)]!;
}

/** Plays the stories, all at once, until each has ended. */
async function play(registry: Registry, actors: readonly Actor[], choose: Choose): Promise<Ending[]> {
  const stories: (Chapter | Ending)[] = actors.map(({ story }) => story);
  let unlucky = misfortunes(actors, choose);
  while (stories.some((story) => !isEnding(story))) {
    const open = stories.flatMap((story, index) => isEnding(story) ? [] : [{ story, index }]);
    const invocations = open.map(({ story: { delivery }, index }) => ({ delivery, misfortune: unlucky[index] ?? NO_MISFORTUNE }));
    const results = await registry.run(invocations, choose);
    unlucky = [];
    open.forEach(({ story, index }, at) => {
      stories[index] = next(story, results[at]?.Status, choose);
    });
  }
  return stories as Ending[];
}

test(`the promise holds after ${SCHEDULES} random schedules of three invocations at once`, async () => {
  for (let schedule = 0; schedule < SCHEDULES; schedule++) {
    const choose = chooser(SEED + schedule);
    const [start, actors] = TRIPLES[choose(TRIPLES.length)]!;
    const original = choose(2) ? MUTABLE : FILTERED;
    const { ecr, time } = await initialState(original, start);
    const registry = new Registry(time);
    registry.set(REPOSITORY, new EcrStates().of(ecr.settings, ecr.tags));
    const endings = await play(registry, actors, choose);
    const problem = await new Judge(original).judge(registry.get(REPOSITORY)!, registry.time, deployedAfter(start, actors, endings));
    if (problem) {
      throw new Error(`SEED=${SEED + schedule} SCHEDULES=1 plays it again: ${actors.map(({ story }) => story.name).join(', ')}: ${problem}`);
    }
  }
  process.stdout.write(`${SCHEDULES} random schedules of three invocations at once, 0 broke the promise\n`);
}, TIMEOUT_MS);
