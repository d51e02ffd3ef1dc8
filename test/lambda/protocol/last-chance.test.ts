import { FUNCTION_TIMEOUT_MS } from '../../../src/shared/contract';
import { FakeEcr, named } from '../../support/fake-ecr';
import { FakeStack, GENERATED_ID } from '../../support/fake-stack';
import { OTHER_ARN, properties } from '../../support/properties';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE, OF_OTHER } from '../../support/settings';

const MINUTES = 60_000;
/** Sending a response may take five attempts of 10 s, with pauses of 14.2 s in all. */
const MAX_TO_RESPOND_MS = 64_200;

const throttled = () => named('ThrottlingException', 'Rate exceeded');
const denied = () => named('AccessDeniedException', 'not authorized: no identity-based policy allows the action');
const deniedExplicitly = () => named('AccessDeniedException', 'not authorized, with an explicit deny in a service control policy');

/** What was declared long ago is deleted, while calls fail for so many ms. */
async function deleted(failingFor: number, error: () => Error, { methods = ['putSettings'], isOwned = true, lambdaRemaining = FUNCTION_TIMEOUT_MS } = {}) {
  const ecr = new FakeEcr(FILTERED);
  const stack = new FakeStack(ecr);
  await stack.create(LOCKED);
  await stack.clock.sleep(60 * MINUTES);
  if (!isOwned) ecr.tags.delete(stack.environment.ownershipTag.key);
  const started = stack.clock.now();
  stack.environment.lambdaRemaining = () => started + lambdaRemaining - stack.clock.now();
  ecr.before = (method) => {
    if (methods.includes(method) && stack.clock.now() < started + failingFor) throw error();
  };
  const response = await stack.remove(LOCKED);
  return { response, stack, ends: [ecr.settings, ecr.trace], took: stack.clock.now() - started };
}

describe('a delete goes on as long as Lambda lets it', () => {
  test.each([['throttling', throttled], ['denials', denied]])('through 13 minutes of %s, and restores', async (_, error) => {
    const { response, ends, took } = await deleted(13 * MINUTES, error);
    expect(response.Status).toBe('SUCCESS');
    expect(ends).toEqual([FILTERED, []]);
    expect(took).toBeGreaterThanOrEqual(13 * MINUTES);
    expect(took).toBeLessThan(FUNCTION_TIMEOUT_MS - MAX_TO_RESPOND_MS);
  });

  test.each(['readTags', 'readSettings', 'putSettings', 'untag'])('where %s is throttled, too', async (method) => {
    const { response, ends } = await deleted(10 * MINUTES, throttled, { methods: [method] });
    expect([response.Status, ends]).toEqual(['SUCCESS', [FILTERED, []]]);
  });

  test.each([['throttling', throttled], ['denials', denied]])('and fails under %s without an end while there is time to respond, with the commands', async (_, error) => {
    const { response, took } = await deleted(Infinity, error);
    expect(response).toMatchObject({ Status: 'FAILED', Reason: { commands: expect.stringMatching(/aws ecr put-image-tag-mutability .* && aws ecr untag-resource /) } });
    expect(took).toBeGreaterThan(13 * MINUTES);
    expect(took).toBeLessThanOrEqual(FUNCTION_TIMEOUT_MS - MAX_TO_RESPOND_MS);
  });

  test('that is not what the clock says, but Lambda', async () => {
    const { response, took } = await deleted(Infinity, throttled, { lambdaRemaining: 4 * MINUTES });
    expect(response.Status).toBe('FAILED');
    expect(took).toBeGreaterThan(2 * MINUTES);
    expect(took).toBeLessThanOrEqual(4 * MINUTES - MAX_TO_RESPOND_MS);
  });

  test('after the wait for a create that was never answered, too', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const stack = new FakeStack(ecr);
    await stack.create(LOCKED);
    ecr.settings = MUTABLE;
    const started = stack.clock.now();
    ecr.before = (method) => {
      if (method === 'untag' && stack.clock.now() < started + 13 * MINUTES) throw throttled();
    };
    expect(await stack.remove(LOCKED, 'Tags', GENERATED_ID)).toEqual({ Status: 'SUCCESS', PhysicalResourceId: GENERATED_ID });
    expect([ecr.settings, ecr.trace]).toEqual([MUTABLE, []]);
    expect(stack.clock.now() - started).toBeLessThan(FUNCTION_TIMEOUT_MS - MAX_TO_RESPOND_MS);
  });
});

describe('a denied delete', () => {
  test('fails after 90 s without the ownership tag, since IAM asks for it', async () => {
    const { response, took } = await deleted(Infinity, denied, { isOwned: false });
    expect(response).toMatchObject({ Status: 'FAILED', Reason: { commands: expect.stringContaining('put-image-tag-mutability') } });
    expect(took).toBeGreaterThan(75_000);
    expect(took).toBeLessThanOrEqual(90_000);
  });

  test('fails after 90 s where the ownership tag is another stack\'s', async () => {
    const ecr = new FakeEcr(FILTERED);
    const stack = new FakeStack(ecr);
    await stack.create(LOCKED);
    ecr.tags.set(stack.environment.ownershipTag.key, 'the id of another');
    ecr.before = (method) => {
      if (method === 'putSettings') throw denied();
    };
    const started = stack.clock.now();
    expect((await stack.remove(LOCKED)).Status).toBe('FAILED');
    expect(stack.clock.now() - started).toBeLessThanOrEqual(92_000);
  });

  test('still gets the 90 s that a new policy takes', async () => {
    const { response, ends } = await deleted(60_000, denied, { isOwned: false });
    expect([response.Status, ends]).toEqual(['SUCCESS', [FILTERED, []]]);
  });

  test.each([true, false])('fails at once where the denial is explicit (with the ownership tag: %s)', async (isOwned) => {
    const { response, took } = await deleted(Infinity, deniedExplicitly, { isOwned });
    expect([response.Status, took]).toEqual(['FAILED', 0]);
  });
});

describe('a create', () => {
  async function created(failing: (method: string, sinceStart: number) => Error | undefined) {
    const ecr = new FakeEcr(FILTERED);
    const stack = new FakeStack(ecr);
    const started = stack.clock.now();
    ecr.before = (method) => {
      const error = failing(method, stack.clock.now() - started);
      if (error) throw error;
    };
    return { response: await stack.create(LOCKED), ecr, took: stack.clock.now() - started };
  }

  test.each<[string, number, () => Error]>([
    ['a repository that ECR does not find yet', 3_000, () => named('RepositoryNotFoundException', 'not there')],
    ['a role that ECR does not know yet', 60_000, () => named('UnrecognizedClientException', 'The security token included in the request is invalid')],
    ['a policy that has not arrived yet', 60_000, denied],
    ['throttling', 90_000, throttled],
  ])('waits for %s', async (_, ms, error) => {
    const { response, ecr } = await created((__, time) => time < ms ? error() : undefined);
    expect([response.Status, ecr.settings]).toEqual(['SUCCESS', LOCKED]);
  });

  test('does not wait long for a repository that is not there', async () => {
    const { response, took } = await created(() => named('RepositoryNotFoundException', 'not there'));
    expect(response.Status).toBe('FAILED');
    expect(took).toBeLessThanOrEqual(5_000);
  });

  test('writes in its window only: throttling without an end fails it there', async () => {
    const writes: number[] = [];
    const { response, took } = await created((method, time) => {
      if (!method.startsWith('read')) writes.push(time);
      return method === 'putSettings' ? throttled() : undefined;
    });
    expect(response.Status).toBe('FAILED');
    expect(Math.max(...writes)).toBeLessThan(105_000);
    expect(took).toBeLessThanOrEqual(105_000);
  });

  test.each([0, 3_500, 5_500, 6_500])('has time left to roll back, where each try lasts %d ms until its connection breaks', async (ms) => {
    const ecr = new FakeEcr(FILTERED);
    const stack = new FakeStack(ecr);
    ecr.before = (method) => {
      if (method === 'putSettings') {
        void stack.clock.sleep(ms);
        throw Object.assign(named('Error', 'socket hang up'), { code: 'ECONNRESET' });
      }
      // As ECR answers under load.
      void stack.clock.sleep(500);
    };
    expect((await stack.create(LOCKED)).Status).toBe('FAILED');
    expect([ecr.settings, ecr.trace]).toEqual([FILTERED, []]);
  });

  test('under denials without an end fails after 90 s, whatever tags it has written', async () => {
    const { response, took } = await created((method) => method === 'putSettings' ? denied() : undefined);
    expect(response.Status).toBe('FAILED');
    expect(took).toBeLessThanOrEqual(90_000);
  });
});

test.each([['throttling', throttled, 2 * MINUTES], ['denials', denied, 90_000]])('an update that cannot release an abandoned repository for %s ends in time', async (_, error, most) => {
  const [ecr, abandoned] = [new FakeEcr(FILTERED), new FakeEcr(MUTABLE)];
  const stack = new FakeStack(ecr);
  await stack.create(LOCKED);
  const started = stack.clock.now();
  abandoned.before = () => {
    throw error();
  };
  stack.environment.ecr = ({ arn }) => arn === OTHER_ARN ? abandoned : ecr;
  const response = await stack.send('Update', 'Tags', { ResourceProperties: properties(IMMUTABLE), OldResourceProperties: properties(LOCKED, OTHER_ARN) });
  expect(response).toMatchObject({ Status: 'FAILED', Reason: { message: expect.stringContaining('was not released') } });
  expect(ecr.settings).toEqual(IMMUTABLE);
  expect(stack.clock.now() - started).toBeLessThanOrEqual(most);
});

describe('failIfSuperseded', () => {
  const OPTIONS = { failIfSuperseded: true };
  async function belowAnother() {
    const ecr = new FakeEcr(MUTABLE);
    const [stack, other] = [new FakeStack(ecr, 'a'), new FakeStack(ecr, 'b')];
    await stack.create(LOCKED, 'Tags', OPTIONS);
    await other.create(OF_OTHER);
    return { ecr, stack, state: () => [ecr.settings, [...ecr.tags]] };
  }

  test('fails an update that another stack\'s newer declaration holds over, writes nothing, and its rollback succeeds', async () => {
    const { stack, state } = await belowAnother();
    const [before, id] = [state(), stack.physicalId()];
    expect(await stack.update(IMMUTABLE, LOCKED, 'Tags', OPTIONS)).toMatchObject({
      Status: 'FAILED', PhysicalResourceId: id, Reason: { message: expect.stringContaining('the stack b has a newer declaration') },
    });
    expect(state()).toEqual(before);
    expect(await stack.update(LOCKED, IMMUTABLE, 'Tags', OPTIONS)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: id });
    expect(state()).toEqual(before);
  });

  test('fails the create of a renamed construct, writes nothing, and the delete after it succeeds', async () => {
    const { stack, state } = await belowAnother();
    const before = state();
    expect((await stack.create(IMMUTABLE, 'Renamed', OPTIONS)).Status).toBe('FAILED');
    expect(state()).toEqual(before);
    expect((await stack.remove(IMMUTABLE, 'Renamed')).Status).toBe('SUCCESS');
    expect(state()).toEqual(before);
  });

  test('lets an update that changes nothing of the declaration pass', async () => {
    const { stack, state } = await belowAnother();
    const before = state();
    expect((await stack.update(LOCKED, LOCKED, 'Tags', OPTIONS)).Status).toBe('SUCCESS');
    expect(state()).toEqual(before);
  });

  test('lets a first create pass, which is the newest', async () => {
    const ecr = new FakeEcr(MUTABLE);
    await new FakeStack(ecr, 'b').create(OF_OTHER);
    expect((await new FakeStack(ecr, 'a').create(LOCKED, 'Tags', OPTIONS)).Status).toBe('SUCCESS');
    expect(ecr.settings).toEqual(LOCKED);
  });
});
