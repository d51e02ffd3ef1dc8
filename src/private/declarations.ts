import { CfnResource, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ResourceProperties } from '../shared/contract';

/** A declaration of one repository, for those that look after it. */
export interface DeclaredRepository {
  readonly construct: Construct;
  readonly resource: CfnResource;
  readonly provider: Construct;
  readonly properties: ResourceProperties;
}

const DECLARED = new WeakMap<Stack, DeclaredRepository[]>();

export function rememberDeclaration(declared: DeclaredRepository): void {
  const stack = Stack.of(declared.construct);
  DECLARED.set(stack, [...DECLARED.get(stack) ?? [], declared]);
}

/** The declarations that are in a stack's tree now. */
export const declarationsIn = (stack: Stack): DeclaredRepository[] => (DECLARED.get(stack) ?? []).filter(({ construct }) => isInTree(construct));

/** Whether a construct is still in the tree: an app may remove it by `tryRemoveChild()`. */
export function isInTree(construct: Construct): boolean {
  return construct.node.scopes.every((scope, index, scopes) => index === 0 || scopes[index - 1].node.tryFindChild(scope.node.id) === scope);
}
