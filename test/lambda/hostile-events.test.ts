import assert from 'node:assert/strict';
import { Server, createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import * as fc from 'fast-check';
import { Recipe, Verdict, cook, judge, recipes } from './hostile-events';
import { handlerWith } from '../../lambda';
import { ENV_OWNERSHIP_TAG_KEY, ENV_OWNERSHIP_TAG_VALUE } from '../../src/shared/contract';
import { Settings } from '../../src/shared/settings';
import { FakeClock, FakeEcr } from '../support/fake-ecr';

const EVENTS = 10_000;
/** Replays a run that failed: `SEED=<the seed that it printed> npx jest test/lambda/hostile-events`. */
const SEED = process.env.SEED === undefined ? Date.now() % 2 ** 31 : Number(process.env.SEED);
const SIGNATURE = 'X-Amz-Signature=5ec3e7';
const ORIGINAL: Settings = { mutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['original-*'] };

let server: Server;
let address: string;
const answers: Buffer[] = [];

beforeAll(async () => {
  process.env[ENV_OWNERSHIP_TAG_KEY] = 'cdk-ecr-tag-mutability:stack:6d8f6690310a';
  process.env[ENV_OWNERSHIP_TAG_VALUE] = 'stack-of-the-provider';
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      answers.push(Buffer.concat(chunks));
      response.end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

/** All that is printed while an action runs goes to `printed`, by whatever way. */
const printed: string[] = [];
async function capturing(action: () => Promise<void>): Promise<void> {
  const keep = (...words: unknown[]) => printed.push(words.map(String).join(' ')) > 0;
  const spies = [
    ...(['log', 'info', 'warn', 'error', 'debug', 'trace'] as const).map((way) => jest.spyOn(console, way).mockImplementation(keep)),
    ...[process.stdout, process.stderr].map((stream) => jest.spyOn(stream, 'write').mockImplementation(keep)),
  ];
  try {
    await action();
  } finally {
    spies.forEach((spy) => spy.mockRestore());
  }
}

/** Repositories, made when first asked for. */
class Registry {
  readonly repositories = new Map<string, FakeEcr>();

  of(arn: string): FakeEcr {
    const repository = this.repositories.get(arn) ?? new FakeEcr(ORIGINAL);
    this.repositories.set(arn, repository);
    return repository;
  }

  get state(): unknown {
    return [...this.repositories].map(([arn, { settings, tags }]) => ({ arn, settings, tags: [...tags] }));
  }

  get writes(): number {
    return [...this.repositories.values()].flatMap(({ calls }) => calls).filter((call) => !call.startsWith('read')).length;
  }
}

async function handle(registry: Registry, event: unknown): Promise<Buffer[]> {
  answers.length = 0;
  printed.length = 0;
  await handlerWith({ clock: new FakeClock(), ecr: ({ arn }) => registry.of(arn) })(event);
  return [...answers];
}

// Jest's `expect` is too slow for what follows.

function checkAnswer(answered: Buffer[], event: any): any {
  assert.equal(answered.length, 1);
  assert.ok(answered[0]!.length <= 4_096, `${answered[0]!.length} bytes`);
  const answer = JSON.parse(answered[0]!.toString('utf8'));
  for (const name of ['StackId', 'RequestId', 'LogicalResourceId']) {
    // An id that no CloudFormation would send may be cut, or be none.
    const given = typeof event[name] === 'string' ? event[name] : '';
    assert.equal(answer[name], given.length < 100 ? given : given.slice(0, Math.max(answer[name].length, 100)));
  }
  assert.equal(typeof answer.PhysicalResourceId, 'string');
  assert.notEqual(answer.PhysicalResourceId, '');
  assert.ok(Buffer.byteLength(answer.PhysicalResourceId) <= 1_024);
  return answer;
}

function checkPrinted() {
  for (const line of printed) {
    assert.doesNotMatch(line, /5ec3e7|signature/i);
    assert.ok(!line.includes(address));
    assert.ok(line.length < 10_000, `a line of ${line.length} characters`);
    JSON.parse(line);
  }
}

/** Checks what the event did against what it must do. */
async function check(recipe: Recipe, declaredBefore: boolean): Promise<Verdict['is']> {
  const url = `${address}?${SIGNATURE}`;
  const registry = new Registry();
  const unspoilt = (type: Recipe['type']): any => cook({ type, base: recipe.base, changes: [], wrapped: 'as it is' }, url);
  if (declaredBefore) {
    const first = unspoilt('Create');
    assert.equal(checkAnswer(await handle(registry, first), first).Status, 'SUCCESS');
  }
  const before = registry.state;
  const writesBefore = registry.writes;
  const event: any = cook(recipe, url);
  const verdict = judge(event, address);
  const answered = await handle(registry, event);
  checkPrinted();

  if (verdict.is === 'unanswerable') {
    assert.equal(answered.length, 0);
    assert.equal(printed.length, 1);
  } else {
    const { Status, Reason } = checkAnswer(answered, event);
    assert.equal(Status, verdict.is === 'refused' ? 'FAILED' : 'SUCCESS', Reason);
    assert.ok(verdict.is === 'refused' ? Reason.length > 20 : Reason === undefined);
  }

  switch (verdict.is) {
    case 'declares':
      assert.deepEqual(registry.of(verdict.arn).settings, verdict.settings);
      assert.notDeepEqual(registry.of(verdict.arn).trace, []);
      break;
    case 'releases': {
      const { settings, trace } = registry.of(verdict.arn);
      const { StackId, LogicalResourceId } = unspoilt('Create');
      const isOwn = event.StackId === StackId && event.LogicalResourceId === LogicalResourceId;
      if (declaredBefore && verdict.arn === recipe.base.arn && !isOwn) {
        const [mutability, ...filters] = recipe.base.settings;
        assert.deepEqual(settings, { mutability, filters });
        assert.notDeepEqual(trace, []);
      } else {
        assert.deepEqual({ settings, trace }, { settings: ORIGINAL, trace: [] });
      }
      break;
    }
    default:
      assert.deepEqual(registry.state, before);
      assert.equal(registry.writes, writesBefore);
  }
  return verdict.is;
}

test(`${EVENTS} hostile events get one answer each, and only the valid ones write`, async () => {
  const seen: Record<Verdict['is'], number> = { 'unanswerable': 0, 'refused': 0, 'of nothing': 0, 'declares': 0, 'releases': 0 };
  const before = Object.getOwnPropertyNames(Object.prototype);

  await capturing(() => fc.assert(fc.asyncProperty(recipes, fc.boolean(), async (recipe, declaredBefore) => {
    seen[await check(recipe, declaredBefore)]++;
    // A recipe is small as it comes.
  }), { numRuns: EVENTS, seed: SEED, endOnFailure: true }));

  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  // A generator that makes nothing but rubbish, or none, would prove nothing.
  expect(seen.declares).toBeGreaterThan(EVENTS / 10);
  expect(seen.releases).toBeGreaterThan(EVENTS / 10);
  expect(seen.refused).toBeGreaterThan(EVENTS / 10);
  expect(seen.unanswerable).toBeGreaterThan(EVENTS / 50);
  expect(seen['of nothing']).toBeGreaterThan(EVENTS / 500);
  process.stdout.write(`hostile events, by what they were (seed ${SEED}): ${JSON.stringify(seen)}\n`);
}, 120_000);
