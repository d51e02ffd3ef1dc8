import { releaseByRule } from '../../../lambda/registry/release-by-rule';
import { Settings } from '../../../src/shared/settings';
import { FakeEcr } from '../../support/fake-ecr';
import { FILTERED, LOCKED, MUTABLE, OF_OTHER } from '../../support/settings';
import { TOKEN, declarationIdOf, operationOn, record } from '../../support/test-operation';

const RULE_ID = declarationIdOf('a', 'Rule');
const OTHER = declarationIdOf('b');
const CREATED = Date.parse('2026-01-01T00:00:00.000Z');

/** A repository that the rule has declared. */
function declared(original: Settings = FILTERED): FakeEcr {
  const ecr = new FakeEcr(LOCKED);
  ecr.tags.set('team', 'a');
  record(ecr, RULE_ID, { settings: LOCKED, original, precedence: { ruleCreated: CREATED } });
  return ecr;
}
const releasing = (ecr: FakeEcr, options = {}) => releaseByRule(operationOn(ecr, RULE_ID), { token: TOKEN, ...options });

describe('a rule\'s release of a repository', () => {
  test.each([
    ['six calls where a listing has shown the settings', { known: LOCKED }, ['readTags', 'untag', 'putSettings', 'readTags', 'untag', 'readTags']],
    ['seven where none has', {}, ['readTags', 'readSettings', 'untag', 'putSettings', 'readTags', 'untag', 'readTags']],
  ])('restores the original and leaves no trace, in %s', async (_, options, calls) => {
    const ecr = declared();
    expect(await releasing(ecr, options)).toEqual({ outcome: 'released', before: LOCKED, effective: FILTERED });
    expect([ecr.settings, [...ecr.tags]]).toEqual([FILTERED, [['team', 'a']]]);
    expect(ecr.calls).toEqual(calls);
  });

  test('leaves nothing as it was because a listing was out of date', async () => {
    const ecr = declared();
    expect(await releasing(ecr, { known: FILTERED })).toMatchObject({ outcome: 'released', effective: FILTERED });
    expect([ecr.settings, [...ecr.tags]]).toEqual([FILTERED, [['team', 'a']]]);
  });

  test('goes on with what a release that died before its put has left, whatever a listing says', async () => {
    const ecr = declared();
    ecr.trace.filter((key) => key.endsWith(':declared')).forEach((key) => ecr.tags.delete(key));
    expect(await releasing(ecr, { known: FILTERED })).toMatchObject({ outcome: 'released', effective: FILTERED });
    expect([ecr.settings, [...ecr.tags]]).toEqual([FILTERED, [['team', 'a']]]);
  });

  test('under a single declaration leaves that one effective', async () => {
    const ecr = declared();
    ecr.settings = OF_OTHER;
    record(ecr, OTHER, { settings: OF_OTHER, original: FILTERED });
    expect(await releasing(ecr, { known: OF_OTHER })).toEqual({ outcome: 'released', before: OF_OTHER, effective: OF_OTHER });
    expect([ecr.settings, ecr.puts, ecr.trace.length]).toEqual([OF_OTHER, [], 3]);
  });

  test('gives an older rule its precedence back', async () => {
    const ecr = declared();
    record(ecr, OTHER, { settings: OF_OTHER, original: FILTERED, precedence: { ruleCreated: CREATED - 1 } });
    expect(await releasing(ecr)).toEqual({ outcome: 'released', before: LOCKED, effective: OF_OTHER });
    expect(ecr.settings).toEqual(OF_OTHER);
  });

  test('with an unknown original leaves the settings, and tells', async () => {
    const ecr = declared();
    record(ecr, RULE_ID, { settings: LOCKED, original: undefined, precedence: { ruleCreated: CREATED } });
    expect(await releasing(ecr)).toEqual({ outcome: 'original-unknown', before: LOCKED, effective: LOCKED });
    expect([ecr.puts, ecr.trace]).toEqual([[], []]);
  });

  test.each([
    ['by one call where a listing has shown the settings', { known: LOCKED }, ['readTags']],
    ['by two where none has', {}, ['readTags', 'readSettings']],
  ])('without a record leaves the settings, and finds that out %s', async (_, options, calls) => {
    const ecr = new FakeEcr(LOCKED);
    expect(await releasing(ecr, options)).toEqual({ outcome: 'no-record', before: LOCKED, effective: LOCKED });
    expect([ecr.settings, ecr.calls]).toEqual([LOCKED, calls]);
  });

  test('leaves the record of another create alone', async () => {
    const ecr = declared();
    expect(await releasing(ecr, { token: 'ffffffffffff' })).toEqual({ outcome: 'other-create' });
    expect([ecr.settings, ecr.trace.length]).toEqual([LOCKED, 3]);
  });

  test('by an id that CloudFormation generated releases what is there', async () => {
    const ecr = declared(MUTABLE);
    expect(await releasing(ecr, { token: undefined })).toMatchObject({ outcome: 'released', effective: MUTABLE });
    expect(ecr.settings).toEqual(MUTABLE);
  });
});
