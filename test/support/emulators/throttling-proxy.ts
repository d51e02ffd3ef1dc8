import { forward, refuse } from './forward';
import { startHttpServer, type HttpServer } from './http-server';
import { TokenBucket } from '../token-bucket';

/**
 * ECR that throttles each of its API calls by itself, for all callers of the account. That ECR does so is documented, the rates are not.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
 */
export async function startThrottlingProxy(upstream: string, callsPerSecond: number): Promise<HttpServer> {
  const buckets = new Map<string, TokenBucket>();
  return startHttpServer(async (request, response, body) => {
    const operation = String(request.headers['x-amz-target']);
    const bucket = buckets.get(operation) ?? new TokenBucket(callsPerSecond);
    buckets.set(operation, bucket);
    if (bucket.take()) {
      await forward(upstream, request, body, response);
    } else {
      refuse(response, 'ThrottlingException', 'Rate exceeded');
    }
  });
}
