import { SINGLE_CASES, testGuards } from './guard/test-guards';

// Every order of the calls of a guard and of one stack operation, after others have changed the setting, the record, or both. The guard has the
// schedule's input from before the operation, or from after it, and may die after any of its writes. It never brings back what the operation
// has removed. `long/guard` has more of it.
testGuards(SINGLE_CASES, ['setting', 'record', 'both'], { deaths: 1, onlyGuardDies: true });
