import { ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { TAG_PREFIX } from '../shared/contract';

const READ = ['ecr:DescribeRepositories', 'ecr:ListTagsForResource'];
export const WRITE = ['ecr:PutImageTagMutability', 'ecr:TagResource', 'ecr:UntagResource'];

// `ForAllValues` also matches a call that names no tags, so one statement can hold all actions.
export const ONLY_OWN_TAGS = { 'ForAllValues:StringLike': { 'aws:TagKeys': `${TAG_PREFIX}*` } };

/** Reading any repository of the account: a declaration may be removed long after its repository has left the template. */
export function reading(stack: Stack): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid: 'ReadRepositories', actions: READ, resources: [everyRepository(stack)] });
}

/**
 * Changing those repositories that the stack has marked, so that one that has left the template can still be released: by then the
 * policy names it no more.
 *
 * @see https://github.com/aws/aws-cdk/issues/14037
 */
export function tagged(stack: Stack, tagKey: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'ChangeTaggedRepositories',
    actions: WRITE,
    resources: [everyRepository(stack)],
    conditions: { StringEquals: { [`aws:ResourceTag/${tagKey}`]: Aws.STACK_ID }, ...ONLY_OWN_TAGS },
  });
}

/** Everything on the repositories that are declared now. */
export function declared(repositoryArns: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'ChangeDeclaredRepositories',
    actions: [...READ, ...WRITE],
    resources: repositoryArns,
    conditions: ONLY_OWN_TAGS,
  });
}

/** The log group is the stack's: the function need not create it. */
export function logging(logGroupArn: string): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid: 'WriteLog', actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroupArn] });
}

/**
 * Lambda's network interfaces, without an AWS managed policy. Lambda checks these permissions for all resources.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
export function networking(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'UseVpc',
    actions: [
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:UnassignPrivateIpAddresses',
    ],
    resources: ['*'],
  });
}

export function decrypting(keyArn: string): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid: 'ReadEnvironment', actions: ['kms:Decrypt'], resources: [keyArn] });
}

/** aws-cdk-lib adds this one itself, where it may: only the owner of a role that it cannot change needs to be told. */
export function tracing(): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid: 'WriteTraces', actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], resources: ['*'] });
}

/** As `tracing()`. */
export function deadLetters(queueArn: string): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid: 'SendDeadLetters', actions: ['sqs:SendMessage'], resources: [queueArn] });
}

function everyRepository(stack: Stack): string {
  return stack.formatArn({ service: 'ecr', region: '*', resource: 'repository', resourceName: '*', arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
}
