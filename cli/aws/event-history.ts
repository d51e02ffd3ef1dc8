import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import type { Session } from './session';
import type { Clock } from '../../lambda/clock';
import { CommandLineError, calling } from '../errors';

/** One page of the events of a name, newest first. */
export interface EventPage {
  readonly events: readonly { readonly time: number; readonly json: string }[];
  readonly nextToken?: string;
}

export type LookUp = (eventName: string, since: number, until: number, nextToken: string | undefined) => Promise<EventPage>;

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html */
export const lookUpEvents = ({ cloudTrail, region }: Session): LookUp => (eventName, since, until, nextToken) =>
  calling('cloudtrail:LookupEvents', region, async () => {
    const { Events = [], NextToken } = await cloudTrail.send(new LookupEventsCommand({
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: eventName }],
      StartTime: new Date(since),
      EndTime: new Date(until),
      MaxResults: 50,
      NextToken: nextToken,
    }));
    return {
      events: Events.map(({ EventTime, CloudTrailEvent = '' }) => ({ time: EventTime?.getTime() ?? since, json: CloudTrailEvent })),
      nextToken: NextToken,
    };
  });

export interface HistoryQuery {
  readonly eventNames: readonly string[];
  readonly since: number;
  readonly until: number;
  /** Ends the reading. What was read until then is given. */
  readonly signal: AbortSignal;
  /** Learns how far back, in ms, all events are known. */
  readonly onProgress: (seenSince: number) => void;
}

export interface EventHistory {
  /** The records of CloudTrail, as JSON. */
  readonly events: readonly string[];
  /** All events since then are known, in ms. */
  readonly seenSince: number;
  /** What ended the reading before its time. */
  readonly problem?: string;
}

/** CloudTrail allows two calls a second in an account and region. */
const MS_BETWEEN_CALLS = 500;
/** CloudTrail's times are whole seconds, so more events of the last one may follow on the next page. */
const SECOND_MS = 1_000;

interface Stream {
  readonly eventName: string;
  seenSince: number;
  nextToken?: string;
  ended: boolean;
}

/**
 * Reads back from now, always on with the name that is known the least far back. So whenever the reading ends, all names are known for
 * about the same time.
 */
export async function readEventHistory(
  lookUp: LookUp, { eventNames, since, until, signal, onProgress }: HistoryQuery, clock: Clock,
): Promise<EventHistory> {
  const streams = eventNames.map((eventName): Stream => ({ eventName, seenSince: until, ended: false }));
  const seenSince = () => Math.max(...streams.map((stream) => stream.seenSince));
  const found: { time: number; json: string }[] = [];
  let problem: string | undefined;
  let nextCall = clock.now();
  for (let stream = leastSeen(streams); stream && !signal.aborted; stream = leastSeen(streams)) {
    await clock.sleep(Math.max(nextCall - clock.now(), 0));
    if (signal.aborted) {
      break;
    }
    nextCall = clock.now() + MS_BETWEEN_CALLS;
    try {
      const { events, nextToken } = await lookUp(stream.eventName, since, until, stream.nextToken);
      found.push(...events);
      stream.nextToken = nextToken;
      stream.ended = nextToken === undefined;
      stream.seenSince = stream.ended ? since : Math.min(stream.seenSince, ...events.map(({ time }) => time + SECOND_MS));
    } catch (error) {
      if (!(error instanceof CommandLineError)) {
        throw error;
      }
      problem = error.message;
      break;
    }
    onProgress(seenSince());
  }
  const known = seenSince();
  return { events: found.filter(({ time }) => time >= known).map(({ json }) => json), seenSince: known, problem };
}

const leastSeen = (streams: readonly Stream[]): Stream | undefined =>
  streams.filter(({ ended }) => !ended).sort((a, b) => b.seenSince - a.seenSince)[0];
