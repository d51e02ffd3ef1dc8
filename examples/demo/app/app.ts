import { App, Stack } from 'aws-cdk-lib';
import { ImageTagMutabilityExclusionFilter, Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import { GuardMode, ImageTagMutability, ImageTagMutabilityGuard, RegistryImageTagMutability } from 'cdk-ecr-tag-mutability';

const app = new App();
const env = { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION };

// A platform team locks all repositories of the shop, but for its caches.
const platform = new Stack(app, 'Platform', { env });
new RegistryImageTagMutability(platform, 'Immutable', {
  repositoryFilters: ['shop/*'],
  excludeRepositoryFilters: ['*-cache'],
  imageTagMutability: TagMutability.IMMUTABLE,
});

// One team needs a moving tag.
const checkout = new Stack(app, 'Checkout', { env });
new ImageTagMutability(checkout, 'Exception', {
  repository: Repository.fromRepositoryName(checkout, 'Repository', 'shop/checkout'),
  imageTagMutability: TagMutability.IMMUTABLE_WITH_EXCLUSION,
  imageTagMutabilityExclusionFilters: [ImageTagMutabilityExclusionFilter.wildcard('latest')],
});

// A declaration of one repository, and a guard that looks after it.
const guarded = new Stack(app, 'Guarded', { env });
new ImageTagMutability(guarded, 'Payments', {
  repository: Repository.fromRepositoryName(guarded, 'Repository', 'bank/payments'),
  imageTagMutability: TagMutability.IMMUTABLE,
});
new ImageTagMutabilityGuard(guarded, 'Guard', { mode: GuardMode.CORRECT });
