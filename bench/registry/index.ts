/**
 * What a rule over many repositories takes on the emulators, beside Cloud Custodian on the same ones:
 *
 *   npm run bench:registry                       10,000 repositories
 *   REPOSITORIES=1000 npm run bench:registry
 *   CUSTODIAN=/path/to/custodian npm run bench:registry
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateRepositoryCommand, type ECRClient } from '@aws-sdk/client-ecr';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { CountingProxy } from './counting-proxy';
import { RULE_RESOURCE_TYPE } from '../../src/shared/registry';
import { Account } from '../../test/e2e/account';
import { startEmulators } from '../../test/e2e/emulators';
import { RuleStack } from '../../test/e2e/registry/rule-stack';
import { LOCKED } from '../../test/e2e/settings';
import type { Emulators } from '../../test/support/emulators';
import { settingsOf } from '../../test/support/emulators/ecr';
import { TaggingApi } from '../../test/support/emulators/tagging-api';

const COUNT = Number(process.env.REPOSITORIES ?? 10_000);
const names = Array.from({ length: COUNT }, (_, index) => `team-a/service-${String(index).padStart(5, '0')}`);
/** The emulated ECR answers one call at a time. */
const AT_ONCE = 8;

interface Measured {
  readonly what: string;
  readonly seconds: number;
  readonly callsEach: number;
}

async function bench(): Promise<void> {
  const tagging = await TaggingApi.start();
  let proxy: CountingProxy | undefined;
  const emulators = await startEmulators({
    ministackEnv: tagging.environment, ecrProxy: async (moto) => (proxy = await CountingProxy.start(moto)).url,
  });
  tagging.ecr = emulators.ecr();
  try {
    await makeRepositories(emulators.ecr());
    const { results, megabytes } = await measureRule(emulators, proxy!, tagging);
    writeFileSync(join(__dirname, '../REGISTRY.md'), report([...results, ...await measureCustodian(emulators, proxy!)], megabytes));
  } finally {
    proxy?.stop();
    tagging.stop();
    emulators.stop();
  }
}

async function makeRepositories(ecr: ECRClient): Promise<void> {
  const queue = [...names];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let repositoryName = queue.pop(); repositoryName; repositoryName = queue.pop()) {
      await ecr.send(new CreateRepositoryCommand({ repositoryName }));
    }
  }));
}

/** A rule's life, by CloudFormation's events: its own wait for a stack would be too short. */
async function measureRule(emulators: Emulators, proxy: CountingProxy, tagging: TaggingApi) {
  const stack = await new RuleStack(new Account(emulators), 'bench').create({ rules: [{ filters: ['nothing/*'], settings: LOCKED }] });
  const functionName = await stack.only('AWS::Lambda::Function');
  const properties = {
    RepositoryFilters: ['team-a/*'],
    ImageTagMutability: 'IMMUTABLE',
    MaxConcurrency: '4',
    StateMachineArn: await stack.only('AWS::StepFunctions::StateMachine'),
  };
  const results: Measured[] = [];
  let PhysicalResourceId: string | undefined;
  const operate = async (what: string, RequestType: string) => {
    proxy.take();
    tagging.asked = 0;
    const start = performance.now();
    const answer = await deliver(emulators, functionName, {
      RequestType,
      ResourceType: RULE_RESOURCE_TYPE,
      StackId: stack.id,
      LogicalResourceId: 'Bench',
      PhysicalResourceId,
      ResourceProperties: properties,
      ...RequestType === 'Update' && { OldResourceProperties: properties },
    });
    if (answer.Status !== 'SUCCESS') throw new Error(`${what}: ${answer.Reason}`);
    PhysicalResourceId = answer.PhysicalResourceId;
    results.push({ what, seconds: (performance.now() - start) / 1_000, callsEach: (proxy.take() + tagging.asked) / COUNT });
    console.log(results.at(-1), await settingsOf(emulators.ecr(), names.at(-1)!));
  };
  await operate('rule: first declaration', 'Create');
  await operate('rule: nothing changed, as a sweep', 'Update');
  await operate('rule: removal, soon after', 'Delete');
  return { results, megabytes: mostMemory(emulators) };
}

interface Answer {
  readonly Status: string;
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
}

async function deliver({ lambda }: Emulators, FunctionName: string, event: object): Promise<Answer> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const answer = new Promise<string>((resolve) => server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => { body += chunk; }).on('end', () => {
        response.end();
        resolve(body);
      });
    }));
    const ResponseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify({ ...event, RequestId: randomUUID(), ResponseURL }) }));
    return JSON.parse(await answer) as Answer;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** The most that any process had which runs the function, by Linux's own count, with Node.js itself. */
function mostMemory(emulators: Emulators): number {
  const folder = join(emulators.env.TMPDIR!, 'ministack-lambda-');
  const kilobytes = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder) ? Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) : 0;
    } catch {
      return 0;
    }
  });
  return Math.round(Math.max(0, ...kilobytes) / 1_024);
}

/** It knows no exclusion filters, records nothing and restores nothing. */
async function measureCustodian(emulators: Emulators, proxy: CountingProxy): Promise<Measured[]> {
  const { CUSTODIAN } = process.env;
  if (!CUSTODIAN) return [];
  const folder = emulators.env.TMPDIR!;
  writeFileSync(join(folder, 'policy.yml'), JSON.stringify({
    policies: [{
      name: 'immutable',
      resource: 'aws.ecr',
      filters: [{ type: 'value', key: 'repositoryName', op: 'glob', value: 'team-a/*' }],
      actions: [{ type: 'set-immutability', state: true }],
    }],
  }));
  const results: Measured[] = [];
  for (const what of ['Custodian: set-immutability', 'Custodian: the same again']) {
    proxy.take();
    const start = performance.now();
    await promisify(execFile)(CUSTODIAN, ['run', '--region', emulators.region, '-s', join(folder, 'custodian'), '--cache-period', '0', join(folder, 'policy.yml')], {
      cwd: folder, env: { ...emulators.env, AWS_ENDPOINT_URL_ECR: proxy.url }, maxBuffer: 2 ** 26,
    });
    results.push({ what, seconds: (performance.now() - start) / 1_000, callsEach: proxy.take() / COUNT });
    console.log(results.at(-1), await settingsOf(emulators.ecr(), names.at(-1)!));
  }
  return results;
}

function report(results: readonly Measured[], megabytes: number): string {
  return [
    `# ${COUNT.toLocaleString('en')} repositories on the emulators`,
    '',
    '`npm run bench:registry` writes this page. The emulated ECR answers one call at a time, and knows no pages. A removal within 105 s of the',
    'declaration reads the tags once more. Custodian sets `IMMUTABLE`, without exclusions, records nothing and restores nothing. The most memory',
    `that a process of the function had, with Node.js itself, was ${megabytes} MB.`,
    '',
    '| | Seconds | Calls for each repository |',
    '|---|---|---|',
    ...results.map(({ what, seconds, callsEach }) => `| ${what} | ${seconds.toFixed(0)} | ${callsEach.toFixed(2)} |`),
    '',
  ].join('\n');
}

bench().then(() => process.exit(0), (error: unknown) => {
  console.error(error);
  process.exit(1);
});
