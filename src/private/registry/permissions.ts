import { ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { ONLY_OWN_TAGS, WRITE } from '../permissions';

/** What rules need of the function's role, beside what declarations of single repositories need. */
export interface RegistryStatements {
  /** Its resources are the repositories that rules match. */
  readonly changing: iam.PolicyStatement;
  /** Its resources are the stacks of the rules. */
  readonly asking: iam.PolicyStatement;
  readonly others: readonly iam.PolicyStatement[];
}

export function registryStatements(
  stateMachine: { readonly arn: string; readonly executions: string }, key: kms.IKey | undefined,
): RegistryStatements {
  return {
    changing: new iam.PolicyStatement({ sid: 'ChangeMatchedRepositories', actions: WRITE, conditions: ONLY_OWN_TAGS }),
    asking: new iam.PolicyStatement({ sid: 'AskCloudFormation', actions: ['cloudformation:DescribeStacks', 'cloudformation:DescribeStackResource'] }),
    others: [
      // IAM knows no resources for it.
      new iam.PolicyStatement({ sid: 'FindTags', actions: ['tag:GetResources'], resources: ['*'] }),
      new iam.PolicyStatement({ sid: 'StartPasses', actions: ['states:ListExecutions', 'states:StartExecution'], resources: [stateMachine.arn] }),
      new iam.PolicyStatement({ sid: 'StopPasses', actions: ['states:StopExecution'], resources: [stateMachine.executions] }),
      ...key ? [encrypting(key)] : [],
    ],
  };
}

/** A filter's `*` is IAM's, too: any characters, `/` included. */
export function repositoriesOf(stack: Stack, filter: string): string {
  return stack.formatArn({ service: 'ecr', resource: 'repository', resourceName: filter, arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
}

/** The stack of a rule. Where it is not the provider's, its id is known only after it has asked for the provider, so it is named. */
export function stackOf(provider: Stack, rule: Stack): string {
  if (provider === rule) {
    return Aws.STACK_ID;
  }
  let root = rule;
  while (root.nestedStackParent) {
    root = root.nestedStackParent;
  }
  // CloudFormation names a nested stack `<parent>-<logical id>-<suffix>`.
  return provider.formatArn({ service: 'cloudformation', resource: 'stack', resourceName: `${root.stackName}${root === rule ? '' : '-*'}/*` });
}

/** The history of executions, which holds CloudFormation's URL for the response. */
export function encrypting(key: kms.IKey): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'EncryptPasses',
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: [key.keyArn],
    conditions: { StringLike: { 'kms:EncryptionContext:aws:states:stateMachineArn': `arn:${Aws.PARTITION}:states:${Aws.REGION}:${Aws.ACCOUNT_ID}:stateMachine:*` } },
  });
}
