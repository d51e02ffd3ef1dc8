import { App, Aws, CfnParameter, Lazy, ScopedAws, Stack } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { shortArn } from '../../../src/private/repository-arn';
import { arnOf, deployed, newStack } from '../../support/constructs';

describe('an ARN in fewer bytes', () => {
  test('is a text with pseudo parameters in it, where these are all that is not known', () => {
    const stack = newStack();
    const { repositoryArn } = ecr.Repository.fromRepositoryName(stack, 'Imported', 'team/app');
    const short = stack.resolve(shortArn(stack, repositoryArn));
    expect(short).toEqual({ 'Fn::Sub': 'arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/team/app' });
    expect(deployed(short)).toBe(deployed(stack.resolve(repositoryArn)));
  });

  test('is the same where all is known', () => {
    expect(shortArn(newStack(), arnOf('team/app'))).toBe(arnOf('team/app'));
  });

  test('is the same where something else is not known', () => {
    const stack = newStack();
    const { repositoryArn } = ecr.Repository.fromRepositoryName(stack, 'Imported', new CfnParameter(stack, 'Name').valueAsString);
    expect(shortArn(stack, repositoryArn)).toBe(repositoryArn);
  });

  test('is the same where a part of it is known only later', () => {
    const stack = newStack();
    let name = 'of-now';
    const arn = shortArn(stack, `arn:${Aws.PARTITION}:ecr:eu-west-1:123456789012:repository/${Lazy.uncachedString({ produce: () => name })}`);
    name = 'of-synthesis';
    expect(deployed(stack.resolve(arn))).toBe(arnOf('of-synthesis'));
  });

  test('is the same where it has the region of another stack', () => {
    const stack = newStack();
    const { region } = new ScopedAws(new Stack(stack.node.root as App, 'Other'));
    const arn = `arn:aws:ecr:${region}:123456789012:repository/team/app`;
    expect(shortArn(stack, arn)).toBe(arn);
  });
});
