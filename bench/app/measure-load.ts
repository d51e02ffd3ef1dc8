import { App, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';

// What an app has loaded anyway: aws-cdk-lib loads its parts when they are first used.
Repository.fromRepositoryName(new Stack(new App(), 'Stack'), 'Repository', 'team-a/api');

const start = performance.now();
// eslint-disable-next-line @typescript-eslint/no-require-imports -- it is this that is measured
require('cdk-ecr-tag-mutability');
console.log(JSON.stringify({ load: performance.now() - start }));
