import { Lazy, Stack } from 'aws-cdk-lib';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { GuardInput, GuardedDeclaration } from '../../shared/guard';
import { DeclaredRepository } from '../declarations';
import { scheduleFunction } from '../schedule';

export interface GuardScheduleProps {
  readonly schedule: scheduler.ScheduleExpression;
  readonly functionArn: string;
  readonly roleArn: string;
  readonly input: Omit<GuardInput, 'ScheduleLogicalResourceId' | 'ScheduledTime' | 'Declarations'>;
  /** Asked at synthesis, since the app may declare more until then. */
  readonly declarations: () => readonly DeclaredRepository[];
}

/**
 * Invokes the function with declarations as its input. The input refers to each of them, so that CloudFormation changes the schedule after
 * them, and deletes it before them.
 */
export function scheduleGuard(scope: Construct, id: string, props: GuardScheduleProps): scheduler.CfnSchedule {
  const { schedule, functionArn, roleArn, input, declarations } = props;
  const made: scheduler.CfnSchedule = scheduleFunction(scope, id, {
    description: 'Looks for drift of the image tag mutability of ECR repositories (cdk-ecr-tag-mutability)',
    schedule,
    functionArn,
    roleArn,
    input: Lazy.string({
      produce: () => Stack.of(scope).toJsonString({
        ...input,
        ScheduleLogicalResourceId: made.logicalId,
        ScheduledTime: scheduler.ContextAttribute.scheduledTime,
        Declarations: declarations().map(guardedOf),
      } satisfies GuardInput),
    }),
  });
  return made;
}

const guardedOf = ({ resource, properties }: DeclaredRepository): GuardedDeclaration => ({
  LogicalResourceId: resource.logicalId,
  PhysicalResourceId: resource.ref,
  ImageTagMutability: properties.ImageTagMutability,
  ImageTagMutabilityExclusionFilters: properties.ImageTagMutabilityExclusionFilters,
});
