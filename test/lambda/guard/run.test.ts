import { GuardedStack, SCHEDULE } from './guarded-stack';
import { StackResource } from '../../../lambda/cloudformation/stack';
import { readRecord } from '../../../lambda/protocol/record';
import { FakeEcr, named } from '../../support/fake-ecr';
import { FORGED_KEY, stackId } from '../../support/fake-stack';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE, OF_OTHER } from '../../support/settings';
import { LONG_AGO, declarationIdOf, record } from '../../support/test-operation';

jest.spyOn(console, 'log').mockImplementation(() => {});

const WRITES = ['putSettings', 'tag', 'untag'];
const writesOf = ({ calls }: GuardedStack) => calls.filter((call) => WRITES.includes(call));

function erase(ecr: FakeEcr): void {
  ecr.trace.forEach((key) => ecr.tags.delete(key));
}

/** An input whose first declaration has neither an original nor a token in its physical id. */
function ofFailedCreate(stack: GuardedStack) {
  const [declaration] = stack.input().Declarations;
  const PhysicalResourceId = declaration!.PhysicalResourceId.split('|')[0]!;
  stack.resources.set('Tags0', { ...stack.resources.get('Tags0')!, physicalId: PhysicalResourceId });
  return stack.input({ Declarations: [{ ...declaration!, PhysicalResourceId }] });
}

const declaredIn = (ecr: FakeEcr) => readRecord(ecr.tags).declarations
  .map(({ declared, original }) => [declared?.settings, original, declared?.precedence, declared?.token]);

describe('where all is as declared', () => {
  test('nothing is written or published, and the metrics say 0', async () => {
    const stack = new GuardedStack(3);
    await stack.run();
    expect(writesOf(stack)).toEqual([]);
    expect(stack.messages).toEqual([]);
    expect(stack.metrics).toEqual([expect.objectContaining({ StackName: 'a', LogicalId: 'Guard', Drifted: 0, Corrected: 0, Failed: 0 })]);
    expect(stack.decided('guard-ran')).toEqual([expect.objectContaining({ level: 'INFO', mode: 'CORRECT', declarations: 3, drifted: 0, ms: 0 })]);
  });

  test('480 declarations take less than 600 calls of AWS in all runs of one hour', async () => {
    const stack = new GuardedStack(480);
    for (let from = 0; from < 480; from += 100) {
      await stack.run(stack.input({}, [from, from + 100]));
    }
    expect(stack.decided('guard-ran').map(({ declarations }) => declarations)).toEqual([100, 100, 100, 100, 80]);
    expect(stack.calls.filter((call) => call === 'readTags')).toHaveLength(480);
    expect(stack.calls.length).toBeLessThan(600);
    // The longest wait that a run has.
    expect(stack.clock.pauses).toEqual([]);
  });

  test('a newer declaration of another stack holds, and is no drift', async () => {
    const stack = new GuardedStack();
    record(stack.ecr, declarationIdOf('b'), { settings: OF_OTHER, precedence: { sequence: 2, revision: 0 } });
    stack.ecr.settings = OF_OTHER;
    await stack.run();
    expect([stack.counts, writesOf(stack)]).toEqual([[0, 0, 0], []]);
  });

  test('a physical id that is only an ARN, as after a failed create, says nothing of the record', async () => {
    const stack = new GuardedStack();
    await stack.run(ofFailedCreate(stack));
    expect([stack.counts, writesOf(stack)]).toEqual([[0, 0, 0], []]);
  });
});

describe('REPORT', () => {
  test.each<[string, (ecr: FakeEcr) => void, RegExp[]]>([
    ['the setting', (ecr) => ecr.settings = MUTABLE, [/Should have: IMMUTABLE_WITH_EXCLUSION latest dev-\*\n  Has: MUTABLE\n  Done: nothing, since the guard only reports/]],
    ['the record', erase, [/Record in its tags: missing or unreadable/]],
    ['both', (ecr) => { erase(ecr); ecr.settings = MUTABLE; }, [/Should have: IMMUTABLE_WITH_EXCLUSION latest dev-\*\n  Has: MUTABLE\n  Record in its tags: missing or unreadable/]],
  ])('drift of %s is reported in the log, by the metric and to the topic, and nothing is written', async (_, change, texts) => {
    const stack = new GuardedStack(2);
    change(stack.ecr);
    await stack.run(stack.input({ GuardMode: 'REPORT' }));
    expect(writesOf(stack)).toEqual([]);
    expect(stack.counts).toEqual([1, 0, 0]);
    expect(stack.decided('drift-found')).toEqual([expect.objectContaining({ level: 'WARN', repository: expect.stringMatching(/team-a\/api-0$/), declaration: 'Tags0', declared: LOCKED })]);
    // It is that of a repository that is gone.
    expect(stack.decided('drift-found')[0]).not.toHaveProperty('reason');
    expect(stack.decided('drift-corrected')).toEqual([]);
    expect(stack.decided('guard-ran')).toEqual([expect.objectContaining({ ms: 5_000 })]);
    expect(stack.messages).toHaveLength(1);
    const [{ topic, subject, message }] = stack.messages;
    expect([topic, subject]).toEqual(['arn:aws:sns:eu-west-1:111122223333:drift', 'ECR tag mutability: 1 drifted, 0 corrected, 0 failed in a']);
    expect(message).toMatch(/^The guard Guard of the stack a compared 2 declarations.*\n\nteam-a\/api-0 \(region eu-west-1, account 111122223333\), declared by Tags0\n/);
    texts.forEach((text) => expect(message).toMatch(text));
    expect(message.split('\n\n').at(-1)).toBe(`The stack: ${stackId('a')}`);
  });

  test('the subject is cut to what SNS takes, where the stack\'s name is long', async () => {
    const stack = new GuardedStack();
    const name = 'a'.repeat(128);
    await stack.run(stack.input({ GuardMode: 'REPORT', StackId: stackId(name) }));
    expect(stack.messages[0]!.subject).toBe(`ECR tag mutability: 1 drifted, 0 corrected, 0 failed in ${name}`.slice(0, 100));
  });

  test('what is right again a little later is no drift: reads may lag, and another stack may be at work', async () => {
    const stack = new GuardedStack();
    stack.ecr.settings = MUTABLE;
    stack.clock.onSleep = () => void (stack.ecr.settings = LOCKED);
    await stack.run(stack.input({ GuardMode: 'REPORT' }));
    expect([stack.counts, stack.messages]).toEqual([[0, 0, 0], []]);
  });

  test('what a stack operation has changed meanwhile is not reported', async () => {
    const stack = new GuardedStack();
    stack.ecr.settings = MUTABLE;
    stack.beforeCloudFormation = (count) => count === 3 && (stack.status = 'UPDATE_IN_PROGRESS');
    await stack.run(stack.input({ GuardMode: 'REPORT' }));
    expect([stack.counts, stack.messages]).toEqual([[0, 0, 0], []]);
  });

  test('without a topic, the log and the metrics are all', async () => {
    const stack = new GuardedStack();
    stack.ecr.settings = MUTABLE;
    await stack.run(stack.input({ TopicArn: undefined }));
    expect([stack.messages, stack.counts]).toEqual([[], [1, 1, 0]]);
  });
});

describe('CORRECT', () => {
  test('the setting: puts what is declared, and leaves the record as it was', async () => {
    const stack = new GuardedStack();
    const before = new Map(stack.ecr.tags);
    stack.ecr.settings = MUTABLE;
    await stack.run();
    expect([stack.ecr.settings, stack.ecr.tags]).toEqual([LOCKED, before]);
    expect(stack.counts).toEqual([1, 1, 0]);
    expect(writesOf(stack)).toEqual(['tag', 'putSettings', 'untag']);
    expect(stack.decided('drift-corrected')).toHaveLength(1);
    expect(stack.messages[0]!.message).toContain('Done: restored the setting\n\n');
  });

  test('the record: writes it from the physical id and the template, below all that a deployment declares', async () => {
    const stack = new GuardedStack();
    erase(stack.ecr);
    await stack.run();
    expect(declaredIn(stack.ecr)).toEqual([[LOCKED, MUTABLE, { sequence: 0, revision: 0 }, '0123456789ab']]);
    expect(stack.ecr.puts).toEqual([]);
    expect(stack.messages[0]!.message).toContain('Done: wrote the record again');
  });

  test('both', async () => {
    const stack = new GuardedStack();
    erase(stack.ecr);
    stack.ecr.settings = IMMUTABLE;
    await stack.run();
    expect([stack.ecr.settings, declaredIn(stack.ecr)]).toEqual([LOCKED, [[LOCKED, MUTABLE, expect.anything(), '0123456789ab']]]);
    expect(stack.messages[0]!.message).toContain('Done: restored the setting and wrote the record again');
    await stack.run();
    expect(stack.counts).toEqual([0, 0, 0]);
  });

  test('the record alone, under another stack\'s: the other one still holds', async () => {
    const stack = new GuardedStack();
    erase(stack.ecr);
    record(stack.ecr, declarationIdOf('b'), { settings: OF_OTHER });
    stack.ecr.settings = OF_OTHER;
    await stack.run();
    expect(stack.ecr.settings).toEqual(OF_OTHER);
    expect(readRecord(stack.ecr.tags).declarations).toHaveLength(2);
    expect(stack.ecr.puts).toEqual([]);
  });

  test('the setting, under another stack\'s newer declaration: puts what that one declares, and says whose it is', async () => {
    const stack = new GuardedStack();
    record(stack.ecr, declarationIdOf('b'), { settings: OF_OTHER, precedence: { sequence: 2, revision: 0 } });
    stack.ecr.settings = MUTABLE;
    await stack.run();
    expect([stack.ecr.settings, stack.counts]).toEqual([OF_OTHER, [1, 1, 0]]);
    expect(stack.messages[0]!.message).toContain('Should have: IMMUTABLE_WITH_EXCLUSION cache-*, which the stack b declares\n');
  });

  test('a record without a token in the physical id is not made up: the failure says what to do', async () => {
    const stack = new GuardedStack();
    erase(stack.ecr);
    await stack.run(ofFailedCreate(stack));
    expect([stack.ecr.trace, stack.counts]).toEqual([[], [1, 0, 1]]);
    expect(stack.messages[0]!.message).toContain('Done: it failed: its physical id has no token. Deploy a change of the declaration to record it again');
  });

  test.each<[string, (ecr: FakeEcr) => void, unknown[]]>([
    ['is as declared again', (ecr) => ecr.settings = LOCKED, [0, 0, 0]],
    ['has a record that is not to be overwritten', (ecr) => {
      record(ecr, declarationIdOf('a', 'Tags0'), { settings: FILTERED });
      ecr.settings = FILTERED;
    }, [1, 0, 0]],
  ])('nothing is put where the repository %s by the time of the announcement', async (_, change, counts) => {
    const stack = new GuardedStack();
    stack.ecr.settings = MUTABLE;
    const { before } = stack.ecr;
    stack.ecr.before = (method, count) => {
      before(method, count);
      if (method === 'tag') change(stack.ecr);
    };
    await stack.run();
    expect([stack.counts, writesOf(stack)]).toEqual([counts, ['tag', 'untag']]);
  });

  test('an announcement that cannot be withdrawn is logged, and the correction counts', async () => {
    const stack = new GuardedStack();
    stack.ecr.settings = MUTABLE;
    stack.ecr.before = (method) => {
      if (method === 'untag') throw named('AccessDeniedException', 'with an explicit deny in a service control policy');
    };
    await stack.run();
    expect([stack.ecr.settings, stack.counts]).toEqual([LOCKED, [1, 1, 0]]);
    expect(stack.decided('announcement-left')).toEqual([expect.objectContaining({ level: 'WARN', reason: expect.stringContaining('explicit deny') })]);
  });

  test('an unreadable record counts as none', async () => {
    const stack = new GuardedStack();
    const key = stack.ecr.trace.find((name) => name.endsWith(':declared'))!;
    stack.ecr.tags.set(key, 'edited');
    await stack.run();
    expect(declaredIn(stack.ecr)).toEqual([[LOCKED, MUTABLE, expect.anything(), '0123456789ab']]);
  });

  test('the ownership tag', async () => {
    const stack = new GuardedStack();
    const before = new Map(stack.ecr.tags);
    const key = stack.ecr.trace.find((name) => name.includes(':stack:'))!;
    stack.ecr.tags.set(key, 'edited');
    await stack.run();
    expect(stack.ecr.tags).toEqual(before);
    expect(stack.counts).toEqual([1, 1, 0]);
  });

  test('a record that can be read but says something else is reported only; what it says is put', async () => {
    const stack = new GuardedStack();
    record(stack.ecr, declarationIdOf('a', 'Tags0'), { settings: FILTERED });
    const before = new Map(stack.ecr.tags);
    await stack.run();
    expect([stack.ecr.settings, stack.ecr.tags]).toEqual([FILTERED, before]);
    expect(stack.messages[0]!.message).toMatch(/not what the stack declares.*\n  Done: restored the setting/);
    await stack.run();
    expect([stack.counts, stack.ecr.tags]).toEqual([[1, 0, 0], before]);
    expect(stack.messages[1]!.message).toContain('Done: nothing');
  });

  test.each<[string, Parameters<typeof record>[2]]>([
    ['another token', { settings: LOCKED, token: 'ba9876543210' }],
    ['another original', { settings: LOCKED, original: IMMUTABLE }],
    ['no original', { settings: LOCKED, original: undefined }],
  ])('a record with %s, unlike the physical id, is reported only', async (_, recorded) => {
    const stack = new GuardedStack();
    erase(stack.ecr);
    record(stack.ecr, declarationIdOf('a', 'Tags0'), recorded);
    await stack.run();
    expect([stack.counts, writesOf(stack)]).toEqual([[1, 0, 0], []]);
    expect(stack.messages[0]!.message).toMatch(/Record in its tags: not what the stack declares.*\n  Done: nothing\n/);
  });

  test('an owner\'s tool that fights meets it once a run, and the metric shows it', async () => {
    const stack = new GuardedStack();
    for (let hour = 0; hour < 3; hour++) {
      stack.ecr.settings = MUTABLE;
      await stack.run();
    }
    expect(stack.ecr.puts).toEqual([LOCKED, LOCKED, LOCKED]);
    expect(stack.metrics.map(({ Drifted, Corrected }) => [Drifted, Corrected])).toEqual([[1, 1], [1, 1], [1, 1]]);
  });

  test('who erases the record while it is written is not fought', async () => {
    const stack = new GuardedStack();
    stack.ecr.settings = MUTABLE;
    stack.ecr.before = (method) => method === 'putSettings' && erase(stack.ecr);
    await stack.run();
    expect(stack.ecr.puts).toHaveLength(1);
    expect(stack.counts).toEqual([1, 0, 0]);
    expect(stack.messages[0]!.message).toContain('but somebody changed it again at once');
  });

  test('announces itself before it asks CloudFormation and writes, and withdraws that', async () => {
    const stack = new GuardedStack();
    stack.ecr.settings = MUTABLE;
    const seen: number[] = [];
    stack.beforeCloudFormation = () => seen.push([...stack.ecr.tags.keys()].filter((key) => key.endsWith(':guard.0123abcd')).length);
    stack.ecr.before = (method) => method === 'putSettings' && seen.push(NaN);
    await stack.run();
    expect(seen).toEqual([0, 0, 1, 1, NaN]);
    expect(stack.ecr.trace.filter((key) => key.includes(':guard.'))).toEqual([]);
  });

  test('removes the announcement of a run that died, which counts no more', async () => {
    const stack = new GuardedStack();
    const key = stack.ecr.trace.find((name) => name.endsWith(':declared'))!.replace(/:declared$/, ':guard.ffff0000');
    stack.ecr.tags.set(key, '1 correcting since 2026-01-02T02:04:05.000Z');
    await stack.run(stack.input({ GuardMode: 'REPORT' }));
    expect(stack.ecr.tags.has(key)).toBe(true);
    await stack.run();
    expect([stack.ecr.tags.has(key), stack.counts]).toEqual([false, [0, 0, 0]]);
  });

  test('tags of a newer format are left alone, and the failure says so', async () => {
    const stack = new GuardedStack();
    stack.ecr.tags.set(`${FORGED_KEY}:declared`, '2 anything');
    stack.ecr.settings = MUTABLE;
    await stack.run();
    expect([stack.ecr.puts, stack.counts]).toEqual([[], [0, 0, 1]]);
    expect(stack.messages[0]!.message).toContain('it failed: The repository\'s tag');
  });
});

describe('gives way', () => {
  const driftedStack = () => {
    const stack = new GuardedStack();
    stack.ecr.settings = MUTABLE;
    return stack;
  };

  test.each([
    'UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_FAILED', 'UPDATE_FAILED', 'ROLLBACK_COMPLETE',
    'DELETE_IN_PROGRESS', 'DELETE_FAILED', 'DELETE_COMPLETE', 'CREATE_IN_PROGRESS', 'CREATE_FAILED', 'REVIEW_IN_PROGRESS', undefined,
  ])('while the stack is %s', async (status) => {
    const stack = driftedStack();
    stack.status = status;
    await stack.run();
    expect([stack.calls, stack.messages, stack.counts]).toEqual([['DescribeStacks'], [], [0, 0, 0]]);
    expect(stack.decided('gave-way')).toEqual([expect.objectContaining({
      level: 'INFO', reason: status ? `the stack is ${status}` : 'there is no such stack',
    })]);
  });

  test.each(['CREATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE', 'IMPORT_ROLLBACK_COMPLETE'])('but not while it is %s', async (status) => {
    const stack = driftedStack();
    stack.status = status;
    await stack.run();
    expect(stack.ecr.settings).toEqual(LOCKED);
  });

  test('to an input from before a stack operation', async () => {
    const stack = driftedStack();
    stack.resources.set(SCHEDULE, { physicalId: SCHEDULE, status: 'UPDATE_COMPLETE', updated: Date.parse('2026-01-02T03:00:01.000Z') });
    await stack.run();
    expect([stack.ecr.puts, stack.messages]).toEqual([[], []]);
    expect(stack.decided('gave-way')).toEqual([expect.objectContaining({ level: 'INFO', reason: expect.stringContaining('changed the schedule') })]);
  });

  test('to a stack without the schedule', async () => {
    const stack = driftedStack();
    stack.resources.delete(SCHEDULE);
    await stack.run();
    expect([stack.ecr.puts, stack.messages, stack.counts]).toEqual([[], [], [0, 0, 0]]);
  });

  test.each<[string, Partial<StackResource> | undefined]>([
    ['another physical id', { physicalId: 'arn:aws:ecr:eu-west-1:111122223333:repository/team-a/other|MUTABLE|0123456789ab' }],
    ['none', { physicalId: undefined }],
    ['no resource', undefined],
  ])(
    'passes over a declaration of which the stack has %s, and looks after the others', async (_, resource) => {
      const stack = new GuardedStack(2);
      stack.repositories.forEach((ecr) => ecr.settings = MUTABLE);
      stack.resources.delete('Tags0');
      if (resource) stack.resources.set('Tags0', { ...resource, status: 'UPDATE_COMPLETE', updated: LONG_AGO });
      await stack.run();
      expect(stack.repositories.map(({ settings }) => settings)).toEqual([MUTABLE, LOCKED]);
      expect(stack.decided('passed-over')).toEqual([
        expect.objectContaining({ level: 'INFO', declaration: 'Tags0', reason: expect.stringContaining('another physical id') }),
      ]);
      expect(stack.counts).toEqual([1, 1, 0]);
    });

  test.each<[string, (stack: GuardedStack) => void]>([
    ['has begun', (stack) => stack.status = 'UPDATE_IN_PROGRESS'],
    ['has removed the declaration', (stack) => stack.resources.delete('Tags0')],
    ['has updated the declaration', (stack) => stack.resources.set('Tags0', { ...stack.resources.get('Tags0')!, updated: Date.now() })],
  ])('where a stack operation %s just before it would write', async (_, happen) => {
    const stack = driftedStack();
    erase(stack.ecr);
    // The first two questions are those at the beginning of the run.
    stack.beforeCloudFormation = (count) => count === 3 && happen(stack);
    await stack.run();
    expect([stack.ecr.settings, stack.ecr.trace]).toEqual([MUTABLE, []]);
    expect([stack.counts, stack.messages]).toEqual([[0, 0, 0], []]);
    expect(stack.decided('gave-way')).toEqual([expect.objectContaining({ level: 'INFO', declaration: 'Tags0', reason: 'a stack operation has begun' })]);
  });
});

describe('what cannot be done', () => {
  test('a repository that is gone is reported, and is no failure', async () => {
    const stack = new GuardedStack(5);
    stack.repositories[1]!.gone = true;
    stack.repositories[4]!.gone = true;
    stack.repositories[2]!.settings = MUTABLE;
    await stack.run();
    expect(stack.counts).toEqual([3, 1, 0]);
    expect(stack.messages[0]!.message).toMatch(/team-a\/api-1 .*\n  The repository no longer exists/);
    expect(stack.repositories[2]!.settings).toEqual(LOCKED);
    expect(stack.decided('drift-found').map(({ declaration, reason }) => [declaration, reason])).toEqual([
      ['Tags1', 'the repository no longer exists'], ['Tags4', 'the repository no longer exists'], ['Tags2', undefined],
    ]);
  });

  test('one that is created anew after it was described is gone for this run', async () => {
    const stack = new GuardedStack();
    await stack.run(undefined, { describe: () => Promise.reject(named('RepositoryNotFoundException', 'does not exist')) });
    expect(stack.counts).toEqual([1, 0, 0]);
  });

  test('one that is deleted after it was described', async () => {
    const stack = new GuardedStack();
    stack.ecr.before = (method) => method === 'readTags' && (stack.ecr.gone = true);
    await stack.run();
    expect(stack.counts).toEqual([1, 0, 0]);
  });

  test('one that is deleted while it is corrected', async () => {
    const stack = new GuardedStack();
    stack.ecr.settings = MUTABLE;
    stack.ecr.before = (method) => method === 'putSettings' && (stack.ecr.gone = true);
    await stack.run();
    expect(stack.counts).toEqual([1, 0, 0]);
    expect(stack.messages[0]!.message).toContain('no longer exists');
    // It is not new, so nothing waits for it to appear.
    expect(stack.clock.pauses).toEqual([5_000]);
  });

  test('a refusal is reported with its reason, and the others are corrected', async () => {
    const stack = new GuardedStack(2);
    stack.repositories.forEach((ecr) => ecr.settings = MUTABLE);
    stack.ecr.before = (method) => {
      if (method === 'tag') throw named('AccessDeniedException', 'with an explicit deny in a service control policy');
    };
    await stack.run();
    expect(stack.repositories.map(({ settings }) => settings)).toEqual([MUTABLE, LOCKED]);
    expect(stack.counts).toEqual([2, 1, 1]);
    expect(stack.decided('not-guarded')).toEqual([expect.objectContaining({ level: 'ERROR', reason: expect.stringContaining('TagResource failed: AccessDeniedException') })]);
    expect(stack.messages[0]!.message).toMatch(/Has: MUTABLE\n  Done: it failed: .*explicit deny/);
  });

  test.each<[string, Partial<Parameters<GuardedStack['run']>[1] & object>]>([
    ['CloudFormation', { cloudFormation: { stackStatus: () => Promise.reject(named('AccessDenied', 'not authorized')), resources: jest.fn(), resource: jest.fn() } }],
    ['DescribeRepositories', { describe: () => Promise.reject(named('AccessDenied', 'not authorized')) }],
  ])('a refusal of %s counts every declaration as failed', async (_, environment) => {
    const stack = new GuardedStack(3);
    await stack.run(undefined, environment);
    expect(stack.counts).toEqual([0, 0, 3]);
    expect(stack.messages[0]!.message).toContain('AccessDenied: not authorized');
  });

  test('an error of the first look is reported by its name, and not repeated', async () => {
    const stack = new GuardedStack();
    stack.ecr.before = (method) => {
      if (method === 'readTags') throw named('ThrottlingException', 'Rate exceeded');
    };
    await stack.run();
    expect([stack.counts, stack.clock.pauses]).toEqual([[0, 0, 1], []]);
    expect(stack.messages[0]!.message).toMatch(/declared by Tags0\n  Done: it failed: ThrottlingException: Rate exceeded\n/);
  });

  test('a denial is final after 90 s, and the others are corrected', async () => {
    const stack = new GuardedStack(2);
    stack.repositories.forEach((ecr) => ecr.settings = MUTABLE);
    stack.ecr.before = (method) => {
      if (method === 'readSettings') throw named('AccessDeniedException', 'not authorized to perform: ecr:DescribeRepositories');
    };
    await stack.run();
    expect(stack.repositories.map(({ settings }) => settings)).toEqual([MUTABLE, LOCKED]);
    expect(stack.counts).toEqual([1, 1, 1]);
    expect(stack.decided('guard-ran')[0]!.ms).toBeLessThan(100_000);
  });

  test('a function with only the time to report begins nothing', async () => {
    const stack = new GuardedStack();
    stack.ecr.settings = MUTABLE;
    await stack.run(undefined, { lambdaRemaining: () => 60_000 });
    expect([stack.counts, stack.calls.includes('readTags')]).toEqual([[0, 0, 1], false]);
    expect(stack.messages[0]!.message).toContain('no time left');
  });

  test('a run that takes too long leaves the rest to the next one, and says so', async () => {
    const stack = new GuardedStack(3);
    stack.repositories.forEach((ecr) => {
      ecr.settings = MUTABLE;
      ecr.before = (method) => method === 'readTags' && void stack.clock.sleep(120_000);
    });
    await stack.run();
    expect(stack.counts[2]).toBeGreaterThan(0);
    expect(stack.messages[0]!.message).toContain('it failed: the run had no time left for it. The next one goes on');
  });

  test('a topic that refuses the message is logged, and the metrics are written all the same', async () => {
    const stack = new GuardedStack();
    stack.ecr.settings = MUTABLE;
    stack.refusal = named('AuthorizationErrorException', 'not authorized');
    await stack.run();
    expect(stack.decided('not-published')).toEqual([expect.objectContaining({ level: 'ERROR', reason: 'AuthorizationErrorException: not authorized' })]);
    expect(stack.counts).toEqual([1, 1, 0]);
  });

  const NOT_OF_SCHEDULE = /not the input of a guard's schedule/;
  test.each<[string, RegExp, (stack: GuardedStack) => unknown]>([
    ['no mode', NOT_OF_SCHEDULE, (stack) => ({ ...stack.input(), GuardMode: 'DELETE' })],
    ['no time', NOT_OF_SCHEDULE, (stack) => ({ ...stack.input(), ScheduledTime: '<aws.scheduler.scheduled-time>' })],
    ['no list', NOT_OF_SCHEDULE, (stack) => ({ ...stack.input(), Declarations: 'all' })],
    ['no stack', /StackId/, (stack) => ({ ...stack.input(), StackId: undefined })],
    ['a topic that is a list', NOT_OF_SCHEDULE, (stack) => ({ ...stack.input(), TopicArn: [] as unknown as string })],
    ['more declarations than a schedule has', NOT_OF_SCHEDULE, (stack) => ({ ...stack.input(), Declarations: Array(101).fill(stack.input().Declarations[0]) })],
    ['a physical id that CloudFormation has generated', /the physical id a-Tags-1ABC is not/, (stack) => ({ ...stack.input(), Declarations: [{ ...stack.input().Declarations[0], PhysicalResourceId: 'a-Tags-1ABC' }] })],
    ['settings that ECR refuses', /filter/i, (stack) => ({ ...stack.input(), Declarations: [{ ...stack.input().Declarations[0], ImageTagMutabilityExclusionFilters: undefined }] })],
  ])('an input with %s is refused in one line, and nothing is asked', async (_, reason, input) => {
    const stack = new GuardedStack();
    await stack.run(input(stack));
    expect([stack.calls, stack.metrics]).toEqual([[], []]);
    expect(stack.lines).toEqual([expect.objectContaining({ level: 'ERROR', decision: 'guard-refused', reason: expect.stringMatching(reason) })]);
  });
});
