import { candidatesOf, settingsWithout, sharesOwnershipTag } from '../../../cli/release/candidate';
import { statusOf } from '../../../cli/status/repository-status';
import { keyOf } from '../../../lambda/protocol/operation';
import { FakeEcr } from '../../support/fake-ecr';
import { stackId } from '../../support/fake-stack';
import { IMMUTABLE, LOCKED, MUTABLE } from '../../support/settings';
import { declarationIdOf, record } from '../../support/test-operation';
import { listed } from '../listed';

const [A, B] = ['a', 'b'].map((stack) => declarationIdOf(stack));

/** Declared by `a`, and after it by `b`. */
function twice(ownershipTagOfB = B.ownershipTag) {
  const ecr = new FakeEcr(MUTABLE);
  record(ecr, A, { settings: LOCKED, precedence: { sequence: 1, revision: 0 } });
  record(ecr, { ...B, ownershipTag: ownershipTagOfB }, { settings: IMMUTABLE, precedence: { sequence: 2, revision: 0 } });
  return statusOf(listed('team-a/api', IMMUTABLE), ecr.tags)!;
}

test('each declaration has its key, its stack and its ownership tag', () => {
  expect(candidatesOf(twice(), undefined)).toMatchObject([A, B].map((id, index) => ({
    id: { key: keyOf(id), ownershipTag: id.ownershipTag }, stack: { name: 'ab'[index], id: stackId('ab'[index]), region: 'eu-west-1' },
  })));
});

test('those of one stack', () => {
  expect(candidatesOf(twice(), 'b').map(({ id }) => id.key)).toEqual([keyOf(B)]);
  expect(candidatesOf(twice(), 'c')).toEqual([]);
});

test('without the newest the older holds, without both the original', () => {
  const status = twice();
  const [a, b] = candidatesOf(status, undefined);
  expect(settingsWithout([b!], status)).toEqual(LOCKED);
  expect(settingsWithout([a!], status)).toEqual(IMMUTABLE);
  expect(settingsWithout([a!, b!], status)).toEqual(MUTABLE);
});

test('an original that is not known is not guessed', () => {
  const ecr = new FakeEcr(MUTABLE);
  record(ecr, A, { settings: LOCKED, original: undefined });
  const status = statusOf(listed('team-a/api', LOCKED), ecr.tags)!;
  expect(settingsWithout(candidatesOf(status, undefined), status)).toBeUndefined();
});

test('stacks with one provider share its ownership tag', () => {
  expect(candidatesOf(twice(), undefined).map(sharesOwnershipTag)).toEqual([false, false]);
  expect(candidatesOf(twice(A.ownershipTag), undefined).map(sharesOwnershipTag)).toEqual([true, true]);
});
