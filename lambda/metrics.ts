import { METRICS, METRIC_DIMENSIONS, METRIC_NAMESPACE } from '../src/shared/metrics';

/** Which construct of which stack a metric is about. */
export type MetricSource = Readonly<Record<keyof typeof METRIC_DIMENSIONS, string>>;

/** How many repositories, by metric. */
export type Counts = Readonly<Record<keyof typeof METRICS, number>>;

/**
 * The line of the log that CloudWatch makes metrics of. Nothing may stand before it in its line.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function renderMetrics(source: MetricSource, counts: Counts, time: number): string {
  const named = (names: Readonly<Record<string, string>>, values: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(names).map(([key, name]) => [name, values[key]]));
  return JSON.stringify({
    _aws: {
      Timestamp: time,
      CloudWatchMetrics: [{
        Namespace: METRIC_NAMESPACE,
        Dimensions: [Object.values(METRIC_DIMENSIONS)],
        Metrics: Object.values(METRICS).map((Name) => ({ Name, Unit: 'Count' })),
      }],
    },
    ...named(METRIC_DIMENSIONS, source),
    ...named(METRICS, counts),
  });
}
