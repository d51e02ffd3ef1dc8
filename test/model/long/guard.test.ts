import { PAIRS, SINGLE_CASES, testGuards } from '../guard/test-guards';

describe('the guard or the stack operation dies after any write, and CloudFormation goes on in each of the ways that it can', () => {
  testGuards(SINGLE_CASES, ['setting'], { deaths: 1 });
});

describe('others erase the record at any moment', () => {
  testGuards(SINGLE_CASES, ['none'], { erasures: 1 });
});

describe('time passes while a call is under way, until its invocation has none left', () => {
  testGuards(SINGLE_CASES, ['setting', 'record', 'both'], { slowness: true });
});

describe('a guard that is about to correct, and two stack operations', () => {
  testGuards(PAIRS, ['setting'], { isExamined: true });
});
