import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import { DeployedStack, type DeployedStackOptions } from './deployed-stack';
import { startEmulators, type StartOptions } from './emulators';
import type { Emulators } from '../support/emulators';
import { recordOf, settingsOf, type Settings } from '../support/emulators/ecr';

/** The emulated AWS account: teams' repositories in it, and stacks that declare their settings. */
export class Account {
  static async start(options?: StartOptions): Promise<Account> {
    return new Account(await startEmulators(options));
  }

  private count = 0;

  constructor(readonly emulators: Emulators) {}

  /** A new repository with these settings, and a tag of its owner. */
  async repository({ imageTagMutability, filters }: Settings, region?: string): Promise<string> {
    const repositoryName = `team-${++this.count}/api`;
    await this.emulators.ecr(region).send(new CreateRepositoryCommand({
      repositoryName,
      imageTagMutability,
      ...filters.length > 0 && { imageTagMutabilityExclusionFilters: filters.map((filter) => ({ filterType: 'WILDCARD', filter })) },
      tags: [{ Key: 'owner', Value: 'team' }],
    }));
    return repositoryName;
  }

  arn(repository: string, region = this.emulators.region): string {
    return `arn:aws:ecr:${region}:${this.emulators.accountId}:repository/${repository}`;
  }

  /** A stack that is yet to be created. */
  stack(options?: DeployedStackOptions): DeployedStack {
    return new DeployedStack(this.emulators, `stack-${++this.count}`, options);
  }

  /** What ECR answers now: the settings, and how many tags of the library there are (three for each declaration of a stack of its own). */
  async now(repository: string, region?: string): Promise<[Settings, number]> {
    const ecr = this.emulators.ecr(region);
    return [await settingsOf(ecr, repository), (await recordOf(ecr, repository)).length];
  }

  stop(): void {
    this.emulators.stop();
  }
}
