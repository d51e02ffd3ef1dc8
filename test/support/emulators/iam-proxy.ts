import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { ECRClient, ListTagsForResourceCommand } from '@aws-sdk/client-ecr';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { callsOf } from './ecr-call';
import { CREDENTIALS, REGION, type Environment } from './environment';
import { forward, refuse } from './forward';
import { FunctionRoles } from './function-roles';
import { startHttpServer, type HttpServer } from './http-server';
import { judge, type Call, type Policy, type Verdict } from '../iam';

/** A call as it was judged: by which policies, and with the tags that the repository had. */
export interface JudgedCall extends Call {
  readonly policies: readonly Policy[];
  readonly verdict: Verdict;
}

export interface IamProxyOptions {
  readonly ministack: string;
  readonly moto: string;
  /** Where a call goes that is allowed. */
  readonly upstream: string;
  /** Is told of every call. */
  readonly onJudged?: (judged: JudgedCall) => void;
}

/** What the emulated functions need in their environment, so that the proxy can tell whose call it is. */
export const SESSIONS: Environment = { NODE_OPTIONS: `--require "${join(__dirname, 'lambda-session.cjs')}"` };

/**
 * IAM between the emulated functions and ECR. Each call is judged by the policies that the function's role has at that moment, and by the
 * tags of the repository. What they do not allow is answered as AWS answers it, the rest goes on unchanged.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html for the messages
 */
export async function startIamProxy({ ministack, moto, upstream, onJudged = () => {} }: IamProxyOptions): Promise<HttpServer> {
  const client = { region: REGION, credentials: CREDENTIALS };
  const roles = new FunctionRoles(new IAMClient({ ...client, endpoint: ministack }), new LambdaClient({ ...client, endpoint: ministack }));
  const tagsOf = tagsIn(moto);
  const verdicts = new Map<string, Promise<Verdict>>();

  async function judged(policies: readonly Policy[], call: Call): Promise<Verdict> {
    const key = JSON.stringify([policies, call]);
    const verdict = verdicts.get(key) ?? judge(policies, call);
    verdicts.set(key, verdict);
    onJudged({ ...call, policies, verdict: await verdict });
    return verdict;
  }

  /** Why the call is refused, if it is. */
  async function refusalOf({ headers }: IncomingMessage, body: string): Promise<string | undefined> {
    const functionName = String(headers['x-amz-security-token']);
    const principal = await roles.arnOf(functionName);
    for (const call of callsOf(headers, body)) {
      const [policies, tags] = await Promise.all([roles.policiesOf(principal), tagsOf(call.resource)]);
      const verdict = await judged(policies, { ...call, principal, tags });
      if (verdict !== 'Allowed') {
        const session = `${principal.replace(':iam:', ':sts:').replace(/:role\/(.*\/)?/, ':assumed-role/')}/${functionName}`;
        const why = verdict === 'ExplicitlyDenied' ? 'with an explicit deny in an identity-based policy' : `because no identity-based policy allows the ${call.action} action`;
        return `User: ${session} is not authorized to perform: ${call.action} on resource: ${call.resource} ${why}`;
      }
    }
    return undefined;
  }

  return startHttpServer(async (request, response, body) => {
    try {
      const refusal = await refusalOf(request, body);
      if (refusal) {
        refuse(response, 'AccessDeniedException', refusal);
      } else {
        await forward(upstream, request, body, response);
      }
    } catch (error) {
      // Not one that passes, so that the function fails with it.
      refuse(response, 'IamProxyException', String(error));
    }
  });
}

/** A repository's tags now, or none where there is no such repository. */
function tagsIn(endpoint: string): (resourceArn: string) => Promise<Record<string, string>> {
  const clients = new Map<string, ECRClient>();
  return async (resourceArn) => {
    const [, , , region = ''] = resourceArn.split(':');
    const ecr = clients.get(region) ?? new ECRClient({ region, credentials: CREDENTIALS, endpoint });
    clients.set(region, ecr);
    try {
      const { tags = [] } = await ecr.send(new ListTagsForResourceCommand({ resourceArn }));
      return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
    } catch (error) {
      if ((error as Error).name === 'RepositoryNotFoundException') return {};
      throw error;
    }
  };
}
