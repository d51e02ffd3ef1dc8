import { Case } from '../cases';
import { testCases } from '../explore-case';
import { FILTERED } from '../resources';

/**
 * A create that comes after an erasure takes what it finds for the original, and the original of a create that got no response is in no
 * physical id. These are limits of the promise, so creates over other declarations, and overtaken ones, are left out.
 */
const isKnown = ([, start, participants]: Case): boolean =>
  participants.every(({ request }) => !request.isOvertaken && (!request.name.startsWith('create') || (start.length === 0 && request.isDeliveredTwice)));

// Others erase the record at any moment, in every order of the steps of two invocations. When all declarations are removed, the original is back.
testCases(FILTERED, { deaths: 0, erasures: 1, laggingReads: 0, slowness: false }, isKnown);
