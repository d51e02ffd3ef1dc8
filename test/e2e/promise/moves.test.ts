import { Account } from '../account';
import { FAILING_SIBLING } from '../declaration';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE } from '../settings';
import { shared } from '../shared';

const account = shared(() => Account.start());

describe('a construct is renamed', () => {
  test.concurrent('the settings stay, and so does the original', async () => {
    const repository = await account().repository(FILTERED);
    const stack = await account().stack().create({ repository, settings: LOCKED });
    await stack.update({ id: 'Renamed', repository, settings: LOCKED });
    expect(await account().now(repository)).toEqual([LOCKED, 3]);
    await stack.remove();
    expect(await account().now(repository)).toEqual([FILTERED, 0]);
  });

  // CloudFormation refuses another function for a deployed declaration, so that this is how it gets one.
  test.concurrent('and given another function with it: the settings stay, and so does the original', async () => {
    const repository = await account().repository(FILTERED);
    const stack = await account().stack().create({ repository, settings: LOCKED });
    const former = await stack.functionName();
    await stack.update({ id: 'Renamed', repository, settings: LOCKED, provider: 'Own' });
    expect(await stack.functionName()).not.toBe(former);
    expect(await account().now(repository)).toEqual([LOCKED, 3]);
    await stack.remove();
    expect(await account().now(repository)).toEqual([FILTERED, 0]);
  });

  test.concurrent('and changed with it, then rolled back for a failing sibling: the former settings are back', async () => {
    const repository = await account().repository(FILTERED);
    const stack = await account().stack().create({ repository, settings: LOCKED });
    await expect(stack.update({ id: 'Renamed', repository, settings: IMMUTABLE }, FAILING_SIBLING))
      .rejects.toThrow(/UPDATE_ROLLBACK_COMPLETE.*team-x\/missing/);
    expect(await account().now(repository)).toEqual([LOCKED, 3]);
    await stack.remove();
    expect(await account().now(repository)).toEqual([FILTERED, 0]);
  });

  test.concurrent('under another stack\'s newer declaration: the other one keeps the say', async () => {
    const repository = await account().repository(FILTERED);
    const older = await account().stack().create({ repository, settings: IMMUTABLE });
    const newer = await account().stack().create({ repository, settings: LOCKED });
    await older.update({ id: 'Renamed', repository, settings: MUTABLE });
    expect(await account().now(repository)).toEqual([LOCKED, 6]);
    await newer.remove();
    expect(await account().now(repository)).toEqual([MUTABLE, 3]);
    await older.remove();
    expect(await account().now(repository)).toEqual([FILTERED, 0]);
  });
});

describe('a repository is changed for another', () => {
  test.concurrent('the old one is restored, the new one set', async () => {
    const [old, other] = [await account().repository(FILTERED), await account().repository(MUTABLE)];
    const stack = await account().stack().create({ repository: old, settings: LOCKED });
    await stack.update({ repository: other, settings: LOCKED });
    expect([await account().now(old), await account().now(other)]).toEqual([[FILTERED, 0], [LOCKED, 3]]);
    await stack.remove();
    expect(await account().now(other)).toEqual([MUTABLE, 0]);
  });

  // Here the emulated CloudFormation sends only the delete of the new physical id; AWS's order is in deliveries.test.ts.
  test.concurrent('and rolled back for a failing sibling: the old one is declared again, the new one restored', async () => {
    const [old, other] = [await account().repository(FILTERED), await account().repository(MUTABLE)];
    const stack = await account().stack().create({ repository: old, settings: LOCKED });
    await expect(stack.update({ repository: other, settings: IMMUTABLE }, FAILING_SIBLING)).rejects.toThrow(/UPDATE_ROLLBACK_COMPLETE.*team-x\/missing/);
    expect([await account().now(old), await account().now(other)]).toEqual([[LOCKED, 3], [MUTABLE, 0]]);
    await stack.remove();
    expect([await account().now(old), await account().now(other)]).toEqual([[FILTERED, 0], [MUTABLE, 0]]);
  });
});

describe('an operation fails', () => {
  test.concurrent('a create leaves nothing behind', async () => {
    const [first, second] = [await account().repository(FILTERED), await account().repository(MUTABLE)];
    await expect(account().stack().create({ id: 'First', repository: first, settings: LOCKED }, { id: 'Second', repository: second, settings: IMMUTABLE }, FAILING_SIBLING))
      .rejects.toThrow(/ROLLBACK_COMPLETE.*team-x\/missing/);
    expect([await account().now(first), await account().now(second)]).toEqual([[FILTERED, 0], [MUTABLE, 0]]);
  });

  test.concurrent('an update is rolled back, on every repository', async () => {
    const [first, second] = [await account().repository(FILTERED), await account().repository(MUTABLE)];
    const stack = await account().stack().create({ id: 'First', repository: first, settings: LOCKED });
    await expect(stack.update({ id: 'First', repository: first, settings: IMMUTABLE }, { id: 'Second', repository: second, settings: IMMUTABLE }, FAILING_SIBLING))
      .rejects.toThrow(/UPDATE_ROLLBACK_COMPLETE.*team-x\/missing/);
    expect([await account().now(first), await account().now(second)]).toEqual([[LOCKED, 3], [MUTABLE, 0]]);
    await stack.remove();
    expect(await account().now(first)).toEqual([FILTERED, 0]);
  });
});

describe('a declaration moves from one stack to another', () => {
  /** Two repositories and a stack that declares both: it still has the other one when the first has moved away. */
  async function beforeTheMove() {
    const [repository, other] = [await account().repository(FILTERED), await account().repository(MUTABLE)];
    const staying = { id: 'Staying', repository: other, settings: IMMUTABLE };
    const from = await account().stack().create({ repository, settings: LOCKED }, staying);
    return { repository, other, staying, from, to: account().stack() };
  }

  test.concurrent('created in the new stack first: its settings hold throughout, and the original is not forgotten', async () => {
    const { repository, other, staying, from, to } = await beforeTheMove();
    await to.create({ repository, settings: IMMUTABLE });
    expect(await account().now(repository)).toEqual([IMMUTABLE, 6]);
    await from.update(staying);
    expect([await account().now(repository), await account().now(other)]).toEqual([[IMMUTABLE, 3], [IMMUTABLE, 3]]);
    await Promise.all([from.remove(), to.remove()]);
    expect([await account().now(repository), await account().now(other)]).toEqual([[FILTERED, 0], [MUTABLE, 0]]);
  });

  test.concurrent('removed from the old stack first: the original in between', async () => {
    const { repository, staying, from, to } = await beforeTheMove();
    await from.update(staying);
    expect(await account().now(repository)).toEqual([FILTERED, 0]);
    await to.create({ repository, settings: IMMUTABLE });
    expect(await account().now(repository)).toEqual([IMMUTABLE, 3]);
    await Promise.all([from.remove(), to.remove()]);
    expect(await account().now(repository)).toEqual([FILTERED, 0]);
  });

  test.concurrent('the new stack fails first: the old one never loses its say', async () => {
    const { repository, from, to } = await beforeTheMove();
    await expect(to.create({ repository, settings: IMMUTABLE }, FAILING_SIBLING)).rejects.toThrow(/ROLLBACK_COMPLETE.*team-x\/missing/);
    expect(await account().now(repository)).toEqual([LOCKED, 3]);
    await from.remove();
    expect(await account().now(repository)).toEqual([FILTERED, 0]);
  });

  test.concurrent('the new stack fails after the removal from the old one: the original, until the old one declares again', async () => {
    const { repository, staying, from, to } = await beforeTheMove();
    await from.update(staying);
    await expect(to.create({ repository, settings: IMMUTABLE }, FAILING_SIBLING)).rejects.toThrow(/ROLLBACK_COMPLETE.*team-x\/missing/);
    expect(await account().now(repository)).toEqual([FILTERED, 0]);
    await from.update({ repository, settings: LOCKED }, staying);
    expect(await account().now(repository)).toEqual([LOCKED, 3]);
    await from.remove();
    expect(await account().now(repository)).toEqual([FILTERED, 0]);
  });

  test.concurrent('the removal from the old stack fails: the new one keeps the say, and gives it back when the move is undone', async () => {
    const { repository, staying, from, to } = await beforeTheMove();
    await to.create({ repository, settings: IMMUTABLE });
    await expect(from.update(staying, FAILING_SIBLING)).rejects.toThrow(/UPDATE_ROLLBACK_COMPLETE.*team-x\/missing/);
    expect(await account().now(repository)).toEqual([IMMUTABLE, 6]);
    await to.remove();
    expect(await account().now(repository)).toEqual([LOCKED, 3]);
    await from.remove();
    expect(await account().now(repository)).toEqual([FILTERED, 0]);
  });
});

describe('two stacks declare one repository', () => {
  async function two() {
    const repository = await account().repository(FILTERED);
    const older = await account().stack().create({ repository, settings: IMMUTABLE });
    const newer = await account().stack().create({ repository, settings: LOCKED });
    expect(await account().now(repository)).toEqual([LOCKED, 6]);
    return { repository, older, newer };
  }

  test.concurrent('the newer is removed first: the older has its say again', async () => {
    const { repository, older, newer } = await two();
    await newer.remove();
    expect(await account().now(repository)).toEqual([IMMUTABLE, 3]);
    await older.remove();
    expect(await account().now(repository)).toEqual([FILTERED, 0]);
  });

  test.concurrent('the older is removed first: the newer keeps the say, and knows the original', async () => {
    const { repository, older, newer } = await two();
    await older.remove();
    expect(await account().now(repository)).toEqual([LOCKED, 3]);
    await newer.remove();
    expect(await account().now(repository)).toEqual([FILTERED, 0]);
  });

  test.concurrent('both are removed at the same time', async () => {
    const { repository, older, newer } = await two();
    await Promise.all([older.remove(), newer.remove()]);
    expect(await account().now(repository)).toEqual([FILTERED, 0]);
  });

  test.concurrent('both are created at the same time: one has the say, and the other after it', async () => {
    const repository = await account().repository(FILTERED);
    const [one, other] = [account().stack(), account().stack()];
    await Promise.all([one.create({ repository, settings: IMMUTABLE }), other.create({ repository, settings: LOCKED })]);
    const [settings, tags] = await account().now(repository);
    expect(tags).toBe(6);
    expect([IMMUTABLE, LOCKED]).toContainEqual(settings);
    await one.remove();
    expect(await account().now(repository)).toEqual([LOCKED, 3]);
    await other.remove();
    expect(await account().now(repository)).toEqual([FILTERED, 0]);
  });
});
