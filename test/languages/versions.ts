import { peerDependencies } from '../../package.json';

/** The oldest aws-cdk-lib that the library takes. */
export const FLOOR = peerDependencies['aws-cdk-lib'].replace('^', '');

/** The aws-cdk-lib that the examples pin: the newest that was to be had for npm, Python, Java and Go alike. */
export const PINNED = '2.263.0';
