/** The metrics that the function writes into its log: the passes of a rule, and the runs of a guard. */
export const METRIC_NAMESPACE = 'cdk-ecr-tag-mutability';
export const METRICS = { drifted: 'Drifted', corrected: 'Corrected', failed: 'Failed' } as const;

/** The dimensions of each: which construct of which stack. */
export const METRIC_DIMENSIONS = { stackName: 'StackName', logicalId: 'LogicalId' } as const;
