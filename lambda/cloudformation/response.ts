import { UntrustedEvent } from './request';
import { ResourceAttributes } from '../../src/shared/contract';
import { RuleAttributes } from '../../src/shared/registry';

/** What CloudFormation is told, whatever becomes of a request. */
export type Response =
  | { readonly Status: 'SUCCESS'; readonly PhysicalResourceId: string; readonly Data?: ResourceAttributes | RuleAttributes }
  | { readonly Status: 'FAILED'; readonly PhysicalResourceId: string; readonly Reason: FailureReason };

export interface FailureReason {
  /** What went wrong. It is cut where the response would get too long; the log has all of it. */
  readonly message: string;
  /** Commands that fix it by hand. They are never cut, since half a command is worse than none. */
  readonly commands?: string;
}

/** CloudFormation refuses a longer response, and counts it in bytes. */
const MAX_BYTES = 4_096;
/** CloudFormation's limit for a physical id. Only a foreign event has one that is longer. */
const MAX_PHYSICAL_ID_BYTES = 1_024;
/** CloudFormation's other ids are shorter. Together with a physical id they leave room for a reason. */
const MAX_ID_BYTES = 768;
const CUT = '... (the log has all of it)';
const COMMANDS_IN_LOG = ' The log has the commands that restore the repository by hand.';

/** The response as CloudFormation reads it. Whatever the event was, its fields are strings. */
export function renderResponse({ StackId, RequestId, LogicalResourceId }: UntrustedEvent, response: Response): string {
  const render = (Reason?: string) => JSON.stringify({
    StackId: idString(StackId),
    RequestId: idString(RequestId),
    LogicalResourceId: idString(LogicalResourceId),
    ...response,
    PhysicalResourceId: idString(response.PhysicalResourceId, MAX_PHYSICAL_ID_BYTES),
    Reason,
  });
  return response.Status === 'SUCCESS' ? render() : render(fit(response.Reason, MAX_BYTES - Buffer.byteLength(render(''))));
}

/** Room for a message that says at least where and what. */
const MIN_MESSAGE_BYTES = 300;

/** The reason in at most so many bytes: first the message is cut, and where that is not enough, the commands are left to the log. */
function fit({ message, commands }: FailureReason, bytes: number): string {
  const tail = commands === undefined ? '' : ` ${commands}`;
  const room = bytes - bytesInJson(tail);
  if (room >= Math.min(MIN_MESSAGE_BYTES, bytesInJson(message))) {
    return cut(message, room) + tail;
  }
  return cut(message, bytes - bytesInJson(COMMANDS_IN_LOG)) + COMMANDS_IN_LOG;
}

/** The string, or as much of its start as fits, with a note that it was cut. */
function cut(value: string, bytes: number): string {
  return bytesInJson(value) <= bytes ? value : start(value, bytes - bytesInJson(CUT)) + CUT;
}

const idString = (value: unknown, bytes = MAX_ID_BYTES): string => typeof value === 'string' ? start(value, bytes) : '';

/** The longest start of a string that takes at most so many bytes in JSON. */
function start(value: string, bytes: number): string {
  let result = value.slice(0, Math.max(bytes, 0));
  for (let excess = bytesInJson(result) - bytes; excess > 0 && result !== ''; excess = bytesInJson(result) - bytes) {
    // JSON writes no UTF-16 unit in more than 6 bytes. Half a surrogate pair takes that, a whole one 4: so this never ends within a pair.
    result = result.slice(0, -Math.ceil(excess / 6));
  }
  return result;
}

const bytesInJson = (value: string): number => Buffer.byteLength(JSON.stringify(value)) - '""'.length;
