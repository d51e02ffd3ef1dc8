import { createHash } from 'node:crypto';
import { Stack } from 'aws-cdk-lib';
import { TAG_PREFIX } from '../shared/contract';

/**
 * The key of the tag that marks the repositories of a stack. It stands as a key in an IAM condition, where no deploy-time value
 * can stand, so that it is made of names that are known at synthesis. Account and region are left out: the key stays the same
 * when an app gives its stack an `env` later. Two stacks with one key are told apart by the tag's value, the stack's id.
 */
export function ownershipTagKey(stack: Stack): string {
  let root = stack;
  while (root.nestedStackParent) {
    root = root.nestedStackParent;
  }
  // A nested stack is named by CloudFormation, at deployment.
  const below = stack.node.scopes.slice(root.node.scopes.length).map((scope) => scope.node.id);
  const hash = createHash('sha256').update([root.stackName, ...below].join('/')).digest('hex').slice(0, 12);
  return `${TAG_PREFIX}stack:${hash}`;
}
