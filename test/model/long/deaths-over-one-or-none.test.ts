import { testCases } from '../explore-case';
import { FILTERED } from '../resources';

// Where one declaration or none was there before: every order of the steps of two invocations, of which one dies, before it does anything or after
// any of its writes. CloudFormation then goes on in each of the ways that it can.
testCases(FILTERED, { deaths: 1, erasures: 0, laggingReads: 0, slowness: false }, ([, start]) => start.length < 2);
