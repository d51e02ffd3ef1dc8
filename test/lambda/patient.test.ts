import { Ecr } from '../../lambda/ecr';
import { CallFailedError, Calls, OutOfTimeError, RepositoryNotFoundError, patient } from '../../lambda/patient';
import { Settings } from '../../src/shared/settings';
import { FakeClock, FakeEcr, named } from '../support/fake-ecr';

const IMMUTABLE: Settings = { mutability: 'IMMUTABLE', filters: [] };
const METHODS: readonly [keyof Ecr, string, (ecr: Ecr) => Promise<unknown>][] = [
  ['readSettings', 'DescribeRepositories', (ecr) => ecr.readSettings()],
  ['readTags', 'ListTagsForResource', (ecr) => ecr.readTags()],
  ['putSettings', 'PutImageTagMutability', (ecr) => ecr.putSettings(IMMUTABLE)],
  ['tag', 'TagResource', (ecr) => ecr.tag(new Map([['k', 'v']]))],
  ['untag', 'UntagResource', (ecr) => ecr.untag(['k'])],
];

const denied = () => named('AccessDeniedException', 'User is not authorized: no identity-based policy allows the ecr action');

function setUp(fault?: (count: number) => Error | undefined, lasts = 120_000) {
  const ecr = new FakeEcr({ mutability: 'MUTABLE', filters: [] });
  ecr.before = (_, count) => {
    const error = fault?.(count);
    if (error) {
      throw error;
    }
  };
  const clock = new FakeClock();
  const started = clock.now();
  const calls: Calls = {};
  const lines: unknown[][] = [];
  const log = (...line: unknown[]) => void lines.push(line);
  const subject = patient(ecr, { clock, log, calls, remaining: () => started + lasts - clock.now() });
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
      call: name, reason: `AccessDeniedException: ${denied().message}`, consequence: 'the call is repeated for up to 90 s',
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

  test.each(['ServerException', 'ThrottlingException', 'InvalidParameterException', 'TooManyTagsException', 'AbortError'])(
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

test('the other name of a denial is waited for, too', async () => {
  const { subject, pauses } = setUp((count) => count === 1 ? named('AccessDenied', 'not yet') : undefined);
  await subject.readTags();
  expect(pauses).toEqual([500]);
});

test('the answer after a denial is the one of ECR', async () => {
  const { subject } = setUp((count) => count === 1 ? denied() : undefined);
  expect(await subject.readSettings()).toEqual({ mutability: 'MUTABLE', filters: [] });
});

test('a denial followed by another error fails with that error', async () => {
  const { subject, ecr } = setUp((count) => count === 1 ? denied() : named('ServerException', 'broken'));
  expect((await failure(subject.readTags())).message).toBe('ListTagsForResource failed: ServerException: broken');
  expect(ecr.calls).toHaveLength(2);
});

test.each([400, 500, 1_499, 1_500, 3_000, 60_000])('with %d ms left, no pause leads up to the deadline or over it', async (lasts) => {
  const { subject, elapsed } = setUp(denied, lasts);
  const error = await failure(subject.untag(['k']));
  expect(error.message).toContain('AccessDeniedException');
  expect(elapsed()).toBeLessThan(lasts);
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

test.each<[unknown, string]>([['a text', 'Error: a text'], [{ message: 'no name' }, 'Error: no name']])('what is thrown without a name, such as %j, is named an error', async (thrown, said) => {
  const { subject, ecr } = setUp();
  ecr.before = () => {
    throw thrown;
  };
  expect((await failure(subject.readTags())).message).toBe(`ListTagsForResource failed: ${said}`);
});
