import { CreateRepositoryCommand, type ECRClient, type ImageTagMutability } from '@aws-sdk/client-ecr';
import { mapConcurrently } from '../../cli/concurrency';
import { settingsOf } from '../../test/support/emulators/ecr';
import { nameOf } from '../app/declarations';

/** The emulated ECR answers one call at a time. */
const AT_ONCE = 8;
/** What `nameOf` starts with, and up to the last three digits. */
export const PREFIX = nameOf(0).slice(0, -8);
export const prefixOfThousand = (index: number): string => nameOf(index * 1_000).slice(0, -3);

export async function createRepositories(ecr: ECRClient, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => nameOf(index));
  await mapConcurrently(names, AT_ONCE, (repositoryName) => ecr.send(new CreateRepositoryCommand({ repositoryName })));
}

/** Of the first, the middle and the last repository: what did nothing would be fast. */
export async function expectSettings(ecr: ECRClient, count: number, expected: ImageTagMutability): Promise<void> {
  for (const index of [0, Math.floor(count / 2), count - 1]) {
    const { imageTagMutability } = await settingsOf(ecr, nameOf(index));
    if (imageTagMutability !== expected) throw new Error(`${nameOf(index)} is ${imageTagMutability}, not ${expected}`);
  }
}
