import { parsePhysicalId, renderPhysicalId } from '../../../lambda/cloudformation/physical-id';
import { Response } from '../../../lambda/cloudformation/response';
import { readRecord } from '../../../lambda/protocol/record';
import { Settings } from '../../../src/shared/settings';
import { FakeEcr, named } from '../../support/fake-ecr';
import { FakeStack, GENERATED_ID } from '../../support/fake-stack';
import { ARN, OTHER_ARN, THIRD_ARN, properties } from '../../support/properties';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE, OF_OTHER } from '../../support/settings';

/** Its order is not that of the alphabet, so that an id made of anything but the record would differ. */
const ORIGINAL: Settings = { mutability: 'MUTABLE_WITH_EXCLUSION', filters: ['z-*', 'a', '*m*'] };

/** A stack whose provider works on three repositories. */
function stackOnThree() {
  const repositories: Record<string, FakeEcr> = {
    [ARN]: new FakeEcr(ORIGINAL), [OTHER_ARN]: new FakeEcr(FILTERED), [THIRD_ARN]: new FakeEcr(IMMUTABLE),
  };
  const stack = new FakeStack(repositories[ARN]!);
  stack.environment.ecr = ({ arn }) => repositories[arn]!;
  const of = (arn: string) => repositories[arn]!;
  /** An update of the one resource, from one repository to another. */
  const move = (from: string, to: string, PhysicalResourceId = stack.physicalId(), settings = LOCKED) => stack.send('Update', 'Tags', {
    PhysicalResourceId, ResourceProperties: properties(settings, to), OldResourceProperties: properties(LOCKED, from),
  });
  const remove = (PhysicalResourceId: string, settings = LOCKED) =>
    stack.send('Delete', 'Tags', { PhysicalResourceId, ResourceProperties: properties(settings, parsePhysicalId(PhysicalResourceId)?.repository.arn) });
  return { stack, of, move, remove };
}

const tokenIn = ({ PhysicalResourceId }: Response) => parsePhysicalId(PhysicalResourceId)?.token;
const ends = (ecr: FakeEcr) => [ecr.settings, ecr.trace];

describe('a replacement', () => {
  test('gets an id of its own, with the original of the new repository and a new token', async () => {
    const { stack, of, move, remove } = stackOnThree();
    const created = await stack.create(LOCKED);
    const moved = await move(ARN, OTHER_ARN);
    expect(moved).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: renderPhysicalId(OTHER_ARN, FILTERED, tokenIn(moved)!) });
    expect(tokenIn(moved)).not.toBe(tokenIn(created));
    await remove(created.PhysicalResourceId);
    expect(ends(of(ARN))).toEqual([ORIGINAL, []]);
    await remove(moved.PhysicalResourceId);
    expect(ends(of(OTHER_ARN))).toEqual([FILTERED, []]);
  });

  test('that is rolled back gets the former id byte for byte, with the order of the filters, and its deletes in either order release each repository once', async () => {
    for (const newIdFirst of [true, false]) {
      const { stack, of, move, remove } = stackOnThree();
      const { PhysicalResourceId: first } = await stack.create(LOCKED);
      const { PhysicalResourceId: second } = await move(ARN, OTHER_ARN);
      // CloudFormation updates back to what it had, with the id of the replacement.
      const back = () => move(OTHER_ARN, ARN);
      if (newIdFirst) {
        expect(await back()).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: first });
        await remove(second);
      } else {
        await remove(second);
        expect(await move(OTHER_ARN, ARN, second)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: first });
      }
      expect([of(ARN).settings, ends(of(OTHER_ARN))]).toEqual([LOCKED, [FILTERED, []]]);
      await remove(first);
      expect(ends(of(ARN))).toEqual([ORIGINAL, []]);
    }
  });

  test('that fails keeps the id that it came with, and its delete releases the former repository', async () => {
    const { stack, of, move, remove } = stackOnThree();
    const { PhysicalResourceId: first } = await stack.create(LOCKED);
    of(OTHER_ARN).before = () => {
      throw named('AccessDeniedException', 'with an explicit deny');
    };
    expect(await move(ARN, OTHER_ARN)).toMatchObject({ Status: 'FAILED', PhysicalResourceId: first });
    await remove(stack.physicalId());
    expect(ends(of(ARN))).toEqual([ORIGINAL, []]);
  });
});

describe('an id stays as it was given', () => {
  test.each<[string, (stack: FakeStack) => Promise<Response>]>([
    ['an update', (stack) => stack.update(IMMUTABLE, LOCKED)],
    ['an update that changes nothing', (stack) => stack.update(LOCKED, LOCKED)],
    ['a delete', (stack) => stack.remove(LOCKED)],
  ])('by %s that succeeds, and by one that fails', async (_, act) => {
    for (const fails of [false, true]) {
      const { stack, of } = stackOnThree();
      const { PhysicalResourceId } = await stack.create(LOCKED);
      of(ARN).before = () => {
        if (fails) throw named('AccessDeniedException', 'with an explicit deny');
      };
      expect(await act(stack)).toMatchObject({ Status: fails ? 'FAILED' : 'SUCCESS', PhysicalResourceId });
    }
  });

  test('by an update of an id that is only an ARN, or none of a repository', async () => {
    for (const PhysicalResourceId of [ARN, GENERATED_ID]) {
      const { stack } = stackOnThree();
      await stack.create(LOCKED);
      const event = { PhysicalResourceId, ResourceProperties: properties(IMMUTABLE), OldResourceProperties: properties(LOCKED) };
      expect(await stack.send('Update', 'Tags', event)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId });
    }
  });

  test('by requests that are refused for what they say', async () => {
    const { stack } = stackOnThree();
    const { PhysicalResourceId } = await stack.create(LOCKED);
    for (const type of ['Update', 'Read']) {
      expect(await stack.send(type, 'Tags', { ResourceProperties: { RepositoryArn: 'api' } })).toMatchObject({ Status: 'FAILED', PhysicalResourceId });
    }
  });

  test('and where a record was erased, an update writes its token and original again', async () => {
    const { stack, of } = stackOnThree();
    const { PhysicalResourceId } = await stack.create(LOCKED);
    of(ARN).tags.clear();
    expect(await stack.update(IMMUTABLE, LOCKED)).toMatchObject({ PhysicalResourceId });
    const { token } = parsePhysicalId(PhysicalResourceId)!;
    expect(readRecord(of(ARN).tags).declarations).toMatchObject([{ original: ORIGINAL, declared: { token } }]);
  });
});

describe('a repository that a failed update declared in the place of another', () => {
  test('is released by the rollback where neither the id nor the properties name it', async () => {
    const { stack, of, move } = stackOnThree();
    const { PhysicalResourceId: first } = await stack.create(LOCKED);
    await move(ARN, OTHER_ARN);
    // The response was never taken: CloudFormation still has the first id.
    expect(await move(OTHER_ARN, ARN, first)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: first });
    expect([of(ARN).settings, ends(of(OTHER_ARN))]).toEqual([LOCKED, [FILTERED, []]]);
  });

  test('is released on the way to a third one', async () => {
    const { stack, of, move } = stackOnThree();
    const { PhysicalResourceId: first } = await stack.create(LOCKED);
    await move(ARN, OTHER_ARN);
    const third = await move(OTHER_ARN, THIRD_ARN, first);
    expect(third.PhysicalResourceId).toBe(renderPhysicalId(THIRD_ARN, IMMUTABLE, tokenIn(third)!));
    expect([of(ARN).settings, ends(of(OTHER_ARN)), of(THIRD_ARN).settings]).toEqual([LOCKED, [FILTERED, []], LOCKED]);
  });

  test.each([
    ['the id names it, since CloudFormation deletes that', OTHER_ARN, ARN],
    ['the properties name it', ARN, OTHER_ARN],
  ])('is not released where %s', async (_, inId, inProperties) => {
    const { stack, of, move } = stackOnThree();
    await stack.create(LOCKED);
    const { PhysicalResourceId: second } = await move(ARN, OTHER_ARN);
    const id = inId === OTHER_ARN ? second : renderPhysicalId(ARN, ORIGINAL, '0123456789ab');
    await move(OTHER_ARN, inProperties, id);
    expect(of(OTHER_ARN).settings).toEqual(LOCKED);
    expect(of(OTHER_ARN).trace).toHaveLength(3);
  });
});

describe('a create that failed, and was rolled back by nobody', () => {
  /** The first create dies after it has put; CloudFormation has its failure from Lambda's side, and takes the id of the response. */
  async function failedThenCreated() {
    const ecr = new FakeEcr(ORIGINAL);
    const stack = new FakeStack(ecr);
    ecr.before = () => {
      if (ecr.puts.length > 0) throw named('Killed', 'the function was killed');
    };
    const failed = await stack.create(LOCKED);
    ecr.before = () => {};
    expect(failed).toMatchObject({ Status: 'FAILED', PhysicalResourceId: `${ARN}||${tokenIn(failed)}` });
    expect([ecr.settings, ecr.trace.length]).toEqual([LOCKED, 3]);
    return { ecr, stack, failed: failed.PhysicalResourceId };
  }

  test('is released by its delete before the new create', async () => {
    const { ecr, stack, failed } = await failedThenCreated();
    await stack.remove(LOCKED, 'Tags', failed);
    expect(ends(ecr)).toEqual([ORIGINAL, []]);
    await stack.create(IMMUTABLE);
    await stack.remove(IMMUTABLE);
    expect(ends(ecr)).toEqual([ORIGINAL, []]);
  });

  test('is taken over by the new create: the delete of the old one, which comes after it, changes nothing', async () => {
    const { ecr, stack, failed } = await failedThenCreated();
    const created = await stack.create(IMMUTABLE);
    expect(created).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: renderPhysicalId(ARN, ORIGINAL, tokenIn(created)!) });
    const tags = [...ecr.tags];
    ecr.calls.length = 0;
    expect(await stack.remove(LOCKED, 'Tags', failed)).toEqual({ Status: 'SUCCESS', PhysicalResourceId: failed });
    expect([ecr.settings, [...ecr.tags], ecr.calls.filter((call) => !call.startsWith('read'))]).toEqual([IMMUTABLE, tags, []]);
    expect(stack.decided('other-create')).toMatchObject([{ level: 'INFO', consequence: 'the declaration of a later create stays' }]);
    await stack.remove(IMMUTABLE, 'Tags', created.PhysicalResourceId);
    expect(ends(ecr)).toEqual([ORIGINAL, []]);
  });
});

describe('a second delivery', () => {
  test('of a create gives the same id, and writes nothing', async () => {
    const { stack, of } = stackOnThree();
    const first = await stack.create(LOCKED);
    of(ARN).calls.length = 0;
    expect(await stack.deliverAgain()).toEqual(first);
    expect(of(ARN).calls).toEqual(['readTags', 'readSettings']);
  });

  test('of a replacement gives the same id, and writes nothing', async () => {
    const { stack, of, move } = stackOnThree();
    await stack.create(LOCKED);
    const first = await move(ARN, OTHER_ARN);
    of(OTHER_ARN).calls.length = 0;
    expect(await stack.deliverAgain()).toEqual(first);
    expect(of(OTHER_ARN).calls).toEqual(['readTags', 'readSettings']);
  });

  test('of an update gives the same id, and writes nothing', async () => {
    const { stack, of } = stackOnThree();
    await stack.create(LOCKED);
    const first = await stack.update(IMMUTABLE, LOCKED);
    of(ARN).calls.length = 0;
    expect(await stack.deliverAgain()).toEqual(first);
    expect(of(ARN).calls).toEqual(['readTags', 'readSettings']);
  });

  test('of an update whose record was erased keeps the original', async () => {
    const { stack, of } = stackOnThree();
    await stack.create(LOCKED);
    of(ARN).tags.clear();
    await stack.update(IMMUTABLE, LOCKED);
    of(ARN).tags.clear();
    await stack.deliverAgain();
    await stack.remove(IMMUTABLE);
    expect(ends(of(ARN))).toEqual([ORIGINAL, []]);
  });

  test('of a delete changes nothing, whatever was set since', async () => {
    for (const since of [ORIGINAL, MUTABLE, OF_OTHER]) {
      const { stack, of } = stackOnThree();
      await stack.create(LOCKED);
      const first = await stack.remove(LOCKED);
      of(ARN).settings = since;
      expect(await stack.deliverAgain()).toEqual(first);
      expect(ends(of(ARN))).toEqual([since, []]);
    }
  });

  test('of a delete leaves a later create of the same logical id alone', async () => {
    const { stack, of, remove } = stackOnThree();
    const { PhysicalResourceId } = await stack.create(LOCKED);
    await stack.remove(LOCKED);
    await stack.create(IMMUTABLE);
    await remove(PhysicalResourceId);
    expect([of(ARN).settings, of(ARN).trace.length]).toEqual([IMMUTABLE, 3]);
  });
});

test('a rename with an update between keeps the original in each id', async () => {
  const ecr = new FakeEcr(ORIGINAL);
  const stack = new FakeStack(ecr);
  await stack.create(LOCKED, 'Old');
  const renamed = await stack.create(IMMUTABLE, 'New');
  expect(renamed.PhysicalResourceId).toBe(renderPhysicalId(ARN, ORIGINAL, tokenIn(renamed)!));
  await stack.remove(LOCKED, 'Old');
  await stack.update(FILTERED, IMMUTABLE, 'New');
  ecr.tags.clear();
  await stack.remove(FILTERED, 'New');
  expect(ends(ecr)).toEqual([ORIGINAL, []]);
});

test('where another stack holds, the id has the original from before all declarations', async () => {
  const ecr = new FakeEcr(ORIGINAL);
  await new FakeStack(ecr, 'b').create(OF_OTHER);
  const created = await new FakeStack(ecr, 'a').create(LOCKED);
  expect(created.PhysicalResourceId).toBe(renderPhysicalId(ARN, ORIGINAL, tokenIn(created)!));
});
