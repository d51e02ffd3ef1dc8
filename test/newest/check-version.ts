import { version as cdk } from 'aws-cdk-lib/package.json';
import { version as nag } from 'cdk-nag/package.json';
import { dependencies } from './package.json';

// A mapping that maps nothing would test the lowest versions a second time.
for (const [name, version] of Object.entries({ 'aws-cdk-lib': cdk, 'cdk-nag': nag } as const)) {
  const wanted = dependencies[name as keyof typeof dependencies];
  if (version !== wanted) throw new Error(`${name} is ${version} here, but test/newest/package.json asks for ${wanted}`);
}
