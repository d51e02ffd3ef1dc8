import { judgePushes } from '../../../cli/plan/judge-pushes';
import type { Deletion, Push, RegistryEvent } from '../../../cli/plan/registry-event';

const REPOSITORY = 'arn:aws:ecr:eu-west-1:111122223333:repository/team-a/api';

let events = 0;
beforeEach(() => {
  events = 0;
});

/** An event in each second, in the order of the calls, unless `at` says otherwise. */
const event = (at?: number) => ({ id: String(++events), time: (at ?? events) * 1000, repositoryArn: REPOSITORY, failed: false });
const push = (tag: string, digest?: string, more: Partial<Push> & { at?: number } = {}): Push =>
  ({ ...event(more.at), kind: 'push', tag, digest, by: 'ci', ...more });
const deletes = (images: Deletion['images'], more: Partial<Deletion> & { at?: number } = {}): Deletion =>
  ({ ...event(more.at), kind: 'deletion', images, ...more });

const verdicts = (...given: RegistryEvent[]) => judgePushes(given).map(({ id, tag, digest, verdict }) => ({ id, tag, digest, verdict }))
  .sort((a, b) => Number(a.id) - Number(b.id)).map(({ tag, digest, verdict }) => `${tag} ${digest}: ${verdict}`);

describe('what the tag was on is known', () => {
  test('the first push of a tag in the window is unknown', () => {
    expect(verdicts(push('v1', 'A'), push('v2', 'A'))).toEqual(['v1 A: unknown', 'v2 A: unknown']);
  });

  test('another digest is refused, each time', () => {
    expect(verdicts(push('v1', 'A'), push('v1', 'B'), push('v1', 'C'))).toEqual(['v1 A: unknown', 'v1 B: refused', 'v1 C: refused']);
  });

  test('the same digest again is accepted', () => {
    expect(verdicts(push('v1', 'A'), push('v1', 'A'))).toEqual(['v1 A: unknown', 'v1 A: accepted']);
  });

  test('back to a former digest is refused: the tag was on another one meanwhile', () => {
    expect(verdicts(push('v1', 'A'), push('v1', 'B'), push('v1', 'A'))).toEqual(['v1 A: unknown', 'v1 B: refused', 'v1 A: refused']);
  });

  test('another tag, or the same tag of another repository, does not count', () => {
    expect(verdicts(push('v1', 'A'), push('v2', 'B'), push('v1', 'B', { repositoryArn: `${REPOSITORY}-other` })))
      .toEqual(['v1 A: unknown', 'v2 B: unknown', 'v1 B: unknown']);
  });

  test('the order in which the events come does not count, nor does one that comes twice', () => {
    const given = [push('v1', 'A'), push('v1', 'B'), push('v1', 'B')];
    expect(verdicts(...given.toReversed(), given[1])).toEqual(['v1 A: unknown', 'v1 B: refused', 'v1 B: accepted']);
  });
});

describe('a deletion between', () => {
  test.each<[string, Deletion['images']]>([
    ['of the tag', { tags: ['v1'], digests: [] }],
    ['of the image', { tags: [], digests: ['A'] }],
    ['of the repository', 'all'],
  ])('%s: accepted', (_, images) => {
    expect(verdicts(push('v1', 'A'), deletes(images), push('v1', 'B'))).toEqual(['v1 A: unknown', 'v1 B: accepted']);
  });

  test.each<[string, Deletion['images']]>([
    ['of another tag', { tags: ['v2'], digests: [] }],
    ['of another image', { tags: [], digests: ['B'] }],
  ])('%s: refused', (_, images) => {
    expect(verdicts(push('v1', 'A'), deletes(images), push('v1', 'B'))).toEqual(['v1 A: unknown', 'v1 B: refused']);
  });

  test('of a tag that no push was seen of: accepted', () => {
    expect(verdicts(deletes({ tags: ['v1'], digests: [] }), push('v1', 'B'), push('v1', 'C'))).toEqual(['v1 B: accepted', 'v1 C: refused']);
  });

  test('of a former image only: refused', () => {
    expect(verdicts(push('v1', 'A'), push('v1', 'B'), deletes({ tags: [], digests: ['A'] }), push('v1', 'C')).at(-1)).toBe('v1 C: refused');
  });
});

describe('a failed call between', () => {
  test('a push: itself failed, and the next unknown', () => {
    expect(verdicts(push('v1', 'A'), push('v1', 'B', { failed: true }), push('v1', 'C'), push('v1', 'D')))
      .toEqual(['v1 A: unknown', 'v1 B: failed', 'v1 C: unknown', 'v1 D: refused']);
  });

  test.each<[string, Deletion['images']]>([
    ['of the tag', { tags: ['v1'], digests: [] }], ['of the image', { tags: [], digests: ['A'] }], ['of the repository', 'all'],
  ])('a deletion %s: unknown', (_, images) => {
    expect(verdicts(push('v1', 'A'), deletes(images, { failed: true }), push('v1', 'B'))).toEqual(['v1 A: unknown', 'v1 B: unknown']);
  });

  test('a deletion of something else: refused', () => {
    expect(verdicts(push('v1', 'A'), deletes({ tags: ['v2'], digests: [] }, { failed: true }), push('v1', 'B')).at(-1)).toBe('v1 B: refused');
  });

  test('two deletions in one second, of which one failed: unknown', () => {
    const images = { tags: ['v1'], digests: [] };
    expect(verdicts(push('v1', 'A', { at: 1 }), deletes(images, { at: 2 }), deletes(images, { at: 2, failed: true }), push('v1', 'B', { at: 3 })).at(-1))
      .toBe('v1 B: unknown');
  });
});

describe('in one second, whose events come in no order', () => {
  test('two digests of one tag: both unknown, and the next as well', () => {
    expect(verdicts(push('v1', 'A', { at: 1 }), push('v1', 'B', { at: 2 }), push('v1', 'C', { at: 2 }), push('v1', 'D', { at: 3 }), push('v1', 'E', { at: 4 })))
      .toEqual(['v1 A: unknown', 'v1 B: unknown', 'v1 C: unknown', 'v1 D: unknown', 'v1 E: refused']);
  });

  test('one digest twice: the first is judged', () => {
    expect(verdicts(push('v1', 'A', { at: 1 }), push('v1', 'B', { at: 2 }), push('v1', 'B', { at: 2 })))
      .toEqual(['v1 A: unknown', 'v1 B: refused', 'v1 B: accepted']);
  });

  test.each<[string, Deletion['images']]>([
    ['its tag', { tags: ['v1'], digests: [] }], ['the former image', { tags: [], digests: ['A'] }], ['its image', { tags: [], digests: ['B'] }],
  ])('a push and a deletion of %s: unknown, and the next as well', (_, images) => {
    expect(verdicts(push('v1', 'A', { at: 1 }), push('v1', 'B', { at: 2 }), deletes(images, { at: 2 }), push('v1', 'C', { at: 3 })))
      .toEqual(['v1 A: unknown', 'v1 B: unknown', 'v1 C: unknown']);
  });

  test('different tags do not disturb each other', () => {
    expect(verdicts(push('v1', 'A', { at: 1 }), push('v1', 'B', { at: 2 }), push('v2', 'B', { at: 2 }), deletes({ tags: ['v3'], digests: [] }, { at: 2 })))
      .toEqual(['v1 A: unknown', 'v1 B: refused', 'v2 B: unknown']);
  });
});

test('a push whose digest the event does not tell is unknown, and so is the next', () => {
  expect(verdicts(push('v1', 'A'), push('v1', undefined), push('v1', 'B'))).toEqual(['v1 A: unknown', 'v1 undefined: unknown', 'v1 B: unknown']);
});
