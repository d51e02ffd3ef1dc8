import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { ECRClient } from '@aws-sdk/client-ecr';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ACCOUNT, bareEnvironment, CREDENTIALS, REGION, type Environment } from './environment';
import type { HttpServer } from './http-server';
import { startMinistack } from './ministack';
import { startMoto } from './moto';
import { freePorts, LOOPBACK } from './ports';
import { onExit, type ProcessGroup } from './process-group';
import { virtualEnvironment } from './virtual-environment';

export interface EmulatorsOptions {
  /** More variables for ministack and its Lambdas: `AUTH`, or a `PATH` with another Node first. */
  readonly ministackEnv?: Environment;
  /** Starts what stands between the Lambdas and moto. */
  readonly ecrProxy?: (urls: EmulatorUrls) => Promise<HttpServer>;
  /**
   * Whether `keep()` may be called. Only then can the emulators outlive this process.
   * @default false
   */
  readonly keepable?: boolean;
}

export interface EmulatorUrls {
  readonly ministack: string;
  readonly moto: string;
}

export interface Emulators {
  /** The whole environment for the CDK CLI and other clients: nothing of it leads to AWS. */
  readonly env: Environment;
  readonly accountId: string;
  readonly region: string;
  /** The interpreter of the virtual environment. */
  readonly python: string;
  readonly cloudFormation: CloudFormationClient;
  readonly lambda: LambdaClient;
  /** A client of ECR, always at moto itself. */
  ecr(region?: string): ECRClient;
  /** Stops every process and removes their folder. */
  stop(): void;
  /** Leaves everything running when this process ends, and answers the shell command that stops it. */
  keep(): string;
}

export async function startEmulators(options: EmulatorsOptions = {}): Promise<Emulators> {
  const python = await virtualEnvironment();
  const [ministackPort, motoPort] = await freePorts(2);
  const ministackUrl = `http://${LOOPBACK}:${ministackPort}`;
  const motoUrl = `http://${LOOPBACK}:${motoPort}`;

  // Lambda code is unpacked below it: no node_modules above, else a dependency missing in the bundle would be found there.
  const folder = mkdtempSync(join(tmpdir(), 'cdk-ecr-tag-mutability-'));
  const bare = bareEnvironment(folder);
  const groups: ProcessGroup[] = [];
  let kept = false;
  let proxy: HttpServer | undefined;
  const stop = () => {
    proxy?.stop();
    for (const group of groups) group.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  onExit(() => { if (!kept) stop(); });

  const dieWithParent = !options.keepable;
  try {
    proxy = await options.ecrProxy?.({ ministack: ministackUrl, moto: motoUrl });
    const starts = [
      startMoto({ python, folder, port: motoPort, env: bare, dieWithParent }),
      startMinistack({
        python,
        folder,
        port: ministackPort,
        env: { ...bare, AWS_ENDPOINT_URL_ECR: proxy?.url ?? motoUrl, ...options.ministackEnv },
        dieWithParent,
      }),
    ];
    // Both are awaited even where the first fails, so that `stop` below knows of both.
    const results = await Promise.allSettled(starts);
    for (const result of results) if (result.status === 'fulfilled') groups.push(result.value);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  } catch (error) {
    stop();
    throw error;
  }

  const client = { region: REGION, credentials: CREDENTIALS };
  return {
    env: { ...bare, AWS_ENDPOINT_URL: ministackUrl, AWS_ENDPOINT_URL_ECR: motoUrl, AWS_S3_FORCE_PATH_STYLE: '1' },
    accountId: ACCOUNT,
    region: REGION,
    python,
    cloudFormation: new CloudFormationClient({ ...client, endpoint: ministackUrl }),
    lambda: new LambdaClient({ ...client, endpoint: ministackUrl }),
    ecr: (region = REGION) => new ECRClient({ ...client, region, endpoint: motoUrl }),
    stop,
    keep: () => {
      kept = true;
      for (const group of groups) group.release();
      return `kill -KILL -- ${groups.map((group) => `-${group.pid}`).join(' ')}; rm -rf '${folder}'`;
    },
  };
}
