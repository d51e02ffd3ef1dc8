import { stackNameOf } from '../../../lambda/protocol/operation';
import { declarationIdOf } from '../../support/test-operation';

test.each([
  ['my-Stack-1', 'my-Stack-1'],
  ['s'.repeat(128), 's'.repeat(128)],
  // What a record cannot hold as a name.
  ['s'.repeat(129), 'another-stack'],
  ['my stack', 'another-stack'],
])('the name of the stack %j is recorded as %j', (name, recorded) => {
  expect(stackNameOf(declarationIdOf(name))).toBe(recorded);
});

test('an id that is none of a stack has no name to record', () => {
  expect(stackNameOf({ ...declarationIdOf('a'), stackId: 'anything' })).toBe('another-stack');
});
