import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { handlerWith } from '../../../lambda';
import { RULE_RESOURCE_TYPE } from '../../../src/shared/registry';
import { FakeRegistry } from '../../support/fake-registry';
import { FakeRule } from '../../support/fake-rule';
import { LOCKED, MUTABLE } from '../../support/settings';

// Who is meant by what the function is invoked with. What is done then is tested with the passes.

const TEAM_A = { filters: ['team-a/*'], settings: LOCKED };
const former = { ...process.env };

let registry: FakeRegistry;
let handle: ReturnType<typeof handlerWith>;
let written: string[];
beforeEach(() => {
  registry = new FakeRegistry();
  registry.add('team-a/api', MUTABLE);
  const { clock, ecr, ownershipTag, services } = registry.environment;
  process.env.OWNERSHIP_TAG_KEY = ownershipTag.key;
  process.env.OWNERSHIP_TAG_VALUE = ownershipTag.value;
  handle = handlerWith({ clock, ecr, registryServices: () => services });
  written = [];
  jest.spyOn(console, 'log').mockImplementation(() => {});
});
afterEach(() => {
  process.env = { ...former };
  jest.restoreAllMocks();
});

/** CloudFormation's bucket, for one request. */
async function respondedTo(event: object): Promise<any[]> {
  const responses: any[] = [];
  const server = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (chunk: string) => responses.push(JSON.parse(chunk))).on('end', () => response.end());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    await handle({ ...event, ResponseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/?signature` });
    return responses;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('CloudFormation\'s request for a rule starts a pass, which responds; a bad one gets its response at once', async () => {
  const rule = new FakeRule(registry);
  const event = { ...rule.event('Create', TEAM_A), ResourceType: RULE_RESOURCE_TYPE };
  expect(await respondedTo(event)).toEqual([]);
  expect(registry.started).toHaveLength(1);
  expect(await respondedTo({ ...event, ResourceProperties: {} })).toEqual([expect.objectContaining({ Status: 'FAILED', LogicalResourceId: 'Rule' })]);
  expect(registry.started).toHaveLength(1);
});

test('a step of the state machine gets what it returns, and the end writes the metrics as a line of their own', async () => {
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => {
    written.push(String(line));
    return true;
  });
  const rule = new FakeRule(registry);
  await rule.create(TEAM_A);
  const { pass, work } = registry.started[0]!.input;
  const listed = await handle({ Step: 'list', pass, work });
  expect(listed).toMatchObject({ batches: [[{ name: 'team-a/api' }]], next: null, isDone: false });
  const { operation: _, ...ofNobody } = pass;
  await handle({ Step: 'end', pass: ofNobody, work, error: null });
  expect(written.map((line) => JSON.parse(line))).toEqual([{
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [{
        Namespace: 'cdk-ecr-tag-mutability',
        Dimensions: [['StackName', 'LogicalId']],
        Metrics: [{ Name: 'Drifted', Unit: 'Count' }, { Name: 'Corrected', Unit: 'Count' }, { Name: 'Failed', Unit: 'Count' }],
      }],
    },
    StackName: 'a',
    LogicalId: 'Rule',
    Drifted: 0,
    Corrected: 0,
    Failed: 0,
  }]);
  expect(written[0]).toMatch(/^\{.*\}\n$/);
});

test('a schedule starts a sweep, and an event declares a new repository', async () => {
  const rule = new FakeRule(registry);
  await rule.create(TEAM_A);
  await handle({ RegistryInput: 'sweep', Rule: rule.name });
  expect(registry.started).toHaveLength(2);
  registry.add('team-a/new', MUTABLE);
  await handle({ RegistryInput: 'new-repository', Rule: rule.name, RepositoryName: 'team-a/new' });
  expect(registry.settings()).toMatchObject({ 'team-a/new': LOCKED });
});

test.each([
  ['no rule', { RegistryInput: 'sweep' }, 'StackId is missing'],
  ['a rule without a name', { RegistryInput: 'sweep', Rule: { StackId: 'x' } }, 'LogicalResourceId is missing'],
  ['an event without a rule', { RegistryInput: 'new-repository', Rule: null, RepositoryName: 'team-a/api' }, 'StackId is missing'],
  ['a name that is none', { RegistryInput: 'new-repository', Rule: { StackId: 'x', LogicalResourceId: 'Rule' }, RepositoryName: 1 }, 'RepositoryName is not a string'],
])('%s is refused, and nothing is done', async (_, input, reason) => {
  await expect(handle(input)).rejects.toThrow(reason);
  expect(registry.asked).toEqual({});
});
