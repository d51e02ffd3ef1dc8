import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { handlerWith } from '../../lambda';
import { consoleLog } from '../../lambda/log';
import { FakeClock, FakeEcr, named } from '../support/fake-ecr';
import { GENERATED_ID, FakeStack, stackId } from '../support/fake-stack';
import { ARN, OTHER_ARN, properties } from '../support/properties';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE } from '../support/settings';

const SECRET = 'https://s.example/secret';

/** What the function printed, as CloudWatch keeps it. */
let printed: string[] = [];
beforeEach(() => {
  printed = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => {
    printed.push(line);
  });
});
afterEach(() => jest.restoreAllMocks());

function stackOf(ecr: FakeEcr, name: string): FakeStack {
  const stack = new FakeStack(ecr, name);
  stack.environment.log = consoleLog;
  return stack;
}

type Line = Record<string, any>;

/** The lines of an incident, of which each must stand for itself. */
function story(): Line[] {
  return printed.map((text) => {
    expect(text).not.toMatch(/\n|secret|ResponseURL/);
    const line: Line = JSON.parse(text);
    expect(line).toMatchObject({
      level: expect.stringMatching(/^(INFO|WARN|ERROR)$/),
      decision: expect.stringMatching(/^[a-z]+(-[a-z]+)*$/),
      request: expect.stringMatching(/^(Create|Update|Delete)$/),
      requestId: expect.stringMatching(/^[a-z]-\d+$/),
      stack: expect.stringMatching(/^arn:aws:cloudformation:/),
      logicalId: 'Tags',
      calls: expect.any(Object),
      ms: expect.any(Number),
    });
    return line;
  });
}

/** `a-1 Create declared team-a/api: MUTABLE -> IMMUTABLE`, as somebody would read it. */
const told = ({ requestId, request, level, decision, repository, before, effective }: Line): string => [
  `${requestId} ${request} ${level === 'INFO' ? '' : `${level} `}${decision} ${repository.split('repository/')[1]}`,
  ...before ? [`${before.mutability}${effective ? ` -> ${effective.mutability}` : ''}`] : [],
].join(': ');

describe('from the lines alone one reads', () => {
  test('who declared over whom, whose update was superseded, and what came back', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const [a, b] = [stackOf(ecr, 'a'), stackOf(ecr, 'b')];
    await a.create(IMMUTABLE);
    await b.create(LOCKED);
    await a.update(FILTERED, IMMUTABLE);
    await b.remove(LOCKED);
    await a.remove(FILTERED);

    const lines = story();
    expect(lines.map(told)).toEqual([
      'a-1 Create settings-changed team-a/api: MUTABLE -> IMMUTABLE',
      'a-1 Create declared team-a/api: MUTABLE -> IMMUTABLE',
      'b-1 Create settings-changed team-a/api: IMMUTABLE -> IMMUTABLE_WITH_EXCLUSION',
      'b-1 Create declared team-a/api: IMMUTABLE -> IMMUTABLE_WITH_EXCLUSION',
      'a-2 Update WARN superseded team-a/api: IMMUTABLE_WITH_EXCLUSION -> IMMUTABLE_WITH_EXCLUSION',
      'b-2 Delete settings-changed team-a/api: IMMUTABLE_WITH_EXCLUSION -> MUTABLE_WITH_EXCLUSION',
      'b-2 Delete released team-a/api: IMMUTABLE_WITH_EXCLUSION -> MUTABLE_WITH_EXCLUSION',
      'a-3 Delete settings-changed team-a/api: MUTABLE_WITH_EXCLUSION -> MUTABLE',
      'a-3 Delete released team-a/api: MUTABLE_WITH_EXCLUSION -> MUTABLE',
    ]);
    expect(lines[4]).toMatchObject({ by: 'b', declared: FILTERED, stack: stackId('a') });
    expect(lines[1]!.calls).toEqual({ ListTagsForResource: 3, DescribeRepositories: 1, TagResource: 1, PutImageTagMutability: 1 });
  });

  test('that a delete found no record, and what it left', async () => {
    const ecr = new FakeEcr(LOCKED);
    const a = stackOf(ecr, 'a');
    await a.remove(LOCKED);
    await a.remove(LOCKED, 'Tags', GENERATED_ID);
    expect(story().map(told)).toEqual([
      'a-1 Delete WARN no-record team-a/api: IMMUTABLE_WITH_EXCLUSION -> IMMUTABLE_WITH_EXCLUSION',
      'a-2 Delete no-record team-a/api: IMMUTABLE_WITH_EXCLUSION -> IMMUTABLE_WITH_EXCLUSION',
    ]);
    expect(story()[1]!.ms).toBeGreaterThanOrEqual(105_000);
  });

  test('which call was refused, how often and how long it was tried, and that the create was rolled back', async () => {
    const ecr = new FakeEcr(MUTABLE);
    ecr.before = (method) => {
      if (method === 'putSettings') {
        throw named('AccessDeniedException', 'not authorized to perform: ecr:PutImageTagMutability');
      }
    };
    await stackOf(ecr, 'a').create(LOCKED);
    const lines = story();
    expect(lines.map(told)).toEqual([
      'a-1 Create WARN access-denied team-a/api', 'a-1 Create rolled-back team-a/api: MUTABLE -> MUTABLE', 'a-1 Create ERROR failed team-a/api',
    ]);
    // Told when it happens first: a function that is killed meanwhile leaves it in the log.
    expect(lines[0]).toMatchObject({ call: 'PutImageTagMutability', calls: { PutImageTagMutability: 1 }, reason: expect.stringContaining('not authorized') });
    expect(lines[2]!.reason).toMatch(/PutImageTagMutability failed: AccessDeniedException: not authorized/);
    expect(lines[2]!.calls.PutImageTagMutability).toBeGreaterThan(5);
    expect(lines[2]!.ms).toBeGreaterThan(60_000);
  });

  test('that rolling back failed as well, and why', async () => {
    const ecr = new FakeEcr(MUTABLE);
    ecr.before = (method) => {
      if (method === 'putSettings' || method === 'untag') {
        throw named('AccessDeniedException', `${method} with an explicit deny`);
      }
    };
    await stackOf(ecr, 'a').create(LOCKED);
    const lines = story();
    expect(lines.map(told)).toEqual(['a-1 Create WARN not-rolled-back team-a/api', 'a-1 Create ERROR failed team-a/api']);
    expect(lines.map(({ reason }) => reason)).toEqual([expect.stringContaining('UntagResource'), expect.stringContaining('PutImageTagMutability')]);
  });

  test('what of a record was damaged and changed, and what was made of it', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const a = stackOf(ecr, 'a');
    await a.create(IMMUTABLE);
    const original = ecr.trace.find((key) => key.endsWith(':original'))!;
    ecr.tags.set(original, 'oops');
    ecr.settings = FILTERED;
    await a.update(IMMUTABLE, MUTABLE);
    ecr.tags.clear();
    await a.update(LOCKED, IMMUTABLE);
    await a.remove(LOCKED);
    const lines = story().slice(2);
    expect(lines.map(told)).toEqual([
      'a-2 Update WARN record-damaged team-a/api: MUTABLE_WITH_EXCLUSION',
      'a-2 Update WARN drifted team-a/api: MUTABLE_WITH_EXCLUSION',
      'a-2 Update settings-changed team-a/api: MUTABLE_WITH_EXCLUSION -> IMMUTABLE',
      'a-2 Update declared team-a/api: MUTABLE_WITH_EXCLUSION -> IMMUTABLE',
      'a-3 Update WARN no-record team-a/api: IMMUTABLE',
      'a-3 Update settings-changed team-a/api: IMMUTABLE -> IMMUTABLE_WITH_EXCLUSION',
      'a-3 Update declared team-a/api: IMMUTABLE -> IMMUTABLE_WITH_EXCLUSION',
      'a-4 Delete settings-changed team-a/api: IMMUTABLE_WITH_EXCLUSION -> MUTABLE',
      'a-4 Delete released team-a/api: IMMUTABLE_WITH_EXCLUSION -> MUTABLE',
    ]);
    expect(lines[0]!.tags).toEqual([original]);
    expect(lines[1]!.declared).toEqual(IMMUTABLE);
  });

  test('that an original is known nowhere, and so nothing was restored', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const a = stackOf(ecr, 'a');
    await a.create(IMMUTABLE);
    ecr.tags.clear();
    // Of a create that failed at last, or of an older version: the id has no original.
    await a.send('Update', 'Tags', { PhysicalResourceId: ARN, ResourceProperties: properties(LOCKED), OldResourceProperties: properties(IMMUTABLE) });
    await a.remove(LOCKED);
    expect(story().slice(2).map(told)).toEqual([
      'a-2 Update WARN no-record team-a/api: IMMUTABLE',
      'a-2 Update WARN original-unknown team-a/api: IMMUTABLE',
      'a-2 Update settings-changed team-a/api: IMMUTABLE -> IMMUTABLE_WITH_EXCLUSION',
      'a-2 Update declared team-a/api: IMMUTABLE -> IMMUTABLE_WITH_EXCLUSION',
      'a-3 Delete WARN original-unknown team-a/api: IMMUTABLE_WITH_EXCLUSION -> IMMUTABLE_WITH_EXCLUSION',
      'a-3 Delete released team-a/api: IMMUTABLE_WITH_EXCLUSION -> IMMUTABLE_WITH_EXCLUSION',
    ]);
  });

  test('that a delete restored without a record, where an original was edited, and that a later create was left alone', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const a = stackOf(ecr, 'a');
    await a.create(IMMUTABLE);
    ecr.tags.set(ecr.trace.find((key) => key.endsWith(':original'))!, '1 1/1 IMMUTABLE');
    await a.update(LOCKED, IMMUTABLE);
    ecr.tags.clear();
    const first = a.physicalId();
    await a.remove(LOCKED);
    await a.create(FILTERED);
    await a.remove(FILTERED, 'Tags', first);
    const lines = story().slice(2);
    expect(lines.map(told)).toEqual([
      'a-2 Update WARN original-edited team-a/api',
      'a-2 Update settings-changed team-a/api: IMMUTABLE -> IMMUTABLE_WITH_EXCLUSION',
      'a-2 Update declared team-a/api: IMMUTABLE -> IMMUTABLE_WITH_EXCLUSION',
      'a-3 Delete settings-changed team-a/api: IMMUTABLE_WITH_EXCLUSION -> MUTABLE',
      'a-3 Delete WARN restored-without-record team-a/api: IMMUTABLE_WITH_EXCLUSION -> MUTABLE',
      'a-4 Create settings-changed team-a/api: MUTABLE -> MUTABLE_WITH_EXCLUSION',
      'a-4 Create declared team-a/api: MUTABLE -> MUTABLE_WITH_EXCLUSION',
      'a-5 Delete other-create team-a/api',
    ]);
    expect(lines[0]).toMatchObject({ recorded: IMMUTABLE, original: MUTABLE, consequence: 'the original of the physical id holds' });
    expect(lines[7]).toMatchObject({ consequence: 'the declaration of a later create stays' });
  });

  test('which call was repeated, and which commands restore by hand what a delete could not', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const a = stackOf(ecr, 'a');
    await a.create(LOCKED);
    ecr.before = (method) => {
      if (method === 'putSettings') throw named('ThrottlingException', 'Rate exceeded');
    };
    await a.remove(LOCKED);
    const lines = story().slice(2);
    expect(lines.map(told)).toEqual(['a-2 Delete WARN call-repeated team-a/api', 'a-2 Delete ERROR failed team-a/api']);
    expect(lines[1]!.commands).toMatch(/^aws ecr put-image-tag-mutability .* && aws ecr untag-resource /);
  });

  test('that a replacement was abandoned, and both repositories were put right', async () => {
    const repositories: Record<string, FakeEcr> = { [ARN]: new FakeEcr(MUTABLE), [OTHER_ARN]: new FakeEcr(FILTERED) };
    const a = stackOf(repositories[ARN]!, 'a');
    a.environment.ecr = ({ arn }) => repositories[arn]!;
    await a.create(LOCKED);
    await a.send('Update', 'Tags', { PhysicalResourceId: ARN, ResourceProperties: properties(IMMUTABLE, OTHER_ARN), OldResourceProperties: properties(LOCKED) });
    await a.send('Update', 'Tags', { PhysicalResourceId: ARN, ResourceProperties: properties(LOCKED), OldResourceProperties: properties(IMMUTABLE, OTHER_ARN) });
    expect(story().slice(2).map(told)).toEqual([
      'a-2 Update settings-changed team-a/api-2: MUTABLE_WITH_EXCLUSION -> IMMUTABLE',
      'a-2 Update declared team-a/api-2: MUTABLE_WITH_EXCLUSION -> IMMUTABLE',
      'a-3 Update declared team-a/api: IMMUTABLE_WITH_EXCLUSION -> IMMUTABLE_WITH_EXCLUSION',
      'a-3 Update settings-changed team-a/api-2: IMMUTABLE -> MUTABLE_WITH_EXCLUSION',
      'a-3 Update released team-a/api-2: IMMUTABLE -> MUTABLE_WITH_EXCLUSION',
    ]);
  });

  test('that there was no repository, or none was named', async () => {
    const ecr = new FakeEcr(MUTABLE);
    ecr.gone = true;
    const a = stackOf(ecr, 'a');
    await a.remove(LOCKED);
    await a.send('Delete', 'Tags', { PhysicalResourceId: GENERATED_ID });
    expect(story()).toMatchObject([{ decision: 'repository-not-found', requestId: 'a-1', repository: ARN }, { decision: 'nothing-to-release', requestId: 'a-2' }]);
  });

  test('which request was refused for what it says', async () => {
    await stackOf(new FakeEcr(MUTABLE), 'a').send('Create', 'Tags', { ResourceProperties: { RepositoryArn: 'team-a/api', ImageTagMutability: 'MUTABLE' } });
    expect(story()).toMatchObject([{ decision: 'failed', requestId: 'a-1', reason: expect.stringContaining('\'team-a/api\''), calls: {} }]);
  });
});

describe('of a response that does not arrive, the log names the request and not the URL', () => {
  const send = (ResponseURL: string) => handlerWith({ clock: new FakeClock(), ecr: () => new FakeEcr(MUTABLE) })({
    RequestType: 'Create', StackId: stackId('a'), LogicalResourceId: 'Tags', RequestId: 'a-1', ResponseURL, ResourceProperties: properties(LOCKED),
  });
  const names = { level: 'ERROR', request: 'Create', requestId: 'a-1', stack: stackId('a'), logicalId: 'Tags' };

  test('where it cannot be sent', async () => {
    await send(SECRET.replace('https', 'ftp'));
    expect(printed.map((line) => JSON.parse(line))).toEqual([{ ...names, decision: 'no-response-url', reason: expect.any(String) }]);
    expect(printed.join()).not.toContain('secret');
  });

  test('where it is refused', async () => {
    const server = createServer((_, response) => response.writeHead(403).end());
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    await expect(send(`http://127.0.0.1:${(server.address() as AddressInfo).port}/secret`)).rejects.toThrow();
    server.close();
    expect(JSON.parse(printed.at(-1)!)).toEqual({ ...names, decision: 'response-not-sent', error: expect.any(String) });
    expect(printed.join()).not.toContain('secret');
  });
});

test('ids that CloudFormation would not send are not logged', async () => {
  const a = stackOf(new FakeEcr(MUTABLE), 'a');
  await a.send('Create', 'Tags', { StackId: `${SECRET}`, RequestId: SECRET, ResourceProperties: {} });
  expect(JSON.parse(printed[0]!)).not.toHaveProperty('stack');
  expect(printed.join()).not.toContain('secret');
});
