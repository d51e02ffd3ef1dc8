import { App, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { ownershipTagKey } from '../../../src/private/ownership-tag';
import { ENV } from '../../support/constructs';

test('the key is that of the stack\'s name, known at synthesis and frozen', () => {
  expect(ownershipTagKey(new Stack(new App(), 'Any', { stackName: 'payments' }))).toBe('cdk-ecr-tag-mutability:stack:df384ae97c77');
});

test('the key depends on nothing but the name, so that neither an env nor a move in the app changes it', () => {
  const key = ownershipTagKey(new Stack(new App(), 'A', { stackName: 'payments' }));
  expect(ownershipTagKey(new Stack(new App(), 'B', { stackName: 'payments', env: ENV }))).toBe(key);
  expect(ownershipTagKey(new Stack(new Stage(new App(), 'Prod'), 'C', { stackName: 'payments' }))).toBe(key);
});

test('stacks have keys of their own, nested ones too', () => {
  const app = new App();
  const [one, two] = ['one', 'two'].map((name) => new Stack(app, name));
  const nested = [new NestedStack(one, 'N'), new NestedStack(one, 'M'), new NestedStack(two, 'N')];
  const inner = new NestedStack(nested[0], 'N');
  const keys = [one, two, ...nested, inner].map(ownershipTagKey);
  expect(new Set(keys).size).toBe(keys.length);
  keys.forEach((key) => expect(key).toMatch(/^cdk-ecr-tag-mutability:stack:[0-9a-f]{12}$/));
});

test('the key of a nested stack survives a new env, and a move of its root in the app', () => {
  const nestedIn = (root: Stack) => ownershipTagKey(new NestedStack(root, 'N'));
  const key = nestedIn(new Stack(new App(), 'A', { stackName: 'root' }));
  expect(nestedIn(new Stack(new Stage(new App(), 'Prod'), 'B', { stackName: 'root', env: ENV }))).toBe(key);
});
