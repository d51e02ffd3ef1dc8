import { Lazy, Stack } from 'aws-cdk-lib';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { GuardInput, GuardedDeclaration } from '../../shared/guard';
import { DeclaredRepository } from '../declarations';

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
 * them, and deletes it before them. A run that comes too late is dropped, since the next one does all that it would have done.
 */
export function scheduleGuard(scope: Construct, id: string, { schedule, functionArn, roleArn, input, declarations }: GuardScheduleProps): scheduler.CfnSchedule {
  const made: scheduler.CfnSchedule = new scheduler.CfnSchedule(scope, id, {
    description: 'Looks for drift of the image tag mutability of ECR repositories (cdk-ecr-tag-mutability)',
    scheduleExpression: schedule.expressionString,
    scheduleExpressionTimezone: schedule.timeZone?.timezoneName,
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: functionArn,
      roleArn,
      input: Lazy.string({
        produce: () => Stack.of(scope).toJsonString({
          ...input,
          ScheduleLogicalResourceId: made.logicalId,
          ScheduledTime: scheduler.ContextAttribute.scheduledTime,
          Declarations: declarations().map(guardedOf),
        } satisfies GuardInput),
      }),
      retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
    },
  });
  return made;
}

const guardedOf = ({ resource, properties }: DeclaredRepository): GuardedDeclaration => ({
  LogicalResourceId: resource.logicalId,
  PhysicalResourceId: resource.ref,
  ImageTagMutability: properties.ImageTagMutability,
  ImageTagMutabilityExclusionFilters: properties.ImageTagMutabilityExclusionFilters,
});
