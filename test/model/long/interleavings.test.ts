import { testCases } from '../explore-case';
import { MUTABLE } from '../resources';

// Every order of the steps of two invocations. Each may once read what was there before its last write, and be so slow that its time is up.
testCases(MUTABLE, { deaths: 0, erasures: 0, laggingReads: 1, slowness: true });
