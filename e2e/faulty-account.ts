import { Account } from './account';
import { startEmulators } from './emulators';
import { Microburst, type Fault, type Injected } from './emulators/microburst';

/** An account whose Lambdas reach ECR through microburst. The tests themselves always see ECR as it is. */
export class FaultyAccount extends Account {
  static async start(): Promise<FaultyAccount> {
    let microburst: Microburst | undefined;
    const account = new FaultyAccount(await startEmulators({
      ecrProxy: async (moto) => {
        microburst = await Microburst.start(moto);
        return microburst.url;
      },
    }));
    account.microburst = microburst!;
    return account;
  }

  private microburst!: Microburst;

  inject(fault: Fault): Promise<Injected> {
    return this.microburst.inject(fault);
  }

  stop(): void {
    this.emulators.stop();
    this.microburst.stop();
  }
}
