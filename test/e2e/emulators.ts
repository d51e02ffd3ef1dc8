import { delimiter, dirname } from 'node:path';
import { startEmulators as start, type Emulators, type EmulatorsOptions } from '../support/emulators';
import type { HttpServer } from '../support/emulators/http-server';
import { SESSIONS, startIamProxy, type IamProxyOptions } from '../support/emulators/iam-proxy';
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

export type StartOptions = Omit<EmulatorsOptions, 'keepable'> & Pick<IamProxyOptions, 'onJudged'>;

/** The emulators of a test file, with functions that run on `lambdaNode()`, and may do in ECR what their roles allow. */
export function startEmulators({ ecrProxy, onJudged, ministackEnv }: StartOptions = {}): Promise<Emulators> {
  return start({
    ministackEnv: { PATH: [dirname(lambdaNode()), process.env.PATH].join(delimiter), ...SESSIONS, ...ministackEnv },
    ecrProxy: async (urls) => {
      const behind = await ecrProxy?.(urls);
      const iam = await startIamProxy({ ...urls, upstream: behind?.url ?? urls.moto, onJudged });
      return both(iam, behind);
    },
  });
}

const both = (front: HttpServer, behind?: HttpServer): HttpServer => ({
  url: front.url,
  stop: () => {
    front.stop();
    behind?.stop();
  },
});
