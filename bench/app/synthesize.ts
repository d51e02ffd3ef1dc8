import { App, Stack } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { Kind, declare, nameOf } from './declarations';

/** The stack of so many repositories, and the time that it takes to make. */
export function synthesize(kind: Kind, count: number) {
  const start = performance.now();
  // Without aws-cdk-lib's own limit of resources, which the alternatives pass earlier.
  const app = new App({ analyticsReporting: false, context: { '@aws-cdk/core:stackResourceLimit': 0 } });
  const stack = new Stack(app, 'Stack');
  for (let index = 0; index < count; index++) {
    declare(kind, stack, `Declaration${index}`, { name: nameOf(index), mutability: ecr.TagMutability.IMMUTABLE_WITH_EXCLUSION, filter: 'latest' });
  }
  const constructed = performance.now();
  const template = app.synth().getStackByName('Stack').template;
  const end = performance.now();
  return { template, constructs: stack.node.findAll().length, construct: constructed - start, synth: end - constructed };
}

/** The size of a template as aws-cdk-lib writes it, and as CloudFormation gets it. */
export const bytesWritten = (template: object): number => JSON.stringify(template, undefined, 1).length;
