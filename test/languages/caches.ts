import { join } from 'node:path';
import { ROOT } from '../../projenrc/artifacts';

/** Inside the checkout, kept between runs, and shared with the packaging: it saves Maven from loading aws-cdk-lib each time. */
export const MAVEN_REPOSITORY = join(ROOT, '.cache/maven');
