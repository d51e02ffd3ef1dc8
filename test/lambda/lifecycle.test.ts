import { Environment, handle } from '../../lambda/lifecycle';
import { FakeEcr, named } from '../support/fake-ecr';
import { ARN, FILTERED, IMMUTABLE, INVENTED, LOCKED, MUTABLE, Stack, properties, stackId } from '../support/fake-stack';

describe.each([MUTABLE, IMMUTABLE, LOCKED, FILTERED])('a repository that was %j', (original) => {
  test.each([MUTABLE, IMMUTABLE, LOCKED, FILTERED])('takes %j, and gets back what it had', async (declared) => {
    const ecr = new FakeEcr(original);
    const stack = new Stack(ecr);

    expect(await stack.create(declared)).toEqual({
      Status: 'SUCCESS',
      PhysicalResourceId: ARN,
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
  const stack = new Stack(ecr);
  await stack.create(LOCKED);
  await stack.update(IMMUTABLE, LOCKED);
  expect(ecr.settings).toEqual(IMMUTABLE);
  await stack.remove(IMMUTABLE);
  expect([ecr.settings, ecr.trace]).toEqual([FILTERED, []]);
});

test('an unchanged update writes nothing, also where the filters stand in another order', async () => {
  const ecr = new FakeEcr({ ...LOCKED, filters: [...LOCKED.filters].reverse() });
  const stack = new Stack(ecr);
  await stack.create(LOCKED);
  ecr.calls.length = 0;
  await stack.update(LOCKED, LOCKED);
  expect(ecr.calls).toEqual(['readTags', 'readSettings']);
  expect(ecr.puts).toEqual([]);
});

describe('two stacks declare one repository', () => {
  test.each([['the newer first', ['b', 'a']], ['the older first', ['a', 'b']]])('and give it back, %s', async (_, order) => {
    const ecr = new FakeEcr(MUTABLE);
    const stacks = { a: new Stack(ecr, 'a'), b: new Stack(ecr, 'b') };
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
    const [a, b] = [new Stack(ecr, 'a'), new Stack(ecr, 'b')];
    await a.create(IMMUTABLE);
    await b.create(LOCKED);
    expect(await a.update(FILTERED, IMMUTABLE)).toMatchObject({ Status: 'SUCCESS', Data: { ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION' } });
    expect(ecr.settings).toEqual(LOCKED);
    expect(a.decided('superseded')).toMatchObject([{ level: 'WARN', by: 'b' }]);
    await b.remove(LOCKED);
    expect(ecr.settings).toEqual(FILTERED);
  });

  test('a renamed construct takes the place just above its own stack\'s, below the newer stack', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const [a, b] = [new Stack(ecr, 'a'), new Stack(ecr, 'b')];
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
  const [older, newer] = [new Stack(ecr, 'a'), new Stack(ecr, 'b')];
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
  const stack = new Stack(ecr);
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

  test.each(calls)('while it creates, after %i calls, leaves what its delete takes back', async (at) => {
    for (const id of [ARN, INVENTED]) {
      const ecr = new FakeEcr(FILTERED);
      const stack = new Stack(ecr);
      dies(ecr, at);
      await stack.create(LOCKED);
      ecr.before = () => {};
      expect((await stack.remove(LOCKED, 'Tags', id)).Status).toBe('SUCCESS');
      expect([ecr.settings, ecr.trace]).toEqual([FILTERED, []]);
    }
  });

  test.each(calls)('while it deletes, after %i calls, is made good by the next try', async (at) => {
    const ecr = new FakeEcr(FILTERED);
    const stack = new Stack(ecr);
    await stack.create(LOCKED);
    dies(ecr, at);
    await stack.remove(LOCKED);
    ecr.before = () => {};
    expect((await stack.remove(LOCKED)).Status).toBe('SUCCESS');
    expect([ecr.settings, ecr.trace]).toEqual([FILTERED, []]);
  });

  test.each(calls)('while it updates, after %i calls, is made good by the rollback', async (at) => {
    const ecr = new FakeEcr(MUTABLE);
    const stack = new Stack(ecr);
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
  const stack = new Stack(ecr);
  await stack.create(LOCKED);
  expect([ecr.settings, ecr.puts]).toEqual([LOCKED, [LOCKED]]);
  await stack.update(IMMUTABLE, LOCKED);
  expect(ecr.settings).toEqual(IMMUTABLE);
  await stack.remove(IMMUTABLE);
  expect([ecr.settings, ecr.trace]).toEqual([FILTERED, []]);
});

describe('a delete with a physical id of CloudFormation\'s own', () => {
  test('releases what a create that still runs records later', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const [running, deleting] = [new Stack(ecr), new Stack(ecr)];
    let created = false;
    deleting.clock.onSleep = async () => {
      created = (await running.create(LOCKED)).Status === 'SUCCESS';
    };
    expect(await deleting.remove(LOCKED, 'Tags', INVENTED)).toEqual({ Status: 'SUCCESS', PhysicalResourceId: INVENTED });
    expect([ecr.settings, ecr.trace]).toEqual([MUTABLE, []]);
    expect(created).toBe(true);
  });

  test('takes back even the last put of a create that died of it', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const stack = new Stack(ecr);
    ecr.before = (method) => {
      if (method === 'putSettings') {
        throw named('Killed', 'killed while the put is under way');
      }
    };
    const undone = stack.environment.ecr;
    await handle({ RequestType: 'Create', LogicalResourceId: 'Tags', StackId: stackId('a'), ResourceProperties: properties(LOCKED) }, {
      ...stack.environment, ecr: (repository, remaining) => ({ ...bound(undone(repository, remaining)), untag: () => Promise.reject(named('Killed', 'dead')) }),
    });
    ecr.before = () => {};
    expect(ecr.trace).not.toEqual([]);
    const started = stack.clock.now();
    stack.clock.onSleep = () => {
      ecr.settings = LOCKED;
    };
    await stack.remove(LOCKED, 'Tags', INVENTED);
    expect(stack.clock.now() - started).toBeGreaterThan(100_000);
    expect([ecr.settings, ecr.trace]).toEqual([MUTABLE, []]);
  });

  test('without an ARN in the properties touches nothing', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const stack = new Stack(ecr);
    const answer = await handle({ RequestType: 'Delete', LogicalResourceId: 'T', StackId: stackId('a'), PhysicalResourceId: INVENTED }, stack.environment);
    expect(answer).toEqual({ Status: 'SUCCESS', PhysicalResourceId: INVENTED });
    expect(ecr.calls).toEqual([]);
  });

  test('looks no longer than a create may write, and succeeds', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const stack = new Stack(ecr);
    const started = stack.clock.now();
    expect((await stack.remove(LOCKED, 'Tags', INVENTED)).Status).toBe('SUCCESS');
    expect(stack.clock.now() - started).toBeLessThanOrEqual(120_000);
    expect(ecr.settings).toEqual(MUTABLE);
  });
});

describe('a failure', () => {
  test('of a create leaves nothing, and says what failed where', async () => {
    const ecr = new FakeEcr(FILTERED);
    const stack = new Stack(ecr);
    ecr.before = (method) => {
      if (method === 'putSettings') {
        throw named('AccessDeniedException', 'User is not authorized with an explicit deny in a service control policy');
      }
    };
    const answer = await stack.create(LOCKED);
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: ARN });
    expect(answer).toHaveProperty('Reason', expect.stringMatching(/team-a\/api.*eu-west-1.*111122223333.*PutImageTagMutability.*AccessDeniedException.*explicit deny/));
    expect([ecr.settings, ecr.trace]).toEqual([FILTERED, []]);
  });

  test('of tagging leaves the settings alone', async () => {
    const ecr = new FakeEcr(MUTABLE);
    ecr.before = (method) => {
      if (method === 'tag') {
        throw named('AccessDeniedException', 'not authorized to perform: ecr:TagResource');
      }
    };
    const stack = new Stack(ecr);
    const started = stack.clock.now();
    expect(await stack.create(LOCKED)).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('TagResource') });
    expect([ecr.settings, ecr.puts, ecr.trace]).toEqual([MUTABLE, [], []]);
    expect(stack.clock.now() - started).toBeLessThanOrEqual(105_000);
  });

  test('for want of room among the tags names the limit', async () => {
    const ecr = new FakeEcr(MUTABLE);
    for (let tag = 0; tag < 48; tag++) {
      ecr.tags.set(`team-${tag}`, 'x');
    }
    expect(await new Stack(ecr).create(LOCKED)).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/51 tags.*takes 50/) });
    expect([ecr.settings, ecr.puts]).toEqual([MUTABLE, []]);
  });

  test('for a repository that does not exist names it', async () => {
    const ecr = new FakeEcr(MUTABLE);
    ecr.gone = true;
    expect(await new Stack(ecr).create(LOCKED)).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/team-a\/api.*RepositoryNotFoundException/) });
  });

  test('to read a newer version\'s record touches nothing', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const stack = new Stack(ecr);
    await stack.create(LOCKED);
    const [key] = ecr.trace.filter((tag) => tag.endsWith(':original'));
    ecr.tags.set(key!, '2 whatever');
    for (const answer of [await stack.update(IMMUTABLE, LOCKED), await stack.remove(LOCKED)]) {
      expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('newer version') });
    }
    expect([ecr.settings, ecr.trace.length]).toEqual([LOCKED, 3]);
  });
});

test('a repository deleted before its stack needs nothing restored', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const stack = new Stack(ecr);
  await stack.create(LOCKED);
  ecr.gone = true;
  expect(await stack.remove(LOCKED)).toEqual({ Status: 'SUCCESS', PhysicalResourceId: ARN });
});

describe('where others erased the record', () => {
  test('an update does not take its own settings for the original', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const stack = new Stack(ecr);
    await stack.create(LOCKED);
    ecr.tags.clear();
    expect((await stack.update(IMMUTABLE, LOCKED)).Status).toBe('SUCCESS');
    await stack.remove(IMMUTABLE);
    expect([ecr.settings, ecr.trace]).toEqual([IMMUTABLE, []]);
    expect(stack.decided('original-unknown')).not.toEqual([]);
  });

  test('a delete leaves the settings and names them', async () => {
    const ecr = new FakeEcr(MUTABLE);
    const stack = new Stack(ecr);
    await stack.create(LOCKED);
    ecr.tags.clear();
    expect((await stack.remove(LOCKED)).Status).toBe('SUCCESS');
    expect(ecr.settings).toEqual(LOCKED);
    expect(stack.decided('no-record')).toMatchObject([{ level: 'WARN', before: LOCKED, effective: LOCKED }]);
  });
});

test('a mark that is left alone on the repository goes with the delete', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const stack = new Stack(ecr);
  await stack.create(LOCKED);
  ecr.trace.filter((key) => !key.includes(':stack:')).forEach((key) => ecr.tags.delete(key));
  await stack.remove(LOCKED);
  expect([ecr.settings, ecr.trace]).toEqual([LOCKED, []]);
});

test('a failed update without a record does not make its rollback take the declared settings for the original', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const stack = new Stack(ecr);
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
  expect([ecr.settings, ecr.trace]).toEqual([FILTERED, []]);
});

test('a second delivery of a create that fails takes nothing back of the first, which succeeded', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const [first, second] = [new Stack(ecr), new Stack(ecr)];
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
});

test('a retained declaration that is declared again is the newest', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const [a, b] = [new Stack(ecr, 'a'), new Stack(ecr, 'b')];
  await a.create(IMMUTABLE);
  await b.create(LOCKED);
  await a.clock.sleep(3_600_000);
  await a.create(FILTERED);
  expect(ecr.settings).toEqual(FILTERED);
});

test('settings changed by hand are logged before the original is restored', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const stack = new Stack(ecr);
  await stack.create(LOCKED);
  ecr.settings = FILTERED;
  await stack.remove(LOCKED);
  expect(ecr.settings).toEqual(MUTABLE);
  expect(stack.decided('drifted')).toMatchObject([{ declared: LOCKED, before: FILTERED }]);
});

describe('time', () => {
  test.each([
    ['a create', 105_000, (stack: Stack) => stack.create(LOCKED)],
    ['an update', 105_000, (stack: Stack) => stack.update(LOCKED, LOCKED)],
    ['a delete', 120_000, (stack: Stack) => stack.remove(LOCKED)],
  ])('of %s to write in is %i ms from its start, whatever the clock shows', async (_, window, act) => {
    const stack = new Stack(new FakeEcr(MUTABLE));
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
    const stack = new Stack(new FakeEcr(MUTABLE));
    await stack.create(LOCKED);
    await stack.remove(LOCKED);
    // A declaration that was just recorded is not erased at once.
    expect(stack.decided('released')).toMatchObject([{ ms: 1_000 }]);
  });
});

test('an update keeps the place of its declaration, however long ago that was made', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const [a, b] = [new Stack(ecr, 'a'), new Stack(ecr, 'b')];
  await a.create(IMMUTABLE);
  await b.create(LOCKED);
  await a.clock.sleep(3_600_000);
  await a.update(FILTERED, IMMUTABLE);
  expect(ecr.settings).toEqual(LOCKED);
});

test('a failed create that its own delete has taken back already does not say that it did', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const stack = new Stack(ecr);
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
  const OTHER_ARN = `${ARN}-2`;
  async function abandoned(refuses: (arn: string) => boolean) {
    const repositories: Record<string, FakeEcr> = { [ARN]: new FakeEcr(MUTABLE), [OTHER_ARN]: new FakeEcr(FILTERED) };
    const stack = new Stack(repositories[ARN]!);
    stack.environment.ecr = ({ arn }) => repositories[arn]!;
    await stack.create(LOCKED);
    await stack.send('Update', 'Tags', { PhysicalResourceId: ARN, ResourceProperties: properties(IMMUTABLE, OTHER_ARN), OldResourceProperties: properties(LOCKED) });
    for (const [arn, ecr] of Object.entries(repositories)) {
      ecr.before = () => {
        if (refuses(arn)) throw named('AccessDeniedException', `with an explicit deny on ${arn.split('/').at(-1)}`);
      };
    }
    const answer = await stack.send('Update', 'Tags', {
      PhysicalResourceId: ARN, ResourceProperties: properties(LOCKED), OldResourceProperties: properties(IMMUTABLE, OTHER_ARN),
    });
    return { answer, stack, repositories };
  }

  test('that cannot release the other one fails, and names that one', async () => {
    const { answer, stack, repositories } = await abandoned((arn) => arn === OTHER_ARN);
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: ARN });
    expect(answer).toHaveProperty('Reason', expect.stringMatching(
      /: arn:aws:ecr:eu-west-1:111122223333:repository\/team-a\/api-2, which a failed update had declared in its place, was not released: ListTagsForResource failed: .*explicit deny on api-2$/));
    expect(stack.decided('not-released')).toMatchObject([{ level: 'ERROR', repository: OTHER_ARN, reason: expect.stringContaining('explicit deny on api-2') }]);
    expect(repositories[ARN]!.settings).toEqual(LOCKED);
  });

  test('that can do neither answers for its own repository, and logs the other', async () => {
    const { answer, stack } = await abandoned(() => true);
    expect(answer).toHaveProperty('Reason', expect.stringMatching(/^repository team-a\/api \(.*explicit deny on api$/));
    expect(stack.decided('not-released')).toMatchObject([{ repository: OTHER_ARN }]);
  });

  test('that finds nothing recorded there takes that for the usual', async () => {
    const { stack, repositories } = await abandoned(() => false);
    expect(stack.decided('released')).toMatchObject([{ repository: OTHER_ARN }]);
    stack.lines.length = 0;
    await stack.send('Update', 'Tags', { PhysicalResourceId: ARN, ResourceProperties: properties(LOCKED), OldResourceProperties: properties(IMMUTABLE, OTHER_ARN) });
    expect(stack.decided('no-record')).toMatchObject([{ level: 'INFO', repository: OTHER_ARN, consequence: 'the settings are left as they are' }]);
    expect(repositories[OTHER_ARN]!.settings).toEqual(FILTERED);
  });

  test('that cannot be declared releases the other one all the same', async () => {
    const { answer, repositories } = await abandoned((arn) => arn === ARN);
    expect(answer).toMatchObject({ Status: 'FAILED' });
    expect([repositories[OTHER_ARN]!.settings, repositories[OTHER_ARN]!.trace]).toEqual([FILTERED, []]);
  });
});

test('nothing that is logged or answered holds the ResponseURL', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const stack = new Stack(ecr);
  const answers = [await stack.create(LOCKED), await stack.remove(LOCKED)];
  expect(JSON.stringify([stack.lines, answers])).not.toContain('secret');
});

/** A port whose methods can be replaced one by one. */
function bound(ecr: ReturnType<Environment['ecr']>): ReturnType<Environment['ecr']> {
  return {
    readSettings: () => ecr.readSettings(),
    readTags: () => ecr.readTags(),
    putSettings: (settings) => ecr.putSettings(settings),
    tag: (tags) => ecr.tag(tags),
    untag: (keys) => ecr.untag(keys),
  };
}
