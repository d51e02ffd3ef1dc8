import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bareEnvironment } from './environment';
import { freePorts, LOOPBACK } from './ports';
import { onExit, type ProcessGroup } from './process-group';
import { startServer } from './server';
import { virtualEnvironment } from './virtual-environment';
import type { API_CALLS } from '../../../lambda/ecr/ecr';

export type ApiCall = typeof API_CALLS[keyof typeof API_CALLS];

/** What happens to a call, in microburst's own words. Without any of it the call goes through. */
export interface Effect {
  readonly error?: { readonly code: string; readonly message?: string; readonly status?: number };
  /** In ms, before anything else. */
  readonly latency?: number;
  /** The connection is cut, and the call does not reach ECR. */
  readonly reset?: boolean;
  /** What becomes of the answer, when ECR has done what the call asks. */
  readonly response?: { readonly abort_bytes?: number; readonly bandwidth_kbps?: number };
}

/** A fault in one call about one repository. */
export interface Fault extends Effect {
  readonly operation: ApiCall;
  readonly repository: string;
  /** @default - each time */
  readonly times?: number;
}

/** A fault that was set up. */
export interface Injected {
  /** How often it has been met. */
  fired(): Promise<number>;
  /** Waits until it is met. */
  met(): Promise<void>;
  /** From now on the calls go through. */
  lift(): Promise<void>;
}

const MET_WITHIN_MS = 60_000;

/**
 * microburst stands between the Lambdas and moto, and answers faults as ECR would. A call that it delays is not withdrawn
 * when its caller is gone.
 */
export class Microburst {
  static async start(upstream: string): Promise<Microburst> {
    const python = await virtualEnvironment();
    const [port] = await freePorts(1);
    const folder = mkdtempSync(join(tmpdir(), 'microburst-'));
    const url = `http://${LOOPBACK}:${port}`;
    const group = await startServer({
      name: 'microburst',
      command: python,
      args: ['-m', 'microburst', '--upstream', upstream, '--host', LOOPBACK, '--port', String(port)],
      env: bareEnvironment(folder),
      log: join(folder, 'microburst.log'),
      probe: `${url}/_microburst/health`,
      dieWithParent: true,
    });
    return new Microburst(url, group, folder);
  }

  private constructor(readonly url: string, private readonly group: ProcessGroup, private readonly folder: string) {
    onExit(() => this.stop());
  }

  async inject({ operation, repository, times, ...effect }: Fault): Promise<Injected> {
    // Each of the five calls names the repository in its body, some by its ARN. No name here is the end of another one's.
    const rule = { service: 'ecr', operation, body: `contains(to_string(@), '${repository}"')`, times, ...effect };
    const [{ id }] = await this.control('PATCH', 'rules', [rule]) as [{ id: number }];
    const fired = async () => (await this.control('GET', `fired?limit=2000&rule_id=${id}`) as unknown[]).length;
    return {
      fired,
      met: async () => {
        const deadline = Date.now() + MET_WITHIN_MS;
        while (await fired() === 0) {
          if (Date.now() > deadline) throw new Error(`no ${operation} about ${repository} came within ${MET_WITHIN_MS / 1000} s`);
          await sleep(20);
        }
      },
      lift: async () => {
        await this.control('DELETE', 'rules', [{ operation, body: rule.body }]);
      },
    };
  }

  stop(): void {
    this.group.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private async control(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}/_microburst/${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
    if (!response.ok) throw new Error(`microburst answers ${response.status} to ${method} ${path}: ${await response.text()}`);
    return response.json();
  }
}
