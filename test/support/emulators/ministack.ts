import { delimiter, join } from 'node:path';
import { ACCOUNT } from './environment';
import type { EmulatorOptions } from './moto';
import { LOOPBACK } from './ports';
import type { ProcessGroup } from './process-group';
import { startServer } from './server';

/** A `node` that gives functions the heap that Lambda gives them. */
const LAMBDA_RUNTIME = join(__dirname, 'lambda-runtime');

/** ministack is everything but ECR: CloudFormation, Lambda (as Node processes of its own), IAM, S3, STS and the rest. */
export async function startMinistack({ python, folder, port, env, dieWithParent }: EmulatorOptions): Promise<ProcessGroup> {
  return startServer({
    name: 'ministack',
    command: python,
    args: ['-m', 'ministack'],
    env: {
      BIND_HOST: LOOPBACK,
      MINISTACK_HOST: LOOPBACK,
      GATEWAY_PORT: String(port),
      MINISTACK_ACCOUNT_ID: ACCOUNT,
      // It would listen on more than its port.
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      // Else each process that a burst of invocations needed stays for five minutes.
      LAMBDA_WARM_TTL_SECONDS: '5',
      // A fiftieth of what state machines say they wait: 0.4 s for a deployment of a rule, and 3 s where it has stopped a pass. That the waits
      // are longer than the windows they wait for is tested with a clock of its own, in test/lambda/registry.
      SFN_WAIT_SCALE: '0.02',
      // It would remove other ministacks' containers when it starts.
      DOCKER_HOST: `unix://${join(folder, 'no-docker')}`,
      ...env,
      PATH: [LAMBDA_RUNTIME, env.PATH].join(delimiter),
    },
    log: join(folder, 'ministack.log'),
    probe: `http://${LOOPBACK}:${port}/_ministack/health`,
    dieWithParent,
  });
}
