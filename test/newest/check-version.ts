import { version } from 'aws-cdk-lib/package.json';
import { dependencies } from './package.json';

// A mapping that maps nothing would test the floor a second time.
if (version !== dependencies['aws-cdk-lib']) {
  throw new Error(`aws-cdk-lib is ${version} here, but test/newest/package.json asks for ${dependencies['aws-cdk-lib']}`);
}
