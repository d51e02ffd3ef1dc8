import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRICS } from '../shared/metrics';

/** A metric that the function writes about a construct, which the logical id names. */
export function metricOf(scope: Construct, logicalId: string, name: keyof typeof METRICS, defaults: cloudwatch.MetricOptions, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: METRIC_NAMESPACE,
    metricName: METRICS[name],
    dimensionsMap: { [METRIC_DIMENSIONS.stackName]: Stack.of(scope).stackName, [METRIC_DIMENSIONS.logicalId]: logicalId },
    statistic: cloudwatch.Stats.SUM,
    ...defaults,
    ...props,
  }).attachTo(scope);
}
