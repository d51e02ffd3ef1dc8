import { virtualEnvironment } from '../support/emulators/virtual-environment';

/** Before the first test file, so that no two make it at once. */
export default async function globalSetup(): Promise<void> {
  await virtualEnvironment();
}
