import { readYourWrites } from '../../../lambda/ecr/read-your-writes';
import { FakeClock, FakeEcr, named } from '../../support/fake-ecr';
import { IMMUTABLE, LOCKED, MUTABLE } from '../../support/settings';

const ALL_PAUSES = [200, 4_800];

function setUp(lag = 0, settings = MUTABLE) {
  const ecr = new FakeEcr(settings);
  ecr.tags.set('team', 'a').set('stage', 'test');
  ecr.lag = lag;
  const clock = new FakeClock();
  return { ecr, pauses: clock.pauses, subject: readYourWrites(ecr, clock) };
}

describe.each([0, 1, 2])('where %d reads lag behind a write', (lag) => {
  test('settings are read as they were put', async () => {
    const { subject, pauses } = setUp(lag);
    await subject.readSettings();
    await subject.putSettings(IMMUTABLE);
    expect(await subject.readSettings()).toEqual(IMMUTABLE);
    expect(pauses).toEqual(ALL_PAUSES.slice(0, lag));
  });

  test('a new tag is read', async () => {
    const { subject, pauses } = setUp(lag);
    await subject.readTags();
    await subject.tag(new Map([['k', 'v']]));
    expect(await subject.readTags()).toEqual(new Map([['team', 'a'], ['stage', 'test'], ['k', 'v']]));
    expect(pauses).toEqual(ALL_PAUSES.slice(0, lag));
  });

  test('a changed tag is read with its new value', async () => {
    const { subject, pauses } = setUp(lag);
    await subject.readTags();
    await subject.tag(new Map([['team', 'b']]));
    expect((await subject.readTags()).get('team')).toBe('b');
    expect(pauses).toEqual(ALL_PAUSES.slice(0, lag));
  });

  test('a removed tag is not read any more', async () => {
    const { subject, pauses } = setUp(lag);
    await subject.readTags();
    await subject.untag(['team']);
    expect(await subject.readTags()).toEqual(new Map([['stage', 'test']]));
    expect(pauses).toEqual(ALL_PAUSES.slice(0, lag));
  });
});

test('a tag written before any reading is waited for', async () => {
  const { subject, pauses } = setUp(2);
  await subject.tag(new Map([['k', 'v']]));
  expect((await subject.readTags()).get('k')).toBe('v');
  expect(pauses).toEqual([200, 4_800]);
});

test('settings that a read has shown are waited for when the next read lags', async () => {
  const { ecr, subject, pauses } = setUp();
  await subject.putSettings(IMMUTABLE);
  expect(await subject.readSettings()).toEqual(IMMUTABLE);
  ecr.settings = MUTABLE;
  const readsBefore = ecr.calls.length;
  ecr.before = (_, count) => {
    if (count > readsBefore + 1) ecr.settings = IMMUTABLE;
  };
  expect(await subject.readSettings()).toEqual(IMMUTABLE);
  expect(pauses).toEqual([200]);
});

test('each of several tags written at once is waited for', async () => {
  const { ecr, subject, pauses } = setUp(0);
  await subject.readTags();
  await subject.tag(new Map([['k', 'v'], ['l', 'w']]));
  ecr.tags.delete('l');
  let reads = 0;
  ecr.before = (method) => {
    if (method === 'readTags' && ++reads === 3) {
      ecr.tags.set('l', 'w');
    }
  };
  expect((await subject.readTags()).get('l')).toBe('w');
  expect(pauses).toEqual([200, 4_800]);
});

describe('what others did after the own write', () => {
  test('is believed after all pauses where they put other settings', async () => {
    const { ecr, subject, pauses } = setUp();
    await subject.readSettings();
    await subject.putSettings(IMMUTABLE);
    ecr.settings = LOCKED;
    expect(await subject.readSettings()).toEqual(LOCKED);
    expect(pauses).toEqual(ALL_PAUSES);
  });

  test('is believed after all pauses where they restored what was there', async () => {
    const { ecr, subject, pauses } = setUp();
    await subject.readSettings();
    await subject.putSettings(IMMUTABLE);
    ecr.settings = MUTABLE;
    expect(await subject.readSettings()).toEqual(MUTABLE);
    expect(pauses).toEqual(ALL_PAUSES);
    expect(await subject.readSettings()).toEqual(MUTABLE);
    expect(pauses).toEqual(ALL_PAUSES);
  });

  test('is believed after all pauses where they wrote another value', async () => {
    const { ecr, subject, pauses } = setUp();
    await subject.readTags();
    await subject.tag(new Map([['team', 'b']]));
    ecr.tags.set('team', 'c');
    expect((await subject.readTags()).get('team')).toBe('c');
    expect(pauses).toEqual(ALL_PAUSES);
  });

  test('is believed after all pauses where they removed a tag that was changed', async () => {
    const { ecr, subject, pauses } = setUp();
    await subject.readTags();
    await subject.tag(new Map([['team', 'b']]));
    ecr.tags.delete('team');
    expect((await subject.readTags()).has('team')).toBe(false);
    expect(pauses).toEqual(ALL_PAUSES);
  });

  test('is believed after all pauses where they removed a tag that was new', async () => {
    const { ecr, subject, pauses } = setUp();
    await subject.readTags();
    await subject.tag(new Map([['k', 'v']]));
    ecr.tags.delete('k');
    expect((await subject.readTags()).has('k')).toBe(false);
    expect(pauses).toEqual(ALL_PAUSES);
    await subject.readTags();
    expect(pauses).toEqual(ALL_PAUSES);
  });

  test('is shown beside the own write', async () => {
    const { ecr, subject, pauses } = setUp();
    await subject.readTags();
    await subject.tag(new Map([['k', 'v']]));
    ecr.tags.set('theirs', 'x').delete('stage');
    expect(await subject.readTags()).toEqual(new Map([['team', 'a'], ['k', 'v'], ['theirs', 'x']]));
    expect(pauses).toEqual([]);
  });
});

describe('no time is lost', () => {
  test('where nothing was written', async () => {
    const { ecr, subject, pauses } = setUp();
    await subject.readTags();
    await subject.readSettings();
    await subject.readTags();
    await subject.readSettings();
    expect(ecr.calls).toHaveLength(4);
    expect(pauses).toEqual([]);
  });

  test('where a tag was written with the value that it had', async () => {
    const { subject, pauses } = setUp();
    await subject.readTags();
    await subject.tag(new Map([['team', 'a']]));
    expect((await subject.readTags()).get('team')).toBe('a');
    expect(pauses).toEqual([]);
  });

  test('where the same settings were put, their filters in another order', async () => {
    const { subject, pauses } = setUp(0, LOCKED);
    await subject.readSettings();
    await subject.putSettings({ ...LOCKED, filters: [...LOCKED.filters].reverse() });
    await subject.readSettings();
    expect(pauses).toEqual([]);
  });

  test('where the write failed', async () => {
    const { ecr, subject, pauses } = setUp();
    await subject.readTags();
    await subject.readSettings();
    ecr.before = (method) => {
      if (['tag', 'untag', 'putSettings'].includes(method)) {
        throw named('ServerException', 'broken');
      }
    };
    await expect(subject.tag(new Map([['k', 'v']]))).rejects.toThrow('broken');
    await expect(subject.untag(['team'])).rejects.toThrow('broken');
    await expect(subject.putSettings(IMMUTABLE)).rejects.toThrow('broken');
    expect(await subject.readTags()).toEqual(new Map([['team', 'a'], ['stage', 'test']]));
    expect(await subject.readSettings()).toEqual(MUTABLE);
    expect(pauses).toEqual([]);
  });
});

test('writes go to ECR as they are', async () => {
  const { ecr, subject } = setUp();
  await subject.putSettings(LOCKED);
  await subject.tag(new Map([['k', 'v']]));
  await subject.untag(['team', 'stage']);
  expect(ecr.puts).toEqual([LOCKED]);
  expect(ecr.tags).toEqual(new Map([['k', 'v']]));
  expect(ecr.calls).toEqual(['putSettings', 'tag', 'untag']);
});
