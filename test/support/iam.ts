import { runSimulation } from '@cloud-copilot/iam-simulate';
import { ACCOUNT } from './constructs';

export interface Policy {
  readonly Version: string;
  readonly Statement: readonly object[];
}

export const policyOf = (...Statement: object[]): Policy => ({ Version: '2012-10-17', Statement });

/** A call of AWS, with what IAM knows of it. */
export interface Call {
  /** As policies spell it: `ecr:TagResource`. */
  readonly action: string;
  readonly resource: string;
  /** The tags that the resource has. */
  readonly tags?: Readonly<Record<string, string>>;
  /** The keys of the tags that the call sets or removes. */
  readonly tagKeys?: readonly string[];
  /** The tags that the call sets. */
  readonly requestTags?: Readonly<Record<string, string>>;
  /** The ARN of the caller. */
  readonly principal?: string;
}

const CALLER = `arn:aws:iam::${ACCOUNT}:role/caller`;

export type Verdict = 'Allowed' | 'ImplicitlyDenied' | 'ExplicitlyDenied';

/** What IAM would say to a call by a caller with these policies. What IAM would not even take is an error, not a refusal. */
export async function judge(policies: readonly Policy[], call: Call, serviceControl: readonly Policy[] = []): Promise<Verdict> {
  const principal = call.principal ?? CALLER;
  const result = await runSimulation({
    request: {
      principal,
      action: call.action,
      resource: { resource: call.resource, accountId: principal.split(':')[4] },
      contextVariables: {
        'aws:PrincipalArn': principal,
        ...call.tagKeys && { 'aws:TagKeys': [...call.tagKeys] },
        ...prefixed('aws:RequestTag/', call.requestTags),
        ...prefixed('aws:ResourceTag/', call.tags),
      },
    },
    identityPolicies: policies.map((policy, index) => ({ name: `identity ${index}`, policy })),
    serviceControlPolicies: serviceControl.map((policy, index) => ({ orgIdentifier: `r-${index}`, policies: [{ name: 'control', policy }] })),
    resourceControlPolicies: [],
  }, {});
  if (result.resultType === 'error') {
    throw new Error(`${JSON.stringify(call)}: ${JSON.stringify(result.errors)}`);
  }
  return result.overallResult;
}

export const isAllowed = async (...judged: Parameters<typeof judge>): Promise<boolean> => await judge(...judged) === 'Allowed';

const prefixed = (prefix: string, tags: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [prefix + key, value]));

/** Those of the calls that are allowed. */
export async function allowedOf<T extends Call>(policies: readonly Policy[], calls: readonly T[]): Promise<T[]> {
  const verdicts = await Promise.all(calls.map((call) => isAllowed(policies, call)));
  return calls.filter((_, index) => verdicts[index]);
}
