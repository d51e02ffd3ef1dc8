import { Counts, Rule } from './pass';
import { RegistryEnvironment } from './services';
import { METRICS, METRIC_DIMENSIONS, METRIC_NAMESPACE } from '../../src/shared/registry';
import { stackNameOf } from '../protocol/operation';

/**
 * CloudWatch makes metrics of this line.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emitMetrics({ clock, emit, ownershipTag }: RegistryEnvironment, { stackId, logicalId }: Rule, counts: Counts): void {
  const { stackName, logicalId: logicalIdName } = METRIC_DIMENSIONS;
  emit(JSON.stringify({
    _aws: {
      Timestamp: clock.now(),
      CloudWatchMetrics: [{
        Namespace: METRIC_NAMESPACE,
        Dimensions: [[stackName, logicalIdName]],
        Metrics: Object.values(METRICS).map((Name) => ({ Name, Unit: 'Count' })),
      }],
    },
    [stackName]: stackNameOf({ stackId, logicalId, ownershipTag }),
    [logicalIdName]: logicalId,
    [METRICS.drifted]: counts.drifted,
    [METRICS.corrected]: counts.corrected,
    [METRICS.failed]: counts.failed + counts.refused,
  }));
}
