import { resolveRetryConfig, retryMiddleware } from '@smithy/core/retry';
import { SDK_RETRIES } from '../../lambda/ecr/client';
import { API_CALLS, Ecr } from '../../lambda/ecr/ecr';
import { Settings } from '../../src/shared/settings';
import { FakeEcr, named } from '../support/fake-ecr';
import { TokenBucket } from '../support/token-bucket';

/** From the function to ECR and back, in one region. */
const LATENCY_MS = 40;

/**
 * A registry that throttles each of its API calls by itself, with a token bucket for all callers of the account.
 * That ECR does so is documented, the rates of these calls are not.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
 */
export class ThrottledRegistry {
  private readonly repositories = new Map<string, FakeEcr>();
  private readonly buckets: ReadonlyMap<string, TokenBucket>;

  constructor(callsPerSecond: number) {
    this.buckets = new Map(Object.values(API_CALLS).map((name) => [name, new TokenBucket(callsPerSecond)]));
  }

  /** Changes the rate of each action. */
  throttle(callsPerSecond: number): void {
    this.buckets.forEach((bucket) => {
      bucket.perSecond = callsPerSecond;
    });
  }

  create(name: string, settings: Settings): FakeEcr {
    const ecr = new FakeEcr(settings);
    this.repositories.set(name, ecr);
    return ecr;
  }

  /** ECR as one execution environment has it: with the SDK's own retries, which remember what they learned of ECR's rate. */
  client(): (name: string, remaining: () => number) => Ecr {
    const repeated = retryMiddleware(resolveRetryConfig({ ...SDK_RETRIES }));
    return (name, remaining) => {
      const repository = this.repositories.get(name)!;
      const call = async <T>(method: keyof Ecr, perform: () => Promise<T>): Promise<T> => {
        const abortSignal = AbortSignal.timeout(Math.max(remaining(), 0));
        const attempt = async () => ({ response: {}, output: { $metadata: {}, value: await this.attempt(method, perform, abortSignal) } });
        const { output } = await repeated(attempt, { __smithy_context: { abortSignal } })({ input: {}, request: {} });
        return output.value;
      };
      return {
        readSettings: () => call('readSettings', () => repository.readSettings()),
        readTags: () => call('readTags', () => repository.readTags()),
        putSettings: (settings) => call('putSettings', () => repository.putSettings(settings)),
        tag: (tags) => call('tag', () => repository.tag(tags)),
        untag: (keys) => call('untag', () => repository.untag(keys)),
      };
    };
  }

  private async attempt<T>(method: keyof Ecr, perform: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await sleep(LATENCY_MS);
    if (signal.aborted) {
      throw named('AbortError', 'Request aborted');
    }
    if (!this.buckets.get(API_CALLS[method])!.take()) {
      throw Object.assign(named('ThrottlingException', 'Rate exceeded'), { $metadata: { httpStatusCode: 400 } });
    }
    return perform();
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
