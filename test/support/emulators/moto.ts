import { join } from 'node:path';
import { ACCOUNT, type Environment } from './environment';
import { LOOPBACK } from './ports';
import type { ProcessGroup } from './process-group';
import { startServer } from './server';

export interface EmulatorOptions {
  readonly python: string;
  readonly folder: string;
  readonly port: number;
  readonly env: Environment;
  readonly dieWithParent: boolean;
}

/** moto is Amazon ECR here: it keeps exclusion filters, and enforces them where an image is pushed. */
export async function startMoto({ python, folder, port, env, dieWithParent }: EmulatorOptions): Promise<ProcessGroup> {
  return startServer({
    name: 'moto',
    command: python,
    args: ['-m', 'moto.server', '-H', LOOPBACK, '-p', String(port)],
    env: { ...env, MOTO_ACCOUNT_ID: ACCOUNT },
    log: join(folder, 'moto.log'),
    probe: `http://${LOOPBACK}:${port}/moto-api/data.json`,
    dieWithParent,
  });
}
