import { Aws } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';

/** What the function needs beside its permissions for the repositories, in a policy of the guard's own stack. */
export function guardStatements(topic: sns.ITopic | undefined): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      sid: 'ReadOwnStack',
      actions: ['cloudformation:DescribeStackResource', 'cloudformation:DescribeStacks', 'cloudformation:ListStackResources'],
      resources: [Aws.STACK_ID],
    }),
    ...topic ? [new iam.PolicyStatement({ sid: 'ReportDrift', actions: ['sns:Publish'], resources: [topic.topicArn] })] : [],
    ...topic?.masterKey
      ? [new iam.PolicyStatement({ sid: 'EncryptReports', actions: ['kms:Decrypt', 'kms:GenerateDataKey*'], resources: [topic.masterKey.keyArn] })]
      : [],
  ];
}
