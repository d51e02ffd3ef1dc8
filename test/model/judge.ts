import { EcrState } from './ecr-state';
import { ModelRequests } from './model-request';
import { Resource, ownershipTagKeyOf } from './resources';
import { run } from './run';
import { Settings, sameSettings } from '../../src/shared/settings';

/** A declaration as CloudFormation has it. */
export interface DeployedDeclaration {
  readonly resource: Resource;
  readonly settings: Settings;
  /** The highest is effective. Declarations made at the same time share a rank: any of them may be effective, but always the same one. */
  readonly rank: number;
}

const HOURS_LATER = 36_000_000;

/**
 * Whether the repository is as the promise says: the settings of the newest declaration, each declaration's record and no other,
 * and the same after each of them is removed, in every order, down to the original without a trace.
 */
export class Judge {
  private readonly known = new Map<string, Promise<string | undefined>>();

  /** @param isOriginalInIds whether the physical ids tell the original where the record was erased. Those of rules do not */
  constructor(private readonly original: Settings, private readonly isOriginalInIds = true) {}

  /**
   * @param winner the declaration that was effective before another one was removed; it must still be
   * @returns what is wrong, if anything
   */
  public judge(ecr: EcrState, time: number, deployed: readonly DeployedDeclaration[], winner?: DeployedDeclaration): Promise<string | undefined> {
    const key = JSON.stringify([ecr.id, deployed, winner]);
    const verdict = this.known.get(key) ?? this.judgeAnew(ecr, time + HOURS_LATER, deployed, winner);
    this.known.set(key, verdict);
    return verdict;
  }

  /**
   * Whether the original comes back without a trace when all declarations are removed, in every order, where others have erased the record
   * on the way. What holds in between depends on who was asked to do something since. Where no id has the original, no trace is all there is.
   */
  public judgeErased(ecr: EcrState, time: number, deployed: readonly DeployedDeclaration[]): Promise<string | undefined> {
    const key = JSON.stringify(['erased', ecr.id, deployed]);
    const verdict = this.known.get(key) ?? this.judgeErasedAnew(ecr, time + HOURS_LATER, deployed);
    this.known.set(key, verdict);
    return verdict;
  }

  private async judgeErasedAnew(ecr: EcrState, time: number, deployed: readonly DeployedDeclaration[]): Promise<string | undefined> {
    if (deployed.length === 0) {
      const isRestored = (!this.isOriginalInIds || sameSettings(ecr.settings, this.original)) && ecr.libraryTagKeys.length === 0;
      return isRestored ? undefined : `the repository has ${JSON.stringify(ecr.settings)}, with the tags ${JSON.stringify(Object.fromEntries(ecr.tags))}`;
    }
    for (const gone of deployed) {
      const after = await run(ecr, time, new ModelRequests(this.original).remove(gone.resource, gone.settings));
      const problem = await this.judgeErased(after.ecr, after.time, deployed.filter((other) => other !== gone));
      if (problem) {
        return `after ${gone.resource.stack}.${gone.resource.logicalId} was removed: ${problem}`;
      }
    }
    return undefined;
  }

  private async judgeAnew(
    ecr: EcrState, time: number, deployed: readonly DeployedDeclaration[], winner: DeployedDeclaration | undefined,
  ): Promise<string | undefined> {
    const top = Math.max(...deployed.map(({ rank }) => rank));
    const allowed = winner ? [winner] : deployed.filter(({ rank }) => rank === top);
    const expected = deployed.length > 0 ? allowed.map(({ settings }) => settings) : [this.original];
    if (!expected.some((settings) => sameSettings(settings, ecr.settings))) {
      const found = `${JSON.stringify(ecr.settings)}, with the tags ${JSON.stringify(Object.fromEntries(ecr.tags))}`;
      return `the repository has ${found}, instead of ${JSON.stringify(expected)}`;
    }
    const ownershipTagKeys = new Set(deployed.map(({ resource }) => ownershipTagKeyOf(resource)));
    if (!ecr.isRecordOf(deployed.length, ownershipTagKeys)) {
      return `the repository has the tags ${JSON.stringify(Object.fromEntries(ecr.tags))} for ${deployed.length} declarations`;
    }
    const now = allowed.find(({ settings }) => sameSettings(settings, ecr.settings));
    for (const gone of deployed) {
      const after = await run(ecr, time, new ModelRequests(this.original).remove(gone.resource, gone.settings));
      const rest = deployed.filter((other) => other !== gone);
      const problem = after.result.Status === 'FAILED'
        ? `the delete responds ${after.result.Reason.message}`
        : await this.judge(after.ecr, after.time, rest, gone !== now ? now : undefined);
      if (problem) {
        return `after ${gone.resource.stack}.${gone.resource.logicalId} was removed: ${problem}`;
      }
    }
    return undefined;
  }
}
