import { join } from 'node:path';
import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import { TagMutability } from 'aws-cdk-lib/aws-ecr';
import { Emulators, startEmulators } from '../../test/support/emulators';
import { Template, createStack, deleteStack, updateStack } from '../../test/support/emulators/cloudformation';
import { settingsOf } from '../../test/support/emulators/ecr';
import { publishedTemplate } from '../../test/support/emulators/template';
import { Kind, declare, nameOf } from '../app/declarations';
import { PROJECT } from '../compile';
import { medians } from '../statistics';

const DEPLOYED = ['cdk-ecr-tag-mutability', 'AwsCustomResource'] as const satisfies Kind[];
/** How many repositories a stack has, and how often it is deployed. */
const SIZES = [{ count: 1, rounds: 5 }, { count: 50, rounds: 2 }, { count: 200, rounds: 1 }] as const;

/** Seconds for a whole stack operation. */
export interface Operations extends Record<string, number> {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
}

export interface DeploymentResult {
  readonly kind: Kind;
  readonly count: number;
  readonly rounds: number;
  readonly seconds: Operations;
}

export async function measureDeployments(): Promise<DeploymentResult[]> {
  // The SDK as Lambda's runtime supplies it, for AwsCustomResource.
  const emulators = await startEmulators({ ministackEnv: { NODE_PATH: join(PROJECT, 'node_modules') } });
  try {
    const results: DeploymentResult[] = [];
    for (let index = 0; index < 200; index++) {
      await emulators.ecr().send(new CreateRepositoryCommand({ repositoryName: nameOf(index) }));
    }
    for (const { count, rounds } of SIZES) {
      const seconds = new Map<Kind, Operations[]>(DEPLOYED.map((kind) => [kind, []]));
      for (let round = 0; round < rounds; round++) {
        for (const kind of DEPLOYED) {
          seconds.get(kind)!.push(await deploy(emulators, kind, count, `${kind}-${count}-${round}`));
        }
      }
      results.push(...DEPLOYED.map((kind) => ({ kind, count, rounds, seconds: medians(seconds.get(kind)!) })));
    }
    return results;
  } finally {
    emulators.stop();
  }
}

async function deploy(emulators: Emulators, kind: Kind, count: number, name: string): Promise<Operations> {
  const { cloudFormation } = emulators;
  const first = await template(emulators, kind, count, name, 'dev-*');
  const second = await template(emulators, kind, count, name, 'latest');
  const start = performance.now();
  const stack = await createStack(cloudFormation, name, first);
  const created = performance.now();
  await updateStack(cloudFormation, stack, second);
  const updated = performance.now();
  await expectSettings(emulators, count, 'IMMUTABLE_WITH_EXCLUSION', ['latest']);
  const before = performance.now();
  await deleteStack(cloudFormation, stack);
  const deleted = performance.now();
  await expectSettings(emulators, count, 'MUTABLE', []);
  return { create: (created - start) / 1_000, update: (updated - created) / 1_000, delete: (deleted - before) / 1_000 };
}

function template(emulators: Emulators, kind: Kind, count: number, name: string, filter: string): Promise<Template> {
  return publishedTemplate(emulators, name, (stack) => {
    for (let index = 0; index < count; index++) {
      declare(kind, stack, `Declaration${index}`, { name: nameOf(index), mutability: TagMutability.IMMUTABLE_WITH_EXCLUSION, filter });
    }
  });
}

/** Of the first and the last repository: what did nothing would be fast. */
async function expectSettings(emulators: Emulators, count: number, mutability: string, filters: readonly string[]): Promise<void> {
  for (const index of [0, count - 1]) {
    const settings = await settingsOf(emulators.ecr(), nameOf(index));
    if (settings.imageTagMutability !== mutability || settings.filters.join() !== filters.join()) {
      throw new Error(`${nameOf(index)} is ${JSON.stringify(settings)}, not ${mutability} ${filters.join()}`);
    }
  }
}
