import { ExpectedResult, IntegTest, Match } from '@aws-cdk/integ-tests-alpha';
import { App, Stack } from 'aws-cdk-lib';
import { ImageTagMutabilityExclusionFilter, Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import { ImageTagMutability } from '../../src';

/** Made before the deployment, and looked at once more when the stack is gone, by integ-repository.ts. */
const REPOSITORY = 'cdk-ecr-tag-mutability/integ';

const app = new App();
const stack = new Stack(app, 'ImageTagMutabilityInteg');

new ImageTagMutability(stack, 'Tags', {
  repository: Repository.fromRepositoryName(stack, 'Repository', REPOSITORY),
  imageTagMutability: TagMutability.IMMUTABLE_WITH_EXCLUSION,
  imageTagMutabilityExclusionFilters: [ImageTagMutabilityExclusionFilter.wildcard('latest'), ImageTagMutabilityExclusionFilter.wildcard('dev-*')],
});

const integ = new IntegTest(app, 'ImageTagMutability', {
  testCases: [stack],
  // The Lambda's code is not kept with the snapshot, so that the snapshot itself cannot be deployed.
  stackUpdateWorkflow: false,
  hooks: {
    preDeploy: [`npx tsx integ-repository.ts create ${REPOSITORY}`],
    postDestroy: [`npx tsx integ-repository.ts expect-put-back ${REPOSITORY}`],
  },
});

integ.assertions.awsApiCall('ECR', 'describeRepositories', { repositoryNames: [REPOSITORY] }).expect(ExpectedResult.objectLike({
  repositories: [Match.objectLike({
    imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
    imageTagMutabilityExclusionFilters: Match.arrayWith(['latest', 'dev-*'].map((filter) => Match.objectLike({ filterType: 'WILDCARD', filter }))),
  })],
}));
