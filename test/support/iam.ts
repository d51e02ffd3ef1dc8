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
  /** The ARN of the caller. */
  readonly principal?: string;
}

const CALLER = `arn:aws:iam::${ACCOUNT}:role/caller`;

/** Whether IAM would allow a caller with these policies the call. What IAM would not even take is an error, not a refusal. */
export async function isAllowed(policies: readonly Policy[], call: Call, serviceControl: readonly Policy[] = []): Promise<boolean> {
  const principal = call.principal ?? CALLER;
  const result = await runSimulation({
    request: {
      principal,
      action: call.action,
      resource: { resource: call.resource, accountId: principal.split(':')[4] },
      contextVariables: {
        'aws:PrincipalArn': principal,
        ...call.tagKeys && { 'aws:TagKeys': [...call.tagKeys] },
        ...Object.fromEntries(Object.entries(call.tags ?? {}).map(([key, value]) => [`aws:ResourceTag/${key}`, value])),
      },
    },
    identityPolicies: policies.map((policy, index) => ({ name: `identity ${index}`, policy })),
    serviceControlPolicies: serviceControl.map((policy, index) => ({ orgIdentifier: `r-${index}`, policies: [{ name: 'control', policy }] })),
    resourceControlPolicies: [],
  }, {});
  if (result.resultType === 'error') {
    throw new Error(`${JSON.stringify(call)}: ${JSON.stringify(result.errors)}`);
  }
  return result.overallResult === 'Allowed';
}

/** Those of the calls that are allowed. */
export async function allowedOf<T extends Call>(policies: readonly Policy[], calls: readonly T[]): Promise<T[]> {
  const verdicts = await Promise.all(calls.map((call) => isAllowed(policies, call)));
  return calls.filter((_, index) => verdicts[index]);
}
