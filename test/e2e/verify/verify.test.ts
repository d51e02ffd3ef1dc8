import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRepositoryCommand, DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { parseEvidence } from '../../aws/evidence';
import { SCENARIOS } from '../../aws/scenarios';
import { compareWithModel } from '../../model/replay';
import type { Emulators } from '../../support/emulators';
import { CREDENTIALS } from '../../support/emulators/environment';
import { startProcessGroup } from '../../support/emulators/process-group';
import { ROOT, readText } from '../../support/project';
import { startEmulators } from '../emulators';

/** Somebody else's, which must stay. */
const OTHERS = 'team-a/api';

let emulators: Emulators;
let folder: string;
let output: string;

beforeAll(async () => {
  emulators = await startEmulators();
  folder = mkdtempSync(join(tmpdir(), 'verify-test-'));
  output = join(folder, 'evidence.json');
  await emulators.ecr().send(new CreateRepositoryCommand({ repositoryName: OTHERS }));
}, 300_000);

afterAll(() => {
  emulators?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The command, without a terminal. */
function start(...args: string[]) {
  const group = startProcessGroup(process.execPath, ['--import', 'tsx', 'test/aws/verify.ts', ...args], {
    cwd: ROOT, env: emulators.env, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const listeners = new Set<() => void>();
  for (const stream of [group.process.stdout, group.process.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<{ code: number | null; text: string }>((resolve) => group.process.once('close', (code) => resolve({ code, text })));
  return {
    ended,
    kill: (signal: NodeJS.Signals) => process.kill(group.pid, signal),
    /** Until it has said this, or ended. */
    said: (what: string) => Promise.race([ended, new Promise<void>((resolve) => {
      const check = () => text.includes(what) && resolve();
      listeners.add(check);
      check();
    })]),
  };
}

/** What there is in the account, but for the repository of others. */
async function left(): Promise<string[]> {
  const config = { endpoint: emulators.env.AWS_ENDPOINT_URL, region: emulators.region, credentials: CREDENTIALS };
  const { StackSummaries = [] } = await emulators.cloudFormation.send(new ListStacksCommand({}));
  const { repositories = [] } = await emulators.ecr().send(new DescribeRepositoriesCommand({}));
  const { Buckets = [] } = await new S3Client(config).send(new ListBucketsCommand({}));
  const { Roles = [] } = await new IAMClient(config).send(new ListRolesCommand({}));
  const { logGroups = [] } = await new CloudWatchLogsClient(config).send(new DescribeLogGroupsCommand({}));
  return [
    ...StackSummaries.filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE').map(({ StackName }) => `stack ${StackName}`),
    ...repositories.filter(({ repositoryName }) => repositoryName !== OTHERS).map(({ repositoryName }) => `repository ${repositoryName}`),
    ...Buckets.map(({ Name }) => `bucket ${Name}`),
    ...Roles.map(({ RoleName }) => `role ${RoleName}`),
    ...logGroups.map(({ logGroupName }) => `log group ${logGroupName}`),
  ];
}

afterEach(async () => {
  const { repositories = [] } = await emulators.ecr().send(new DescribeRepositoriesCommand({}));
  expect(repositories.map(({ repositoryName }) => repositoryName)).toContain(OTHERS);
});

test('without a terminal to ask at it makes nothing, and says how to agree', async () => {
  expect(await start('--scenario', 'lifecycle').ended).toEqual({ code: 2, text: expect.stringContaining('pass --yes') });
  expect(await left()).toEqual([]);
});

test('a whole run plays all scenarios as expected, writes what the fixture has, and leaves nothing', async () => {
  const { code, text } = await start('--yes', '--output', output).ended;
  expect(text).toContain('0 problems');
  expect(code).toBe(0);
  const written = readFileSync(output, 'utf8');
  rmSync(output);
  expect(written).not.toMatch(/ResponseURL|cfn-response|SecretAccessKey|SessionToken/);
  const evidence = parseEvidence(written);
  expect(evidence.source).toBe('emulator');
  expect(evidence.scenarios.map(({ name }) => name)).toEqual(SCENARIOS.map(({ name }) => name));
  expect(evidence.iam.map(({ answers }) => answers.at(-1)?.answer)).toEqual(['allowed', 'allowed', 'allowed', 'allowed']);
  expect(await compareWithModel(evidence)).toEqual(await compareWithModel(parseEvidence(readText('test/aws/emulator.json'))));
  expect(await left()).toEqual([]);
}, 600_000);

test('Ctrl-C ends it with nothing left, and no file', async () => {
  const run = start('--yes', '--scenario', 'cancelled-create', '--output', output);
  await run.said('cancelled-create: deploy');
  run.kill('SIGINT');
  const { code, text } = await run.ended;
  expect(text).toContain('removing what was made');
  expect(code).toBe(130);
  expect(existsSync(output)).toBe(false);
  expect(await left()).toEqual([]);
});

test('what a killed run has left, --clean-up finds and removes, and then finds nothing', async () => {
  const run = start('--yes', '--scenario', 'lifecycle', '--scenario', 'undone-replacement');
  await run.said('lifecycle: deploy');
  run.kill('SIGKILL');
  await run.ended;
  const before = await left();
  for (const kind of ['stack', 'repository', 'bucket', 'role', 'log group']) {
    expect(before).toContainEqual(expect.stringMatching(`^${kind} cdk-ecr-tag-mutability-verify`));
  }
  expect((await start('--clean-up').ended).code).toBe(2);
  expect(await start('--clean-up', '--yes').ended).toEqual({ code: 0, text: expect.stringContaining('This removes from account') });
  expect(await left()).toEqual([]);
  expect(await start('--clean-up', '--yes').ended).toEqual({ code: 0, text: expect.stringContaining('Nothing in eu-west-1') });
});
