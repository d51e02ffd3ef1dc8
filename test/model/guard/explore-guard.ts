import { BrokenResponseError, GuardFaults, GuardRun, GuardWorld, begin, hasGuardDied, keyOf, outcomes, steps } from './guard-world';
import { newest, readRecord } from '../../../lambda/protocol/record';
import { Case, Start } from '../cases';
import { EcrState } from '../ecr-state';
import { deployedAfter, initialState } from '../explore-case';
import { whenPlayed } from '../invocation-tree';
import { DeployedDeclaration, Judge } from '../judge';
import { ModelRequests, Outcome } from '../model-request';
import { run } from '../run';
import { IMMUTABLE } from '../resources';
import { Settings, sameSettings } from '../../../src/shared/settings';

/** What others have changed before. */
export type DriftKind = 'none' | 'setting' | 'record' | 'both';

export interface ExploredGuard {
  readonly states: number;
  readonly ends: number;
  readonly broken: readonly string[];
}

/** What an owner has set. */
const OF_OWNER = IMMUTABLE;

export function drifted(ecr: EcrState, kind: DriftKind): EcrState {
  const erased = kind === 'setting' || kind === 'none' ? ecr : ecr.after({ method: 'untag', keys: ecr.libraryTagKeys });
  return kind === 'record' || kind === 'none' ? erased : erased.after({ method: 'putSettings', settings: OF_OWNER });
}

/** The runs that may meet a case: of each declaration of the start, with the input from before, and of each updated one with that from after. */
export function guardsOf([, start, participants]: Case, original: Settings): GuardRun[] {
  const before = start.map(([resource, settings]): GuardRun => ({ resource, settings, original, isNew: false }));
  const after = before.flatMap(({ resource }) => participants.slice(0, 1).flatMap(({ resource: changed, request: { afterSuccess } }): GuardRun[] => {
    const settings = 'declares' in afterSuccess ? afterSuccess.declares : undefined;
    return settings && changed === resource ? [{ resource, settings, original, isNew: true }] : [];
  }));
  return [...before, ...after];
}

export async function exploreGuard([, start, participants]: Case, guard: GuardRun, kind: DriftKind, original: Settings, faults: GuardFaults): Promise<ExploredGuard> {
  const { ecr, time } = await initialState(original, start);
  const first = await begin(drifted(ecr, kind), time, participants, guard, faults);
  const judge = new Judge(original);
  return explore(first, (end, ended) => check(judge, end, ended, start, faults.erasures > 0 ? 'record' : kind, original));
}

const MOST_BROKEN = 2;

async function explore(first: GuardWorld, judge: (world: GuardWorld, ended: readonly Outcome[]) => Promise<string | undefined>): Promise<ExploredGuard> {
  const seen = new Map<string, { readonly what: string; readonly from?: string }>([[keyOf(first), { what: 'begin' }]]);
  const open = [first];
  const broken: string[] = [];
  let ends = 0;
  for (let world = open.pop(); world && broken.length < MOST_BROKEN; world = open.pop()) {
    const from = world;
    const key = keyOf(from);
    const ended = outcomes(from);
    let problem: string | undefined;
    if (ended) {
      ends++;
      problem = await judge(from, ended);
    } else {
      try {
        for (const step of await whenPlayed(() => steps(from))) {
          const next = keyOf(step.world);
          if (!seen.has(next)) {
            seen.set(next, { what: step.what, from: key });
            open.push(step.world);
          }
        }
      } catch (error) {
        if (!(error instanceof BrokenResponseError)) {
          throw error;
        }
        problem = error.message;
      }
    }
    if (problem) {
      const path: string[] = [];
      for (let at: string | undefined = key; at; at = seen.get(at)!.from) {
        path.unshift(seen.get(at)!.what);
      }
      broken.push([problem, ...path].join('\n  '));
    }
  }
  return { states: seen.size, ends, broken };
}

async function check(
  judge: Judge, end: GuardWorld, ended: readonly Outcome[], start: Start, kind: DriftKind, original: Settings,
): Promise<string | undefined> {
  const { ecr, time, scenario: { participants, guard, slowness } } = end;
  const deployed = deployedAfter(start, participants, ended);
  // A guard that died, or had no time left, leaves its announcement, which the next run, or the end of the declaration, removes.
  const announcements = ecr.libraryTagKeys.filter((key) => key.includes(':guard.'));
  if (announcements.length > 0 && !slowness && !hasGuardDied(end)) {
    return 'the guard left its announcement';
  }
  const cleaned = announcements.length > 0 ? ecr.after({ method: 'untag', keys: announcements }) : ecr;
  const isGuardedDeployed = deployed.some(({ resource }) => JSON.stringify(resource) === JSON.stringify(guard.resource));
  if (kind === 'setting') {
    return await judge.judge(corrected(cleaned), time, deployed)
      ?? (announcements.length > 0 && isGuardedDeployed ? traceAfter(ecr, time, deployed, original) : undefined);
  }
  return judgeErased(isGuardedDeployed ? ecr : cleaned, time + 36_000_000, deployed, kind, original);
}

/** Where nobody else came to it and the guard died or gave way, the next run corrects it: the record says what to. */
function corrected(ecr: EcrState): EcrState {
  const settings = sameSettings(ecr.settings, OF_OWNER) ? newest(readRecord(ecr.tags).declarations)?.declared.settings : undefined;
  return settings ? ecr.after({ method: 'putSettings', settings }) : ecr;
}

/** Whether anything is left of the library when all declarations are removed. */
async function traceAfter(ecr: EcrState, time: number, deployed: readonly DeployedDeclaration[], original: Settings): Promise<string | undefined> {
  for (const { resource, settings } of deployed) {
    ({ ecr, time } = await run(ecr, time + 36_000_000, new ModelRequests(original).remove(resource, settings)));
  }
  return ecr.libraryTagKeys.length > 0 ? `the tags ${ecr.libraryTagKeys} are left` : undefined;
}

/** Where others have erased the record, the original comes back without a trace when all is removed, or what the owner has set meanwhile stays. */
async function judgeErased(ecr: EcrState, time: number, deployed: readonly DeployedDeclaration[], kind: DriftKind, original: Settings): Promise<string | undefined> {
  if (deployed.length === 0) {
    const isAllowed = sameSettings(ecr.settings, original) || (kind === 'both' && sameSettings(ecr.settings, OF_OWNER));
    return isAllowed && ecr.libraryTagKeys.length === 0
      ? undefined : `the repository has ${JSON.stringify(ecr.settings)}, with the tags ${JSON.stringify(Object.fromEntries(ecr.tags))}`;
  }
  for (const gone of deployed) {
    const after = await run(ecr, time, new ModelRequests(original).remove(gone.resource, gone.settings));
    const problem = await judgeErased(after.ecr, after.time + 36_000_000, deployed.filter((other) => other !== gone), kind, original);
    if (problem) {
      return `after ${gone.resource.stack}.${gone.resource.logicalId} was removed: ${problem}`;
    }
  }
  return undefined;
}
