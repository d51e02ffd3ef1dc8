import { StackResource, isBeingDeleted, isSameResource, isStable } from '../../../lambda/cloudformation/stack';

// The states are those of https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html.
test.each([
  ['CREATE_COMPLETE', true], ['UPDATE_COMPLETE', true], ['UPDATE_ROLLBACK_COMPLETE', true], ['IMPORT_COMPLETE', true], ['IMPORT_ROLLBACK_COMPLETE', true],
  ['CREATE_IN_PROGRESS', false], ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', false], ['UPDATE_ROLLBACK_FAILED', false], ['DELETE_IN_PROGRESS', false],
  ['ROLLBACK_COMPLETE', false], ['DELETE_COMPLETE', false], [undefined, false],
])('a stack that is %s is at rest: %s', (status, expected) => {
  expect(isStable(status)).toBe(expected);
});

const RESOURCE: StackResource = { physicalId: 'id', status: 'UPDATE_COMPLETE', updated: 1, metadata: '{}' };

test('a resource is the same until a stack operation has touched it', () => {
  expect(isSameResource(RESOURCE, { ...RESOURCE })).toBe(true);
  expect(isSameResource(RESOURCE, { ...RESOURCE, metadata: '{"of":"a stack operation that has left it alone"}' })).toBe(true);
  for (const now of [undefined, { ...RESOURCE, physicalId: 'other' }, { ...RESOURCE, status: 'UPDATE_IN_PROGRESS' }, { ...RESOURCE, updated: 2 }]) {
    expect(isSameResource(RESOURCE, now)).toBe(false);
  }
});

test.each([
  [{ ...RESOURCE, status: 'DELETE_IN_PROGRESS' }, true], [{ ...RESOURCE, status: 'DELETE_FAILED' }, true], [RESOURCE, false],
  [{ ...RESOURCE, status: undefined }, false], [undefined, false],
])('a resource that is %j is being deleted: %s', (resource, expected) => {
  expect(isBeingDeleted(resource)).toBe(expected);
});
