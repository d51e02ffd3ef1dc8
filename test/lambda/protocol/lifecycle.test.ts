import { renderPhysicalId } from '../../../lambda/cloudformation/physical-id';
import { Ecr } from '../../../lambda/ecr/ecr';
import { handle } from '../../../lambda/protocol/lifecycle';
import { FakeEcr, named } from '../../support/fake-ecr';
import { GENERATED_ID, FakeStack, stackId } from '../../support/fake-stack';
import { ARN, OTHER_ARN, properties } from '../../support/properties';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE, OF_OTHER } from '../../support/settings';

describe.each([MUTABLE, IMMUTABLE, LOCKED, FILTERED])('a repository that was %j', (original) => {
  test.each([MUTABLE, IMMUTABLE, LOCKED, FILTERED])('takes %j, and gets back what it had', async (declared) => {
    const ecr = new FakeEcr(original);
    const stack = new FakeStack(ecr);

    expect(await stack.create(declared)).toEqual({
      Status: 'SUCCESS',
      PhysicalResourceId: expect.stringMatching(new RegExp(`^${renderPhysicalId(ARN, original, '').replace(/[|*]/g, '\\$&')}[0-9a-f]{12}$`)),
      Data: { RegistryId: '111122223333', RepositoryName: 'team-a/api', ImageTagMutability: declared.mutability },
    });
    expect(ecr.settings).toEqual(declared);
    expect(ecr.trace).toHaveLength(3);

    expect((await stack.remove(declared)).Status).toBe('SUCCESS');
    expect(ecr.settings).toEqual(original);
    expect(ecr.trace).toEqual([]);
    expect(ecr.puts).toEqual(original === declared ? [] : [declared, original]);
  });
});

test('an update changes the settings and keeps the original', async () => {
  const ecr = new FakeEcr(FILTERED);
  const stack = new FakeStack(ecr);
  await stack.create(LOCKED);
  await stack.update(IMMUTABLE, LOCKED);
  expect(ecr.settings).toEqual(IMMUTABLE);
  await stack.remove(IMMUTABLE);
  expect([ecr.settings, ecr.trace]).toEqual([FILTERED, []]);
});

test('an unchanged update writes nothing, also where the filters stand in another order', async () => {
  const ecr = new FakeEcr({ ...LOCKED, filters: [...LOCKED.filters].reverse() });
  const stack = new FakeStack(ecr);
  await stack.create(LOCKED);
  ecr.calls.length = 0;
  await stack.update(LOCKED, LOCKED);
  expect(ecr.calls).toEqual(['readTags', 'readSettings']);
  expect(ecr.puts).toEqual([]);
});

describe('two stacks declare one repository', () => {
  test.each([['the newer first', ['b', 'a']], ['the older first', ['a', 'b']]])('and give it back, %s', async (_, order) => {
    const ecr = new FakeEcr(MUTABLE);
    const stacks = { a: new FakeStack(ecr, 'a'), b: new FakeStack(ecr, 'b') };
    await stacks.a.create(IMMUTABLE);
    await stacks.b.create(LOCKED);
    expect(ecr.settings).toEqual(LOCKED);
    await stacks[order[0] as 'a' | 'b'].remove(LOCKED);
    expect(ecr.settings).toEqual(order[0] === 'b' ? IMMUTABLE : LOCKED);
    await stacks[order[1] as 'a' | 'b'].remove(LOCKED);
    expect([ecr.settings, ecr.trace]).toEqual([MUTABLE, []]);
  });

  test('the older one, updated, stays under the newer one and says so', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const [a, b] = [new FakeStack(ecr, 'a'), new FakeStack(ecr, 'b')];
    await a.create(IMMUTABLE);
    await b.create(LOCKED);
    expect(await a.update(FILTERED, IMMUTABLE)).toMatchObject({ Status: 'SUCCESS', Data: { ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION' } });
    expect(ecr.settings).toEqual(LOCKED);
    expect(a.decided('superseded')).toMatchObject([{ level: 'WARN', by: 'b' }]);
    await b.remove(LOCKED);
    expect(ecr.settings).toEqual(FILTERED);
  });

  test('a renamed construct takes the precedence just above its own stack\'s, below the newer stack', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const [a, b] = [new FakeStack(ecr, 'a'), new FakeStack(ecr, 'b')];
    await a.create(IMMUTABLE, 'Old');
    await b.create(LOCKED);
    await a.create(FILTERED, 'New');
    expect(ecr.settings).toEqual(LOCKED);
    await b.remove(LOCKED);
    expect(ecr.settings).toEqual(FILTERED);
    await a.remove(IMMUTABLE, 'Old');
    expect(ecr.settings).toEqual(FILTERED);
    await a.remove(FILTERED, 'New');
    expect([ecr.settings, ecr.trace]).toEqual([MUTABLE, []]);
  });
});

test('a stack that is updated while a newer declaration goes away does not put the newer one back', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const [older, newer] = [new FakeStack(ecr, 'a'), new FakeStack(ecr, 'b')];
  await older.create(IMMUTABLE);
  await newer.create(LOCKED);
  newer.environment.ecr = () => ({
    ...bound(ecr),
    untag: async (keys) => {
      await older.update(FILTERED, IMMUTABLE);
      await ecr.untag(keys);
    },
  });
  await newer.remove(LOCKED);
  expect([ecr.settings, ecr.trace.length]).toEqual([FILTERED, 3]);
});

test('an event delivered twice changes nothing the second time', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const stack = new FakeStack(ecr);
  await stack.create(LOCKED);
  await stack.create(LOCKED);
  expect(ecr.puts).toEqual([LOCKED]);
  await stack.remove(LOCKED);
  expect((await stack.remove(LOCKED)).Status).toBe('SUCCESS');
  expect([ecr.settings, ecr.trace]).toEqual([MUTABLE, []]);
});

describe('an invocation that dies', () => {
  const dies = (ecr: FakeEcr, at: number) => {
    const from = ecr.calls.length;
    ecr.before = (_, count) => {
      if (count > from + at) {
        throw named('Killed', 'the function was killed');
      }
    };
  };
  const calls = Array.from({ length: 9 }, (_, at) => at);

  test.each(calls)('while it creates, after %i calls, leaves what its delete releases', async (at) => {
    for (const isAnswered of [true, false]) {
      const ecr = new FakeEcr(FILTERED);
      const stack = new FakeStack(ecr);
      dies(ecr, at);
      await stack.create(LOCKED);
      ecr.before = () => {};
      expect((await stack.remove(LOCKED, 'Tags', isAnswered ? stack.physicalId() : GENERATED_ID)).Status).toBe('SUCCESS');
      expect([ecr.settings, ecr.trace]).toEqual([FILTERED, []]);
    }
  });

  test.each(calls)('while it deletes, after %i calls, is made good by the next try', async (at) => {
    const ecr = new FakeEcr(FILTERED);
    const stack = new FakeStack(ecr);
    await stack.create(LOCKED);
    dies(ecr, at);
    await stack.remove(LOCKED);
    ecr.before = () => {};
    expect((await stack.remove(LOCKED)).Status).toBe('SUCCESS');
    expect([ecr.settings, ecr.trace]).toEqual([FILTERED, []]);
  });

  test.each(calls)('while it updates, after %i calls, is made good by the rollback', async (at) => {
    const ecr = new FakeEcr(MUTABLE);
    const stack = new FakeStack(ecr);
    await stack.create(LOCKED);
    dies(ecr, at);
    await stack.update(FILTERED, LOCKED);
    ecr.before = () => {};
    await stack.update(LOCKED, FILTERED);
    expect(ecr.settings).toEqual(LOCKED);
    await stack.remove(LOCKED);
    expect([ecr.settings, ecr.trace]).toEqual([MUTABLE, []]);
  });
});

test.each([1, 2])('reads that lag %i times behind writes mislead nobody', async (lag) => {
  const ecr = new FakeEcr(FILTERED);
  ecr.lag = lag;
  const stack = new FakeStack(ecr);
  await stack.create(LOCKED);
  expect([ecr.settings, ecr.puts]).toEqual([LOCKED, [LOCKED]]);
  await stack.update(IMMUTABLE, LOCKED);
  expect(ecr.settings).toEqual(IMMUTABLE);
  await stack.remove(IMMUTABLE);
  expect([ecr.settings, ecr.trace]).toEqual([FILTERED, []]);
});

describe('a delete with a physical id that CloudFormation generated', () => {
  test('releases what a create that still runs records later', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const [running, deleting] = [new FakeStack(ecr), new FakeStack(ecr)];
    let created = false;
    deleting.clock.onSleep = async () => {
      deleting.clock.onSleep = () => {};
      created = (await running.create(LOCKED)).Status === 'SUCCESS';
    };
    expect(await deleting.remove(LOCKED, 'Tags', GENERATED_ID)).toEqual({ Status: 'SUCCESS', PhysicalResourceId: GENERATED_ID });
    expect([ecr.settings, ecr.trace]).toEqual([MUTABLE, []]);
    expect(created).toBe(true);
  });

  test('restores even after the last put of a create that died of it', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const stack = new FakeStack(ecr);
    ecr.before = (method) => {
      if (method === 'putSettings') {
        throw named('Killed', 'killed while the put is under way');
      }
    };
    const rolledBack = stack.environment.ecr;
    await handle({ RequestType: 'Create', LogicalResourceId: 'Tags', StackId: stackId('a'), RequestId: 'r', ResourceProperties: properties(LOCKED) }, {
      ...stack.environment, ecr: (repository, remaining) => ({ ...bound(rolledBack(repository, remaining)), untag: () => Promise.reject(named('Killed', 'dead')) }),
    });
    ecr.before = () => {};
    expect(ecr.trace).not.toEqual([]);
    const started = stack.clock.now();
    stack.clock.onSleep = (now) => {
      if (now - started > 70_000) {
        stack.clock.onSleep = () => {};
        ecr.settings = LOCKED;
      }
    };
    await stack.remove(LOCKED, 'Tags', GENERATED_ID);
    expect(stack.clock.now() - started).toBeGreaterThan(100_000);
    expect([ecr.settings, ecr.trace]).toEqual([MUTABLE, []]);
  });

  test('without an ARN in the properties touches nothing', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const stack = new FakeStack(ecr);
    const response = await handle({ RequestType: 'Delete', LogicalResourceId: 'T', StackId: stackId('a'), PhysicalResourceId: GENERATED_ID }, stack.environment);
    expect(response).toEqual({ Status: 'SUCCESS', PhysicalResourceId: GENERATED_ID });
    expect(ecr.calls).toEqual([]);
  });

  test('looks no longer than a create may write, and succeeds', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const stack = new FakeStack(ecr);
    const started = stack.clock.now();
    expect((await stack.remove(LOCKED, 'Tags', GENERATED_ID)).Status).toBe('SUCCESS');
    expect(stack.clock.now() - started).toBeLessThanOrEqual(120_000);
    expect(ecr.settings).toEqual(MUTABLE);
  });
});

describe('a failure', () => {
  test('of a create leaves nothing, and says what failed where', async () => {
    const ecr = new FakeEcr(FILTERED);
    const stack = new FakeStack(ecr);
    ecr.before = (method) => {
      if (method === 'putSettings') {
        throw named('AccessDeniedException', 'User is not authorized with an explicit deny in a service control policy');
      }
    };
    const response = await stack.create(LOCKED);
    expect(response).toMatchObject({ Status: 'FAILED', PhysicalResourceId: expect.stringMatching(/team-a\/api\|\|[0-9a-f]{12}$/) });
    expect(response).toHaveProperty('Reason.message', expect.stringMatching(/team-a\/api.*eu-west-1.*111122223333.*PutImageTagMutability.*AccessDeniedException.*explicit deny/));
    expect([ecr.settings, ecr.trace]).toEqual([FILTERED, []]);
  });

  test('of tagging leaves the settings alone', async () => {
    const ecr = new FakeEcr(MUTABLE);
    ecr.before = (method) => {
      if (method === 'tag') {
        throw named('AccessDeniedException', 'not authorized to perform: ecr:TagResource');
      }
    };
    const stack = new FakeStack(ecr);
    const started = stack.clock.now();
    expect(await stack.create(LOCKED)).toMatchObject({ Status: 'FAILED', Reason: { message: expect.stringContaining('TagResource') } });
    expect([ecr.settings, ecr.puts, ecr.trace]).toEqual([MUTABLE, [], []]);
    expect(stack.clock.now() - started).toBeLessThanOrEqual(105_000);
  });

  test('for want of room among the tags names the limit', async () => {
    const ecr = new FakeEcr(MUTABLE);
    for (let tag = 0; tag < 48; tag++) {
      ecr.tags.set(`team-${tag}`, 'x');
    }
    expect(await new FakeStack(ecr).create(LOCKED)).toMatchObject({ Status: 'FAILED', Reason: { message: expect.stringMatching(/51 tags.*takes 50/) } });
    expect([ecr.settings, ecr.puts]).toEqual([MUTABLE, []]);
  });

  test('for a repository that does not exist names it', async () => {
    const ecr = new FakeEcr(MUTABLE);
    ecr.gone = true;
    expect(await new FakeStack(ecr).create(LOCKED)).toMatchObject({ Status: 'FAILED', Reason: { message: expect.stringMatching(/team-a\/api.*RepositoryNotFoundException/) } });
  });

  test('to read a newer version\'s record touches nothing', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const stack = new FakeStack(ecr);
    await stack.create(LOCKED);
    const [key] = ecr.trace.filter((tag) => tag.endsWith(':original'));
    ecr.tags.set(key!, '2 whatever');
    for (const response of [await stack.update(IMMUTABLE, LOCKED), await stack.remove(LOCKED)]) {
      expect(response).toMatchObject({ Status: 'FAILED', Reason: { message: expect.stringContaining('newer version'), commands: undefined } });
    }
    expect([ecr.settings, ecr.trace.length]).toEqual([LOCKED, 3]);
  });
});

test('a repository deleted before its stack needs nothing restored', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const stack = new FakeStack(ecr);
  await stack.create(LOCKED);
  ecr.gone = true;
  ecr.calls.length = 0;
  expect(await stack.remove(LOCKED)).toEqual({ Status: 'SUCCESS', PhysicalResourceId: stack.physicalId() });
  expect(ecr.calls).toEqual(['readTags']);
});

describe('where others erased the record', () => {
  async function erased(actual = LOCKED) {
    const ecr = new FakeEcr(MUTABLE);
    const stack = new FakeStack(ecr);
    await stack.create(LOCKED);
    ecr.tags.clear();
    ecr.settings = actual;
    return { ecr, stack };
  }

  test('a delete restores the original that the physical id has', async () => {
    const { ecr, stack } = await erased();
    expect((await stack.remove(LOCKED)).Status).toBe('SUCCESS');
    expect([ecr.settings, ecr.trace]).toEqual([MUTABLE, []]);
    expect(stack.decided('restored-without-record')).toMatchObject([{ level: 'WARN', before: LOCKED, effective: MUTABLE }]);
  });

  test('a delete leaves what the owner has set by hand since', async () => {
    const { ecr, stack } = await erased(FILTERED);
    expect((await stack.remove(LOCKED)).Status).toBe('SUCCESS');
    expect([ecr.settings, ecr.trace]).toEqual([FILTERED, []]);
    expect(stack.decided('no-record')).toMatchObject([{ level: 'WARN', before: FILTERED, effective: FILTERED }]);
  });

  test('an update declares anew, with the original that the physical id has', async () => {
    const { ecr, stack } = await erased();
    const id = stack.physicalId();
    expect(await stack.update(IMMUTABLE, LOCKED)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: id });
    expect(ecr.settings).toEqual(IMMUTABLE);
    await stack.remove(IMMUTABLE);
    expect([ecr.settings, ecr.trace]).toEqual([MUTABLE, []]);
    expect(stack.decided('original-unknown')).toEqual([]);
  });

  test('a delete leaves all as it is while another stack declares', async () => {
    const { ecr, stack } = await erased();
    const other = new FakeStack(ecr, 'b');
    await other.create(OF_OTHER);
    ecr.settings = LOCKED;
    const tags = [...ecr.tags];
    expect((await stack.remove(LOCKED)).Status).toBe('SUCCESS');
    expect([ecr.settings, [...ecr.tags]]).toEqual([LOCKED, tags]);
  });

  test('an id that is only an ARN knows no original: an update does not take its own settings for it', async () => {
    const { ecr, stack } = await erased();
    expect((await stack.send('Update', 'Tags', { PhysicalResourceId: ARN, ResourceProperties: properties(IMMUTABLE), OldResourceProperties: properties(LOCKED) })).Status).toBe('SUCCESS');
    await stack.remove(IMMUTABLE);
    expect([ecr.settings, ecr.trace]).toEqual([IMMUTABLE, []]);
    expect(stack.decided('original-unknown')).not.toEqual([]);
  });

  test('an id that is only an ARN knows no original: a delete leaves the settings and names them', async () => {
    const { ecr, stack } = await erased();
    expect((await stack.remove(LOCKED, 'Tags', ARN)).Status).toBe('SUCCESS');
    expect(ecr.settings).toEqual(LOCKED);
    expect(stack.decided('no-record')).toMatchObject([{ level: 'WARN', before: LOCKED, effective: LOCKED }]);
  });
});

test('an original that somebody forged is not restored: the physical id\'s holds, and the log says so', async () => {
  for (const isUpdated of [false, true]) {
    const ecr = new FakeEcr(MUTABLE);
    const stack = new FakeStack(ecr);
    await stack.create(LOCKED);
    ecr.tags.set(ecr.trace.find((key) => key.endsWith(':original'))!, '1 1/1 IMMUTABLE');
    if (isUpdated) await stack.update(FILTERED, LOCKED);
    await stack.remove(isUpdated ? FILTERED : LOCKED);
    expect([ecr.settings, ecr.trace]).toEqual([MUTABLE, []]);
    expect(stack.decided('original-edited')).toMatchObject([{ level: 'WARN', recorded: IMMUTABLE, original: MUTABLE }]);
  }
});

test('an ownership tag that is left alone on the repository goes with the delete', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const stack = new FakeStack(ecr);
  await stack.create(LOCKED);
  ecr.trace.filter((key) => !key.includes(':stack:')).forEach((key) => ecr.tags.delete(key));
  await stack.remove(LOCKED);
  expect([ecr.settings, ecr.trace]).toEqual([MUTABLE, []]);
});

test('a failed update without a record does not make its rollback lose the original', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const stack = new FakeStack(ecr);
  await stack.create(IMMUTABLE);
  ecr.tags.clear();
  ecr.before = (method) => {
    if (method === 'putSettings') {
      throw named('ServerException', 'try again');
    }
  };
  expect((await stack.update(LOCKED, IMMUTABLE)).Status).toBe('FAILED');
  ecr.before = () => {};
  await stack.update(IMMUTABLE, LOCKED);
  await stack.update(FILTERED, IMMUTABLE);
  await stack.remove(FILTERED);
  expect([ecr.settings, ecr.trace]).toEqual([MUTABLE, []]);
});

test('a second delivery of a create that fails rolls back nothing of the first, which succeeded', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const [first, second] = [new FakeStack(ecr), new FakeStack(ecr)];
  await second.clock.sleep(1);
  second.environment.ecr = () => ({
    ...bound(ecr),
    tag: async (tags) => {
      if (ecr.trace.length > 0) {
        return ecr.tag(tags);
      }
      await first.create(LOCKED);
      throw named('ServerException', 'try again');
    },
  });
  expect((await second.create(LOCKED)).Status).toBe('FAILED');
  expect([ecr.settings, ecr.trace.length]).toEqual([LOCKED, 3]);
  expect(second.decided('rolled-back')).toEqual([]);
});

test('a retained declaration that is declared again is the newest', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const [a, b] = [new FakeStack(ecr, 'a'), new FakeStack(ecr, 'b')];
  await a.create(IMMUTABLE);
  await b.create(LOCKED);
  await a.clock.sleep(3_600_000);
  await a.create(FILTERED);
  expect(ecr.settings).toEqual(FILTERED);
});

test('settings changed by hand are logged before the original is restored', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const stack = new FakeStack(ecr);
  await stack.create(LOCKED);
  ecr.settings = FILTERED;
  await stack.remove(LOCKED);
  expect(ecr.settings).toEqual(MUTABLE);
  expect(stack.decided('drifted')).toMatchObject([{ declared: LOCKED, before: FILTERED }]);
});

describe('time', () => {
  test.each([
    ['a create', 105_000, (stack: FakeStack) => stack.create(LOCKED)],
    ['an update', 105_000, (stack: FakeStack) => stack.update(LOCKED, LOCKED)],
    ['a delete', 825_000, (stack: FakeStack) => stack.remove(LOCKED)],
  ])('of %s to write in is %i ms from its start, whatever the clock shows', async (_, window, act) => {
    const stack = new FakeStack(new FakeEcr(MUTABLE));
    await stack.create(LOCKED);
    const { ecr } = stack.environment;
    const times: number[] = [];
    stack.environment.ecr = (repository, remaining) => {
      times.push(remaining());
      void stack.clock.sleep(4_000).then(() => times.push(remaining()));
      return ecr(repository, remaining);
    };
    await act(stack);
    expect(times).toEqual([window, window - 4_000]);
  });

  test('that an invocation took is in the log', async () => {
    const stack = new FakeStack(new FakeEcr(MUTABLE));
    await stack.create(LOCKED);
    await stack.remove(LOCKED);
    // A declaration that was just recorded is not erased at once.
    expect(stack.decided('released')).toMatchObject([{ ms: 1_000 }]);
  });
});

test('an update keeps the precedence of its declaration, however long ago that was made', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const [a, b] = [new FakeStack(ecr, 'a'), new FakeStack(ecr, 'b')];
  await a.create(IMMUTABLE);
  await b.create(LOCKED);
  await a.clock.sleep(3_600_000);
  await a.update(FILTERED, IMMUTABLE);
  expect(ecr.settings).toEqual(LOCKED);
});

test('a failed create that its own delete has released already does not say that it did', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const stack = new FakeStack(ecr);
  ecr.before = (method) => {
    if (method === 'putSettings') {
      ecr.tags.clear();
      throw named('ServerException', 'try later');
    }
  };
  expect(await stack.create(LOCKED)).toMatchObject({ Status: 'FAILED' });
  expect(stack.decided('rolled-back')).toEqual([]);
});

describe('a rollback to the former repository', () => {
  async function abandoned(refuses: (arn: string) => boolean) {
    const repositories: Record<string, FakeEcr> = { [ARN]: new FakeEcr(MUTABLE), [OTHER_ARN]: new FakeEcr(FILTERED) };
    const stack = new FakeStack(repositories[ARN]!);
    stack.environment.ecr = ({ arn }) => repositories[arn]!;
    await stack.create(LOCKED);
    const PhysicalResourceId = stack.physicalId();
    await stack.send('Update', 'Tags', { PhysicalResourceId, ResourceProperties: properties(IMMUTABLE, OTHER_ARN), OldResourceProperties: properties(LOCKED) });
    for (const [arn, ecr] of Object.entries(repositories)) {
      ecr.before = () => {
        if (refuses(arn)) throw named('AccessDeniedException', `with an explicit deny on ${arn.split('/').at(-1)}`);
      };
    }
    const response = await stack.send('Update', 'Tags', {
      PhysicalResourceId, ResourceProperties: properties(LOCKED), OldResourceProperties: properties(IMMUTABLE, OTHER_ARN),
    });
    return { response, stack, repositories, PhysicalResourceId };
  }

  test('that cannot release the other one fails, and names that one', async () => {
    const { response, stack, repositories, PhysicalResourceId } = await abandoned((arn) => arn === OTHER_ARN);
    expect(response).toMatchObject({ Status: 'FAILED', PhysicalResourceId });
    expect(response).toHaveProperty('Reason.message', expect.stringMatching(
      /: arn:aws:ecr:eu-west-1:111122223333:repository\/team-a\/api-2, which a failed update had declared in its place, was not released: ListTagsForResource failed: .*explicit deny on api-2$/));
    expect(stack.decided('not-released')).toMatchObject([{ level: 'ERROR', repository: OTHER_ARN, reason: expect.stringContaining('explicit deny on api-2') }]);
    expect(repositories[ARN]!.settings).toEqual(LOCKED);
  });

  test('that can do neither responds for its own repository, and logs the other', async () => {
    const { response, stack } = await abandoned(() => true);
    expect(response).toHaveProperty('Reason.message', expect.stringMatching(/^repository team-a\/api \(.*explicit deny on api$/));
    expect(stack.decided('not-released')).toMatchObject([{ repository: OTHER_ARN }]);
  });

  test('that finds nothing recorded there takes that for the usual', async () => {
    const { stack, repositories } = await abandoned(() => false);
    expect(stack.decided('released')).toMatchObject([{ repository: OTHER_ARN }]);
    stack.lines.length = 0;
    await stack.send('Update', 'Tags', { ResourceProperties: properties(LOCKED), OldResourceProperties: properties(IMMUTABLE, OTHER_ARN) });
    expect(stack.decided('no-record')).toMatchObject([{ level: 'INFO', repository: OTHER_ARN, consequence: 'the settings are left as they are' }]);
    expect(repositories[OTHER_ARN]!.settings).toEqual(FILTERED);
  });

  test('where the other one is gone asks once', async () => {
    const { response, stack, repositories } = await abandoned(() => false);
    const other = repositories[OTHER_ARN]!;
    other.gone = true;
    other.calls.length = 0;
    expect(await stack.send('Update', 'Tags', { ResourceProperties: properties(LOCKED), OldResourceProperties: properties(IMMUTABLE, OTHER_ARN) })).toEqual(response);
    expect(other.calls).toEqual(['readTags']);
  });

  test('that cannot be declared releases the other one all the same', async () => {
    const { response, repositories } = await abandoned((arn) => arn === ARN);
    expect(response).toMatchObject({ Status: 'FAILED' });
    expect([repositories[OTHER_ARN]!.settings, repositories[OTHER_ARN]!.trace]).toEqual([FILTERED, []]);
  });
});

test('nothing that is logged or responded holds the ResponseURL', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const stack = new FakeStack(ecr);
  const responses = [await stack.create(LOCKED), await stack.remove(LOCKED)];
  expect(JSON.stringify([stack.lines, responses])).not.toContain('secret');
});

/** A port whose methods can be replaced one by one. */
function bound(ecr: Ecr): Ecr {
  return {
    readSettings: () => ecr.readSettings(),
    readTags: () => ecr.readTags(),
    putSettings: (settings) => ecr.putSettings(settings),
    tag: (tags) => ecr.tag(tags),
    untag: (keys) => ecr.untag(keys),
  };
}
