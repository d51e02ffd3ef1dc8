import { Ecr } from '../../../lambda/ecr/ecr';
import { CallFailedError, Calls, OutOfTimeError, RepositoryNotFoundError, RetryOptions, withRetries } from '../../../lambda/ecr/retries';
import { FakeClock, FakeEcr, named } from '../../support/fake-ecr';
import { IMMUTABLE } from '../../support/settings';

const METHODS: readonly [keyof Ecr, string, (ecr: Ecr) => Promise<unknown>][] = [
  ['readSettings', 'DescribeRepositories', (ecr) => ecr.readSettings()],
  ['readTags', 'ListTagsForResource', (ecr) => ecr.readTags()],
  ['putSettings', 'PutImageTagMutability', (ecr) => ecr.putSettings(IMMUTABLE)],
  ['tag', 'TagResource', (ecr) => ecr.tag(new Map([['k', 'v']]))],
  ['untag', 'UntagResource', (ecr) => ecr.untag(['k'])],
];

const denied = () => named('AccessDeniedException', 'User is not authorized: no identity-based policy allows the ecr action');

function setUp(failing?: (count: number) => Error | undefined, lasts = 120_000, options: Partial<RetryOptions> = {}) {
  const ecr = new FakeEcr({ mutability: 'MUTABLE', filters: [] });
  ecr.before = (_, count) => {
    const error = failing?.(count);
    if (error) {
      throw error;
    }
  };
  const clock = new FakeClock();
  const started = clock.now();
  const calls: Calls = {};
  const lines: unknown[][] = [];
  const log = (...line: unknown[]) => void lines.push(line);
  const subject = withRetries(ecr, {
    clock, log, calls, remaining: () => started + lasts - clock.now(), mayBeNew: false, isDenialNeverFinal: () => false, ...options,
  });
  return { ecr, clock, pauses: clock.pauses, calls, lines, subject, elapsed: () => clock.now() - started };
}

const failure = (call: Promise<unknown>): Promise<Error> => call.then(() => { throw new Error('did not fail'); }, (error: Error) => error);

describe.each(METHODS)('%s', (method, name, call) => {
  test('reaches ECR once, and is counted by its name in the API', async () => {
    const { subject, ecr, calls, pauses } = setUp();
    await call(subject);
    expect(ecr.calls).toEqual([method]);
    expect(calls).toEqual({ [name]: 1 });
    expect(pauses).toEqual([]);
  });

  test('is repeated with growing pauses while the policy is on its way', async () => {
    const { subject, ecr, calls, pauses, lines } = setUp((count) => count <= 3 ? denied() : undefined);
    await call(subject);
    expect(lines).toEqual([['WARN', 'access-denied', {
      call: name, reason: `AccessDeniedException: ${denied().message}`,
    }]]);
    expect(ecr.calls).toEqual([method, method, method, method]);
    expect(calls).toEqual({ [name]: 4 });
    expect(pauses).toEqual([500, 1_000, 2_000]);
  });

  test('that stays denied fails within 90 s, with its name and the error', async () => {
    const { subject, ecr, pauses, elapsed } = setUp(denied);
    const error = await failure(call(subject));
    expect(error).toBeInstanceOf(CallFailedError);
    expect(error.message).toBe(`${name} failed: AccessDeniedException: ${denied().message}`);
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, ...Array<number>(7).fill(10_000)]);
    expect(ecr.calls).toHaveLength(pauses.length + 1);
    expect(elapsed()).toBeGreaterThan(75_000);
    expect(elapsed()).toBeLessThanOrEqual(90_000);
  });

  test('that a policy denies by name fails at once', async () => {
    const { subject, ecr, pauses, lines } = setUp(() => named('AccessDeniedException', 'User is not authorized with an explicit deny in a service control policy'));
    expect((await failure(call(subject))).message).toContain('explicit deny in a service control policy');
    expect(lines).toEqual([]);
    expect(ecr.calls).toHaveLength(1);
    expect(pauses).toEqual([]);
  });

  test.each(['InvalidParameterException', 'TooManyTagsException', 'RepositoryPolicyNotFoundException', 'AbortError'])(
    'fails at once after %s, which is its cause', async (errorName) => {
      const cause = named(errorName, 'what ECR said');
      const { subject, ecr, pauses } = setUp(() => cause);
      const error = await failure(call(subject));
      expect(error).toBeInstanceOf(CallFailedError);
      expect(error).not.toBeInstanceOf(RepositoryNotFoundError);
      expect(error).toMatchObject({ call: name, cause, message: `${name} failed: ${errorName}: what ECR said` });
      expect(ecr.calls).toHaveLength(1);
      expect(pauses).toEqual([]);
    });

  test('tells by its type that the repository is gone', async () => {
    const { subject, ecr, pauses } = setUp();
    ecr.gone = true;
    const error = await failure(call(subject));
    expect(error).toBeInstanceOf(RepositoryNotFoundError);
    expect(error).toMatchObject({ call: name });
    expect(ecr.calls).toHaveLength(1);
    expect(pauses).toEqual([]);
  });

  test.each([0, -1])('is not made with %d ms left', async (lasts) => {
    const { subject, ecr, calls } = setUp(undefined, lasts);
    const error = await failure(call(subject));
    expect(error).toBeInstanceOf(OutOfTimeError);
    expect(error.message).toContain(`before ${name}`);
    expect(ecr.calls).toEqual([]);
    expect(calls).toEqual({});
  });
});

test.each(['AccessDenied', 'UnrecognizedClientException'])('%s, another name of a denial, is waited for, too', async (name) => {
  const { subject, pauses } = setUp((count) => count === 1 ? named(name, 'not yet') : undefined);
  await subject.readTags();
  expect(pauses).toEqual([500]);
});

test('the answer after a denial is the one of ECR', async () => {
  const { subject } = setUp((count) => count === 1 ? denied() : undefined);
  expect(await subject.readSettings()).toEqual({ mutability: 'MUTABLE', filters: [] });
});

test('a denial followed by another error fails with that error', async () => {
  const { subject, ecr } = setUp((count) => count === 1 ? denied() : named('InvalidParameterException', 'broken'));
  expect((await failure(subject.readTags())).message).toBe('ListTagsForResource failed: InvalidParameterException: broken');
  expect(ecr.calls).toHaveLength(2);
});

test.each([400, 500, 1_499, 1_500, 3_000, 60_000])('with %d ms left, no pause leads up to the deadline or over it', async (lasts) => {
  const { subject, elapsed } = setUp(denied, lasts);
  const error = await failure(subject.untag(['k']));
  expect(error.message).toContain('AccessDeniedException');
  expect(elapsed()).toBeLessThan(lasts);
});

test.each([[5_500, 1], [5_501, 2]])('with %d ms left, 5 s of which are for the rollback, a call is made %d times', async (lasts, times) => {
  const { subject, ecr } = setUp(denied, lasts);
  await failure(subject.readTags());
  expect(ecr.calls).toHaveLength(times);
});

test('a call that ends after the deadline is not repeated', async () => {
  const { subject, ecr, clock, pauses } = setUp(undefined, 1_000);
  ecr.before = () => {
    void clock.sleep(2_000);
    throw denied();
  };
  expect((await failure(subject.readTags())).message).toContain('AccessDeniedException');
  expect(ecr.calls).toHaveLength(1);
  expect(pauses).toEqual([2_000]);
});

test('each call has its own 90 s', async () => {
  const { subject, ecr } = setUp(denied, 600_000);
  await failure(subject.readTags());
  const first = ecr.calls.length;
  await failure(subject.readTags());
  expect(ecr.calls).toHaveLength(2 * first);
});

test('calls are counted over all methods', async () => {
  const { subject, calls } = setUp();
  await subject.readTags();
  await subject.readTags();
  await subject.putSettings(IMMUTABLE);
  expect(calls).toEqual({ ListTagsForResource: 2, PutImageTagMutability: 1 });
});

test.each<[unknown, string]>([['a string', 'Error: a string'], [{ message: 'no name' }, 'Error: no name']])('what is thrown without a name, such as %j, is named an error', async (thrown, said) => {
  const { subject, ecr } = setUp();
  ecr.before = () => {
    throw thrown;
  };
  expect((await failure(subject.readTags())).message).toBe(`ListTagsForResource failed: ${said}`);
});

/** As the SDK has it, after its own attempts. */
const withStatus = (name: string, httpStatusCode: number) => Object.assign(named(name, 'try later'), { $metadata: { httpStatusCode } });
const TRANSIENT: readonly [string, () => Error][] = [
  ['ServerException', () => withStatus('ServerException', 500)],
  ['a status of 503', () => withStatus('Anything', 503)],
  ['a timeout', () => named('TimeoutError', 'no answer in 10 s')],
  ['a connection that broke', () => Object.assign(named('Error', 'read ECONNRESET'), { code: 'ECONNRESET' })],
];

describe.each(TRANSIENT)('%s', (_, error) => {
  test('is repeated until it passes, and told once', async () => {
    const { subject, pauses, calls, lines } = setUp((count) => count <= 3 ? error() : undefined);
    await subject.readTags();
    expect([pauses, calls]).toEqual([[500, 1_000, 2_000], { ListTagsForResource: 4 }]);
    expect(lines).toEqual([['WARN', 'call-repeated', { call: 'ListTagsForResource', reason: `${error().name}: ${error().message}` }]]);
  });

  test('is repeated as long as there is time, but for what a rollback takes', async () => {
    const { subject, elapsed } = setUp(error, 825_000);
    expect((await failure(subject.putSettings(IMMUTABLE))).message).toBe(`PutImageTagMutability failed: ${error().name}: ${error().message}`);
    expect(elapsed()).toBeGreaterThan(810_000);
    expect(elapsed()).toBeLessThanOrEqual(820_000);
  });
});

describe.each([
  ['by name', () => named('ThrottlingException', 'Rate exceeded')],
  ['by status', () => withStatus('Anything', 429)],
] as const)('throttling %s', (_, error) => {
  afterEach(() => jest.restoreAllMocks());

  test.each([[0, 0.5], [0.5, 1], [0.999, 1.499]])('is repeated after pauses that shrink with the time that is left, and vary: with chance %d, times %d', async (chance, factor) => {
    jest.spyOn(Math, 'random').mockReturnValue(chance);
    const { subject, pauses, calls, lines } = setUp((count) => count <= 20 ? error() : undefined, 60_000);
    await subject.readTags();
    const expected: number[] = [];
    for (let left = 60_000; expected.length < 20; left -= expected.at(-1)!) {
      expected.push(factor * left / 60);
    }
    expect(pauses.map(Math.round)).toEqual(expected.map(Math.round));
    expect(calls).toEqual({ ListTagsForResource: 21 });
    expect(lines).toEqual([['WARN', 'call-repeated', { call: 'ListTagsForResource', reason: `${error().name}: ${error().message}` }]]);
  });

  test.each([[825_000, 1_500], [10_000, 200]])('is repeated at first after a mean pause within bounds: with %d ms left, %d ms', async (left, pause) => {
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    const { subject, pauses } = setUp((count) => count <= 1 ? error() : undefined, left);
    await subject.readTags();
    expect(pauses).toEqual([pause]);
  });

  test('is repeated as long as there is time, but for what a rollback takes', async () => {
    const { subject, elapsed } = setUp(error, 825_000);
    expect((await failure(subject.putSettings(IMMUTABLE))).message).toBe(`PutImageTagMutability failed: ${error().name}: ${error().message}`);
    expect(elapsed()).toBeGreaterThan(818_000);
    expect(elapsed()).toBeLessThanOrEqual(820_000);
  });
});

describe('a denial that is never final', () => {
  const OWNED = 'owned';

  test('is repeated as long as there is time', async () => {
    const { subject, elapsed } = setUp(denied, 825_000, { isDenialNeverFinal: () => true });
    expect((await failure(subject.putSettings(IMMUTABLE))).message).toContain('AccessDeniedException');
    expect(elapsed()).toBeGreaterThan(810_000);
    expect(elapsed()).toBeLessThan(825_000);
  });

  test('fails at once where it is explicit', async () => {
    const { subject, elapsed } = setUp(() => named('AccessDeniedException', 'with an explicit deny in a resource-based policy'), 825_000, { isDenialNeverFinal: () => true });
    await failure(subject.putSettings(IMMUTABLE));
    expect(elapsed()).toBe(0);
  });

  test.each([[true, 810_000], [false, 75_000]])('is one by the tags that were read last: owned %s', async (owned, least) => {
    const { ecr, subject, elapsed } = setUp((count) => count > 2 ? denied() : undefined, 825_000, { isDenialNeverFinal: (tags) => tags.has(OWNED) });
    ecr.tags.set(owned ? 'other' : OWNED, '1');
    await subject.readTags();
    ecr.tags.clear();
    ecr.tags.set(owned ? OWNED : 'other', '1');
    await subject.readTags();
    await failure(subject.putSettings(IMMUTABLE));
    expect(elapsed()).toBeGreaterThan(least);
    expect(elapsed()).toBeLessThan(least + 15_000);
  });

  test('is final after 90 s before any tags were read', async () => {
    const { subject, elapsed } = setUp(denied, 825_000, { isDenialNeverFinal: (tags) => tags.has(OWNED) });
    await failure(subject.readTags());
    expect(elapsed()).toBeLessThanOrEqual(90_000);
  });
});

describe('a repository that is not found', () => {
  const notFound = (times: number) => (count: number) => count <= times ? named('RepositoryNotFoundException', 'not there') : undefined;

  test('is asked for again where it may have just been created', async () => {
    const { subject, pauses, lines } = setUp(notFound(3), 105_000, { mayBeNew: true });
    expect(await subject.readSettings()).toEqual({ mutability: 'MUTABLE', filters: [] });
    expect(pauses).toEqual([500, 1_000, 2_000]);
    expect(lines).toEqual([['WARN', 'call-repeated', { call: 'DescribeRepositories', reason: 'RepositoryNotFoundException: not there' }]]);
  });

  test('is believed after 5 s', async () => {
    const { subject, elapsed } = setUp(notFound(Infinity), 105_000, { mayBeNew: true });
    expect(await failure(subject.readSettings())).toBeInstanceOf(RepositoryNotFoundError);
    expect(elapsed()).toBeLessThanOrEqual(5_000);
  });
});

test('a call that is aborted when the time is up fails at once, with the error that it met before', async () => {
  const { subject, ecr } = setUp((count) => count === 1
    ? Object.assign(named('ThrottlingException', 'Rate exceeded'), { $metadata: { httpStatusCode: 400 } })
    : named('AbortError', 'Request aborted'));
  expect((await failure(subject.readTags())).message).toBe('ListTagsForResource failed: ThrottlingException: Rate exceeded');
  expect(ecr.calls).toHaveLength(2);
});

test('a call that is aborted at once fails with that', async () => {
  const { subject } = setUp(() => named('AbortError', 'Request aborted'));
  expect((await failure(subject.readTags())).message).toBe('ListTagsForResource failed: AbortError: Request aborted');
});
