import { ExclusionFilterProperty, Mutability } from './contract';

/** The contract of `ImageTagMutabilityGuard`, between the construct, whose schedules hold it as their input, and the Lambda, which reads it. */

export const GUARD_MODES = ['REPORT', 'CORRECT'] as const;

/** How many declarations the input of a schedule holds. So many of the longest take less than the 256 KB that EventBridge Scheduler allows. */
export const MAX_GUARDED = 100;

/** What a schedule invokes the function with, in the words of CloudFormation's own events. The field `GuardMode` tells it from these. */
export interface GuardInput {
  readonly GuardMode: typeof GUARD_MODES[number];
  readonly StackId: string;
  /** The path of the guard in its stack, by which metrics and messages name it. */
  readonly GuardId: string;
  /** The schedule. An update of the stack changes the schedule last, so a run that was due before that may have a former input. */
  readonly ScheduleLogicalResourceId: string;
  /** When the run was due. EventBridge Scheduler fills it in. */
  readonly ScheduledTime: string;
  /** Where drift is reported to. */
  readonly TopicArn?: string;
  readonly Declarations: readonly GuardedDeclaration[];
}

/** A declaration of the stack, as its template has it. */
export interface GuardedDeclaration {
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
  readonly ImageTagMutability: Mutability;
  readonly ImageTagMutabilityExclusionFilters?: readonly ExclusionFilterProperty[];
}
