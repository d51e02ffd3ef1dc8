import { delimiter, dirname } from 'node:path';
import { startEmulators as start, type Emulators, type EmulatorsOptions } from '../support/emulators';
import { nodeRelease } from '../support/node-releases';

/**
 * The Node.js that the emulated Lambda runs on: `LAMBDA_NODE` is 22, 24 or `own`, which is the one that runs the tests.
 * aws-cdk-lib takes 22 at the lowest version that is supported here, and 24 at the newest.
 */
export function lambdaNode(): string {
  const { LAMBDA_NODE = '24' } = process.env;
  switch (LAMBDA_NODE) {
    case '22': return nodeRelease(22).executable;
    case '24': return nodeRelease(24).executable;
    case 'own': return process.execPath;
    default: throw new Error(`LAMBDA_NODE is 22, 24 or own, not ${LAMBDA_NODE}`);
  }
}

/** The emulators of a test file, with functions that run on `lambdaNode()`. */
export function startEmulators(options: EmulatorsOptions = {}): Promise<Emulators> {
  return start({
    ...options,
    ministackEnv: { PATH: [dirname(lambdaNode()), process.env.PATH].join(delimiter), ...options.ministackEnv },
  });
}
