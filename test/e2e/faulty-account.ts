import { Account } from './account';
import { startEmulators } from './emulators';
import type { Emulators, EmulatorsOptions } from '../support/emulators';
import { Microburst, type Fault, type Injected } from '../support/emulators/microburst';

/** An account whose Lambdas reach ECR through microburst. The tests themselves always see ECR as it is. */
export class FaultyAccount extends Account {
  static async start(options: Pick<EmulatorsOptions, 'ministackEnv'> = {}): Promise<FaultyAccount> {
    let microburst: Microburst | undefined;
    const emulators = await startEmulators({
      ...options,
      ecrProxy: async ({ moto }) => microburst = await Microburst.start(moto),
    });
    return new FaultyAccount(emulators, microburst!);
  }

  private constructor(emulators: Emulators, private readonly microburst: Microburst) {
    super(emulators);
  }

  inject(fault: Fault): Promise<Injected> {
    return this.microburst.inject(fault);
  }
}
