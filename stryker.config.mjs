const WHOLE = [
  'lambda/**/*.ts', '!lambda/clock.ts', 'src/shared/settings.ts', 'src/shared/repository-name.ts', 'src/private/repository-arn.ts',
  'src/private/exclusion-filters.ts', 'src/private/ownership-tag.ts', 'src/private/policy-size.ts', 'src/image-tag-mutability.ts',
];

/** A folder of `lambda`. Then only that is changed, and only its own tests and those of the log run. */
const { PART } = process.env;

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: PART ? [`lambda/${PART}/**/*.ts`] : WHOLE,
  testRunner: 'jest',
  jest: {
    projectType: 'custom',
    config: {
      testMatch: PART ? [`<rootDir>/test/lambda/${PART}/**/*.test.ts`, '<rootDir>/test/lambda/log.test.ts'] : ['<rootDir>/test/lambda/**/*.test.ts', '<rootDir>/test/src/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '/lambda/bundle', 'hostile-events', 'random-damage', '/src/private/(permissions|role-policies)\\.'],
      modulePathIgnorePatterns: ['<rootDir>/coverage/', '<rootDir>/dist/', '<rootDir>/examples/'],
      transform: { '^.+\\.ts$': '@swc/jest' },
    },
  },
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  ignorePatterns: ['.cache', '.venv', 'dist', 'examples', 'test/newest/node_modules', 'test/support/node-releases/node_modules'],
  concurrency: 2,
  maxTestRunnerReuse: 100,
  timeoutMS: 6000,
  tempDirName: 'coverage/stryker',
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false, reportMutants: false },
  jsonReporter: { fileName: 'coverage/mutation.json' },
  // A part's own tests leave to those of other folders what these test.
  thresholds: { high: 95, low: 90, break: PART ? null : 90 },
};
