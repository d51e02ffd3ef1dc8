import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { refOf, spellPseudoParameters, spellTokens } from './token-text';

/** IAM takes 6,144 characters in a managed policy. */
export const MANAGED_BUDGET = 6_000;

/** The most characters that pseudo parameters have, in any partition. */
const PSEUDO_PARAMETERS: Record<string, number> = {
  'AWS::Partition': 'aws-us-gov'.length,
  'AWS::Region': 'ap-southeast-1'.length,
  'AWS::AccountId': 12,
  'AWS::StackId': 231,
  'AWS::StackName': 128,
};

/** What else is known at deployment only: a repository's ARN with a name of some 80 characters. */
const OTHER_TOKEN = 150;

/**
 * The characters that IAM will count at deployment, where white space counts for nothing.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export function policySize(scope: IConstruct, statements: iam.PolicyStatement[]): number {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: deployedText(scope, statements.map((statement) => statement.toJSON())),
  }).length;
}

/** What one more ARN adds to a statement: itself, its quotes and a comma. */
export function arnSize(scope: IConstruct, arn: string): number {
  const text = spellPseudoParameters(Stack.of(scope), arn, pseudoParameterText) ?? deployedText(scope, arn);
  return text.length + '"",'.length;
}

function deployedText(scope: IConstruct, value: unknown): any {
  return spellTokens(scope, value, (intrinsic) => pseudoParameterText(refOf(intrinsic) ?? ''));
}

const pseudoParameterText = (name: string): string => 'x'.repeat(PSEUDO_PARAMETERS[name] ?? OTHER_TOKEN);
