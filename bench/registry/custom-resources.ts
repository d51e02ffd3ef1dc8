import { TagMutability } from 'aws-cdk-lib/aws-ecr';
import type { Tool } from './tools';
import type { Emulators } from '../../test/support/emulators';
import { createStack, deleteStack } from '../../test/support/emulators/cloudformation';
import { publishedTemplate } from '../../test/support/emulators/template';
import { declare, nameOf } from '../app/declarations';

/** A loop of `AwsCustomResource` in a stack. CloudFormation asks none of them where nothing has changed. */
export async function customResources(emulators: Emulators, count: number): Promise<Tool> {
  const name = 'custom-resources';
  const template = await publishedTemplate(emulators, name, (stack) => {
    for (let index = 0; index < count; index++) {
      declare('AwsCustomResource', stack, `Declaration${index}`, { name: nameOf(index), mutability: TagMutability.IMMUTABLE_WITH_EXCLUSION, filter: 'latest' });
    }
  });
  let stackId = '';
  return {
    name: 'AwsCustomResource, in a loop',
    declares: 'IMMUTABLE_WITH_EXCLUSION',
    declare: async () => { stackId = await createStack(emulators.cloudFormation, name, template); },
    remove: () => deleteStack(emulators.cloudFormation, stackId),
  };
}
