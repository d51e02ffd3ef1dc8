import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { EcrProxy } from '.';
import { forward, refuse } from './forward';
import { LOOPBACK } from './ports';
import { TokenBucket } from '../token-bucket';

/**
 * ECR that throttles each of its API calls by itself, for all callers of the account. That ECR does so is documented, the rates are not.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
 */
export async function startThrottlingProxy(upstream: string, callsPerSecond: number): Promise<EcrProxy> {
  const buckets = new Map<string, TokenBucket>();
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const operation = String(request.headers['x-amz-target']);
    const bucket = buckets.get(operation) ?? new TokenBucket(callsPerSecond);
    buckets.set(operation, bucket);
    if (bucket.take()) {
      await forward(upstream, request, body, response);
    } else {
      refuse(response, 'ThrottlingException', 'Rate exceeded');
    }
  });
  await new Promise<void>((listening) => server.listen(0, LOOPBACK, listening));
  return {
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
