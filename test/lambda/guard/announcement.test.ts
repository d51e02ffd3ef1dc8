import { CORRECTION_WINDOW_MS, announcementOf, leftAnnouncements, waitForGuards, withoutAnnouncements } from '../../../lambda/guard/announcement';
import { keyOf } from '../../../lambda/protocol/operation';
import { FakeClock, FakeEcr } from '../../support/fake-ecr';
import { FakeStack } from '../../support/fake-stack';
import { LOCKED, MUTABLE } from '../../support/settings';
import { declarationIdOf } from '../../support/test-operation';

const KEY = keyOf(declarationIdOf('a'));
const OTHER = keyOf(declarationIdOf('b'));
const RUN = '0123abcd';

function announced(clock: FakeClock, key = KEY, since = clock.now()): FakeEcr {
  const ecr = new FakeEcr(MUTABLE);
  announcementOf(key, RUN, since).tag.forEach((value, name) => ecr.tags.set(name, value));
  return ecr;
}

test('an announcement is a tag that ECR takes, beside those of the declaration', async () => {
  const ecr = new FakeEcr(MUTABLE);
  const { tag, until } = announcementOf(KEY, RUN, Date.parse('2026-01-02T03:04:05.000Z'));
  await ecr.tag(tag);
  expect([...ecr.tags]).toEqual([[`${KEY}:guard.0123abcd`, '1 correcting since 2026-01-02T03:04:05.000Z']]);
  expect(until).toBe(Date.parse('2026-01-02T03:04:35.000Z'));
});

describe('a stack operation', () => {
  test('reads the tags when the announcement is gone', async () => {
    const clock = new FakeClock();
    const ecr = announced(clock);
    clock.onSleep = () => void (clock.pauses.length === 3 && ecr.tags.clear());
    expect(await waitForGuards(ecr, clock).readTags()).toEqual(new Map());
    expect(clock.pauses).toEqual([2_000, 2_000, 2_000]);
  });

  test('waits for a guard of another stack as well', async () => {
    const clock = new FakeClock();
    const ecr = announced(clock, OTHER);
    clock.onSleep = () => ecr.tags.clear();
    await waitForGuards(ecr, clock).readTags();
    expect(clock.pauses).toEqual([2_000]);
  });

  test('waits no longer than the guard may write', async () => {
    const clock = new FakeClock();
    const started = clock.now();
    const ecr = announced(clock);
    expect(await waitForGuards(ecr, clock).readTags()).toEqual(ecr.tags);
    expect(clock.now() - started).toBe(CORRECTION_WINDOW_MS);
  });

  test('is not held up by somebody who announces again and again', async () => {
    const clock = new FakeClock();
    const started = clock.now();
    const ecr = announced(clock);
    clock.onSleep = () => announcementOf(KEY, RUN, clock.now()).tag.forEach((value, name) => ecr.tags.set(name, value));
    await waitForGuards(ecr, clock).readTags();
    expect(clock.now() - started).toBe(CORRECTION_WINDOW_MS);
  });

  test.each<[string, (clock: FakeClock) => FakeEcr]>([
    ['of a guard that can write no more', (clock) => announced(clock, KEY, clock.now() - CORRECTION_WINDOW_MS)],
    ['that lies far ahead', (clock) => announced(clock, KEY, clock.now() + 3_600_000)],
    ['that was edited', (clock) => {
      const ecr = announced(clock);
      [...ecr.tags.keys()].forEach((name) => ecr.tags.set(name, 'edited'));
      return ecr;
    }],
    ['that is no tag of this library', (clock) => announced(clock, 'owner')],
  ])('does not wait for an announcement %s', async (_, given) => {
    const clock = new FakeClock();
    const ecr = given(clock);
    await waitForGuards(ecr, clock).readTags();
    expect(clock.pauses).toEqual([]);
  });

  test('a delete that comes while the guard corrects waits, restores, and leaves nothing of a guard that died', async () => {
    const stack = new FakeStack(new FakeEcr(MUTABLE));
    await stack.create(LOCKED);
    await stack.clock.sleep(3_600_000);
    const { clock, ecr } = stack;
    announcementOf(KEY, RUN, clock.now()).tag.forEach((value, name) => ecr.tags.set(name, value));
    const died = clock.now();
    // What the guard has under way when it dies arrives at the end of its window.
    let hasArrived = false;
    clock.onSleep = () => {
      if (clock.now() - died === CORRECTION_WINDOW_MS) {
        ecr.settings = LOCKED;
        hasArrived = true;
      }
    };
    expect(await stack.remove(LOCKED)).toMatchObject({ Status: 'SUCCESS' });
    expect([hasArrived, ecr.settings, ecr.trace]).toEqual([true, MUTABLE, []]);
  });

  test('an update removes what a guard that died has left', async () => {
    const stack = new FakeStack(new FakeEcr(MUTABLE));
    await stack.create(LOCKED);
    const before = [...stack.ecr.tags.keys()];
    announcementOf(KEY, RUN, stack.clock.now() - 3_600_000).tag.forEach((value, name) => stack.ecr.tags.set(name, value));
    await stack.update(LOCKED, LOCKED);
    expect([...stack.ecr.tags.keys()]).toEqual(before);
  });
});

test('what is left of a declaration\'s announcements, and its other tags', () => {
  const now = Date.parse('2026-01-02T03:04:05.000Z');
  const tags = new Map([
    ...announcementOf(KEY, '00000001', now).tag,
    ...announcementOf(KEY, '00000002', now - CORRECTION_WINDOW_MS).tag,
    ...announcementOf(OTHER, '00000003', 0).tag,
    [`${KEY}:declared`, 'anything'],
  ] as [string, string][]);
  expect(leftAnnouncements(KEY, tags, now)).toEqual([`${KEY}:guard.00000002`]);
  expect([...withoutAnnouncements(KEY, tags).keys()]).toEqual([`${OTHER}:guard.00000003`, `${KEY}:declared`]);
});
