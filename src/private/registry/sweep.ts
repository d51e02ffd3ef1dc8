import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { RegistryInput, RuleText } from '../../shared/registry';

/** Invokes the function by a schedule. One that comes too late is dropped, since the next one does all that it would have done. */
export function scheduleSweep(
  scope: Construct, id: string, functionArn: string, role: iam.IRole, schedule: scheduler.ScheduleExpression, rule: RuleText,
): scheduler.CfnSchedule {
  return new scheduler.CfnSchedule(scope, id, {
    description: 'Declares the image tag mutability of repositories that no event announced, and corrects drift (cdk-ecr-tag-mutability)',
    scheduleExpression: schedule.expressionString,
    scheduleExpressionTimezone: schedule.timeZone?.timezoneName,
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: functionArn,
      roleArn: role.roleArn,
      input: Stack.of(scope).toJsonString({ RegistryInput: 'sweep', Rule: rule } satisfies RegistryInput),
      retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
    },
  });
}
