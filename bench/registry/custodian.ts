import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Tool } from './tools';
import type { Emulators } from '../../test/support/emulators';
import { findPython } from '../../test/support/emulators/python';
import { PROJECT } from '../compile';

export const CUSTODIAN_VERSION = '0.9.53';
/** A virtual environment of its own: it pins other versions than the emulators do. */
const FOLDER = join(PROJECT, `.cache/custodian-${CUSTODIAN_VERSION}`);
const EXECUTABLE = join(FOLDER, 'bin/custodian');

/** It takes IMMUTABLE and MUTABLE only, and records nothing, so that there is nothing to restore. */
export async function custodian(emulators: Emulators, ecrUrl: string, prefix: string): Promise<Tool> {
  await install();
  const run = async () => {
    const policy = join(emulators.env.TMPDIR!, 'policy.yml');
    writeFileSync(policy, JSON.stringify({
      policies: [{
        name: 'mutability',
        resource: 'aws.ecr',
        filters: [{ type: 'value', key: 'repositoryName', op: 'glob', value: `${prefix}*` }],
        actions: [{ type: 'set-immutability', state: true }],
      }],
    }));
    const output = join(emulators.env.TMPDIR!, 'custodian');
    await promisify(execFile)(EXECUTABLE, ['run', '--region', emulators.region, '--output-dir', output, '--cache-period', '0', policy], {
      env: { ...emulators.env, AWS_ENDPOINT_URL_ECR: ecrUrl }, maxBuffer: 2 ** 26,
    });
  };
  return { name: 'Cloud Custodian', declares: 'IMMUTABLE', declare: run, again: run };
}

async function install(): Promise<void> {
  if (existsSync(EXECUTABLE)) return;
  mkdirSync(FOLDER, { recursive: true });
  await promisify(execFile)(findPython(), ['-m', 'venv', FOLDER]);
  await promisify(execFile)(join(FOLDER, 'bin/pip'), ['install', '--disable-pip-version-check', '--no-input', '--quiet', `c7n==${CUSTODIAN_VERSION}`]);
}
