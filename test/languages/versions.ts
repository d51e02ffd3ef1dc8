import { CDK_FLOOR, EXAMPLE_VERSIONS } from '../../projenrc/versions';

/** The oldest aws-cdk-lib that the library takes. */
export const FLOOR = CDK_FLOOR;

/** The aws-cdk-lib of the examples. */
export const PINNED = EXAMPLE_VERSIONS.typescript.cdk;
