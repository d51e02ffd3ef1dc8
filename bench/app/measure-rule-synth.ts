import { App, Stack } from 'aws-cdk-lib';
import { TagMutability } from 'aws-cdk-lib/aws-ecr';
import { RegistryImageTagMutability } from 'cdk-ecr-tag-mutability';

/** A stack with one rule, as `measure-synth.ts` measures one of so many repositories. */
const start = performance.now();
const app = new App({ analyticsReporting: false });
const stack = new Stack(app, 'Stack');
new RegistryImageTagMutability(stack, 'Rule', { repositoryFilters: ['team-a/*'], imageTagMutability: TagMutability.IMMUTABLE });
const constructed = performance.now();
const { template } = app.synth().getStackByName('Stack');
console.log(JSON.stringify({ construct: constructed - start, synth: performance.now() - constructed, bytes: JSON.stringify(template).length }));
