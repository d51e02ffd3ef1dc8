import { setTimeout as sleep } from 'node:timers/promises';
import { paginateFilterLogEvents, type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { RequestEvidence } from './evidence';
import type { Begin, End, Recording } from './recorder';

/** What Lambda's log has not shown by then, it will hardly show: lines take seconds. */
const COMPLETE_WITHIN_MS = 180_000;
/** So long the log shows nothing new before it counts as complete. */
const QUIET_MS = 10_000;

/** Reads what the recorders wrote, once each invocation has ended and nothing new appears. Sorted by time. */
export async function readRecordings(client: CloudWatchLogsClient, logGroupName: string, signal: AbortSignal): Promise<RequestEvidence[]> {
  const deadline = Date.now() + COMPLETE_WITHIN_MS;
  let known = -1;
  for (;;) {
    signal.throwIfAborted();
    const messages: string[] = [];
    for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName })) {
      messages.push(...events.map(({ message = '' }) => message));
    }
    const recordings = messages.flatMap(parseRecording);
    const requests = pair(recordings);
    const hasAllEnds = recordings.length === 2 * requests.length;
    if ((hasAllEnds && recordings.length === known) || Date.now() > deadline) return requests;
    known = recordings.length;
    await sleep(QUIET_MS, undefined, { signal });
  }
}

/** Lambda may write the time and the invocation before what was logged. Other lines are the library's own. */
export function parseRecording(message: string): Recording[] {
  const start = message.indexOf('{"recorder":');
  return start < 0 ? [] : [JSON.parse(message.slice(start)) as Recording];
}

/** An invocation that died has no end. */
export function pair(recordings: readonly Recording[]): RequestEvidence[] {
  const ends = new Map(recordings.filter((recording): recording is End => recording.recorder === 'end').map((end) => [end.invocation, end]));
  return recordings
    .filter((recording): recording is Begin => recording.recorder === 'begin')
    .map(({ invocation, at, node, event }) => {
      const end = ends.get(invocation);
      return { at, ms: end ? end.at - at : -1, node, event, response: end?.response, calls: end?.calls ?? [] };
    })
    .sort((a, b) => a.at - b.at);
}
