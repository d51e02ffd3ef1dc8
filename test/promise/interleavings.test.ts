import { CASES, testCases } from './cases';
import { MUTABLE } from './resources';

// In every order of the steps of two invocations, of which each may lag once in what it reads, and be so slow that its time is up.
testCases(CASES, MUTABLE, { deaths: 0, lag: 1, slowness: true });
