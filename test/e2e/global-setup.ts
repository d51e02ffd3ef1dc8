import { lambdaNode } from './emulators';
import { virtualEnvironment } from '../support/emulators/virtual-environment';

/** Before the first test file, so that no two install the same at once. */
export default async function globalSetup(): Promise<void> {
  lambdaNode();
  await virtualEnvironment();
}
