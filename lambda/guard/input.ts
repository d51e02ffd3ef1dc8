import { GUARD_MODES, GuardInput, GuardedDeclaration, MAX_GUARDED } from '../../src/shared/guard';
import { Settings } from '../../src/shared/settings';
import { PhysicalId, parsePhysicalId } from '../cloudformation/physical-id';
import { BadRequestError, fields, idOf, parseSettings } from '../cloudformation/request';

/** What a run of a guard is to look after. */
export interface Guard {
  readonly mode: GuardInput['GuardMode'];
  readonly stackId: string;
  /** The guard's path in its stack. */
  readonly name: string;
  readonly scheduleLogicalId: string;
  /** When the run was due, in ms. */
  readonly due: number;
  readonly topicArn?: string;
  readonly declarations: readonly Guarded[];
}

/** A declaration as the stack's template has it. */
export interface Guarded {
  readonly logicalId: string;
  readonly physicalId: string;
  /** What the physical id says. */
  readonly id: PhysicalId;
  readonly settings: Settings;
}

export function parseGuard(input: unknown): Guard {
  const given = fields<keyof GuardInput>(input);
  const mode = GUARD_MODES.find((each) => each === given.GuardMode);
  const due = typeof given.ScheduledTime === 'string' ? Date.parse(given.ScheduledTime) : NaN;
  const { TopicArn: topicArn, Declarations: declarations } = given;
  if (!mode || Number.isNaN(due) || (topicArn !== undefined && typeof topicArn !== 'string') || !Array.isArray(declarations) || declarations.length > MAX_GUARDED) {
    throw new BadRequestError('it is not the input of a guard\'s schedule. Only the schedules of ImageTagMutabilityGuard are meant to invoke this function so');
  }
  return {
    mode,
    stackId: idOf(given, 'StackId'),
    name: idOf({ LogicalResourceId: given.GuardId }, 'LogicalResourceId'),
    scheduleLogicalId: idOf({ LogicalResourceId: given.ScheduleLogicalResourceId }, 'LogicalResourceId'),
    due,
    topicArn,
    declarations: declarations.map(parseGuarded),
  };
}

function parseGuarded(given: unknown): Guarded {
  const declaration = fields<keyof GuardedDeclaration>(given);
  const physicalId = idOf(declaration, 'PhysicalResourceId');
  const id = parsePhysicalId(physicalId);
  if (!id) {
    throw new BadRequestError(`the physical id ${physicalId} is not that of an ImageTagMutability`);
  }
  return { logicalId: idOf(declaration, 'LogicalResourceId'), physicalId, id, settings: parseSettings(declaration) };
}
