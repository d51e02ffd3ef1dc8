import { App } from 'aws-cdk-lib';
import { TagMutabilityStack } from './tag-mutability-stack';

const app = new App();

new TagMutabilityStack(app, 'TagMutability', {
  description: 'Which image tags may be pushed again',
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
});
