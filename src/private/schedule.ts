import { Aws } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';

export interface FunctionScheduleProps {
  readonly description: string;
  readonly schedule: scheduler.ScheduleExpression;
  readonly functionArn: string;
  readonly roleArn: string;
  /** What the function is invoked with, as JSON. */
  readonly input: string;
}

/** Invokes the function by a schedule. One that comes too late is dropped, since the next one does all that it would have done. */
export function scheduleFunction(
  scope: Construct, id: string, { description, schedule, functionArn, roleArn, input }: FunctionScheduleProps,
): scheduler.CfnSchedule {
  return new scheduler.CfnSchedule(scope, id, {
    description,
    scheduleExpression: schedule.expressionString,
    scheduleExpressionTimezone: schedule.timeZone?.timezoneName,
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: functionArn,
      roleArn,
      input,
      retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
    },
  });
}

/** A role by which a service invokes the function, for this account only: whoever may pass it could use it from another one otherwise. */
export function invokingRole(
  scope: Construct, id: string, service: string, path: string, statements: iam.PolicyStatement[],
): iam.Role {
  return new iam.Role(scope, id, {
    path,
    assumedBy: new iam.ServicePrincipal(service, { conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } } }),
    inlinePolicies: { InvokeFunction: new iam.PolicyDocument({ statements }) },
  });
}
