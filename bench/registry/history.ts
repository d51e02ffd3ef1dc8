import type { HistoryEvent } from '@aws-sdk/client-sfn';

/**
 * How many events each state has in AWS's history: it is entered and exited; a function is scheduled, started and succeeds; a Map starts and
 * succeeds.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 */
const EVENTS: Readonly<Record<string, number>> = { TaskStateEntered: 5, MapStateEntered: 4, ChoiceStateEntered: 2, WaitStateEntered: 2 };
/** Each iteration starts and succeeds, and has a task. */
const ITERATION = 2 + EVENTS.TaskStateEntered!;

/** How many events AWS's history of an execution would have: the emulator leaves out those of functions and of a Map's iterations. */
export function historyEvents(emulated: readonly HistoryEvent[]): number {
  const ofStates = emulated.map(({ type = '', stateEnteredEventDetails }) => {
    const batches = type === 'MapStateEntered' ? (JSON.parse(stateEnteredEventDetails!.input!) as { work: { batches: unknown[] } }).work.batches.length : 0;
    return (EVENTS[type] ?? 0) + batches * ITERATION;
  });
  // The execution starts and succeeds.
  return ofStates.reduce((a, b) => a + b, 2);
}
