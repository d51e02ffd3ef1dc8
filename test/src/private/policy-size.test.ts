import { Aws, Fn } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { arnSize, policySize } from '../../../src/private/policy-size';
import { newStack } from '../../support/constructs';

const QUOTES_AND_COMMA = 3;

test.each([
  ['a literal ARN', 'arn:aws:ecr:us-east-1:123456789012:repository/app', 49],
  ['the longest partition, region and account', `${Aws.PARTITION}:${Aws.REGION}:${Aws.ACCOUNT_ID}`, 10 + 1 + 14 + 1 + 12],
  ['pseudo parameters in a join', Fn.join('/', ['a', Aws.REGION]), 2 + 14],
  ['another token', Fn.importValue('arn'), 150],
])('counts %s', (_, arn, expected) => {
  expect(arnSize(newStack(), arn)).toBe(expected + QUOTES_AND_COMMA);
});

test('counts a policy as IAM does, without white space', () => {
  const statement = new iam.PolicyStatement({ actions: ['a:b'], resources: [`arn:${Aws.ACCOUNT_ID}`] });
  expect(policySize(newStack(), [statement])).toBe(
    '{"Version":"2012-10-17","Statement":[{"Action":"a:b","Effect":"Allow","Resource":"arn:123456789012"}]}'.length,
  );
});
