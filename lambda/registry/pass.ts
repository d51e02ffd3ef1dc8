import { Settings } from '../../src/shared/settings';
import { UntrustedEvent } from '../cloudformation/request';
import { StackResource } from '../cloudformation/stack';
import { Tags } from '../ecr/ecr';

/** What a rule declares, and where. */
export interface Rule {
  readonly stackId: string;
  readonly logicalId: string;
  readonly filters: readonly string[];
  readonly excludes: readonly string[];
  readonly settings: Settings;
  readonly reportOnly: boolean;
  readonly maxConcurrency: number;
  readonly stateMachineArn: string;
}

export interface Before {
  readonly filters: readonly string[];
  readonly excludes: readonly string[];
  readonly settings?: Settings;
}

/** Where and as what the end of a pass responds to CloudFormation. */
export interface StackOperation {
  readonly type: 'Create' | 'Update' | 'Delete';
  readonly requestId: string;
  readonly physicalId: string;
  /** A credential. */
  readonly responseUrl: string;
}

/** One walk over the registry for a rule, as the executions of the state machine carry it. */
export type Pass = OperationPass | Sweep;

interface AnyPass {
  readonly rule: Rule;
  /** When the rule was created. 0 where CloudFormation has generated the physical id. */
  readonly created: number;
  /** Absent where CloudFormation has generated the physical id. */
  readonly token?: string;
  /** Until when lists and batches may begin, in ms. */
  readonly deadline: number;
}

export interface OperationPass extends AnyPass {
  readonly kind: 'declare' | 'release';
  readonly operation: StackOperation;
  /** What the rule declared before an update. Absent where it only reported. */
  readonly before?: Before;
}

/** For no stack operation. It gives way to them. */
export interface Sweep extends AnyPass {
  readonly kind: 'sweep';
  /** The rule's resource, as the sweep found it: without the metadata, which say no more than `rule`. */
  readonly deployed: StackResource;
  readonly operation?: undefined;
  readonly before?: undefined;
}

/** The request that the pass is for, as CloudFormation names it: it tells the log lines of one request from those of others. */
export function eventOf({ rule, operation }: Pass): UntrustedEvent {
  return { RequestType: operation?.type, RequestId: operation?.requestId, StackId: rule.stackId, LogicalResourceId: rule.logicalId };
}

/** What is to be done with one repository. */
export interface Item {
  readonly name: string;
  /** Declared otherwise. */
  readonly release?: true;
  /** The settings that the listing has read. */
  readonly known?: string;
}

export interface Failure {
  readonly name: string;
  readonly reason: string;
}

export const COUNTS = ['declared', 'unchanged', 'superseded', 'released', 'gone', 'drifted', 'corrected', 'refused', 'failed'] as const;
export type Counts = Readonly<Record<typeof COUNTS[number], number>>;

export const NO_COUNTS = Object.fromEntries(COUNTS.map((name) => [name, 0])) as Counts;

/** What a batch answers. */
export interface BatchResult {
  readonly counts: Counts;
  readonly failures: readonly Failure[];
  /** What its time was too short for. */
  readonly left: readonly Item[];
  /** Whether it found that a stack operation has begun, or that the rule is gone. */
  readonly gaveWay?: true;
}

/** What is answered for a batch whose function failed. */
export interface LostBatch {
  readonly lost: readonly Item[];
  readonly error: string;
}

/** How far a pass has come. */
export interface Work {
  /** Out of `List`: the batches to work on. Into `List`: what they answered. */
  readonly batches: readonly (readonly Item[])[] | readonly (BatchResult | LostBatch)[];
  /** Where the listing goes on; null where it has ended. */
  readonly next: string | null;
  readonly counts: Counts;
  readonly failures: readonly Failure[];
  /** How many repositories are known to be left undone. */
  readonly left: number;
  readonly gaveWay: boolean;
  readonly isDone: boolean;
}

/** The first page. `next` has it, so that null says that there is none any more. */
export const FIRST_PAGE = '';

export const START: Work = { batches: [], next: FIRST_PAGE, counts: NO_COUNTS, failures: [], left: 0, gaveWay: false, isDone: false };

/** What the beginning of a pass answers. */
export interface Begun {
  /** How long to wait before it begins again. 0 where it may go on. */
  readonly waitSeconds: number;
}

/** The input of an execution. */
export interface ExecutionInput {
  readonly pass: Pass;
  readonly begun: Begun | null;
  readonly work: Work;
  readonly error: unknown;
}

/** As many as are named in a response. */
export const MAX_FAILURES = 5;

export function addCounts(a: Counts, b: Partial<Counts>): Counts {
  return Object.fromEntries(COUNTS.map((name) => [name, a[name] + (b[name] ?? 0)])) as Counts;
}

export const firstFailures = (...failures: readonly Failure[]): readonly Failure[] => failures.slice(0, MAX_FAILURES);

/** What a listing says about a repository. */
export interface ListedRepository {
  readonly name: string;
  readonly arn: string;
  /** Absent where this version does not know them. */
  readonly settings?: Settings;
  /** A hint: the Resource Groups Tagging API may lag behind. Absent where it says nothing. */
  readonly tags?: Tags;
}
