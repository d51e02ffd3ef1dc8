import {
  GetPolicyCommand, GetPolicyVersionCommand, GetRolePolicyCommand, ListAttachedRolePoliciesCommand, ListRolePoliciesCommand, type IAMClient,
} from '@aws-sdk/client-iam';
import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { Policy } from '../iam';

/** How long a change of a policy may take to count, which on AWS are seconds. It spares most reads during an invocation. */
const KNOWN_FOR_MS = 250;

/** The roles of the emulated functions. */
export class FunctionRoles {
  /** A function keeps its role as long as it is there. */
  private readonly arns = new Map<string, Promise<string>>();
  private readonly policies = new Map<string, { readonly read: Promise<Policy[]>; readonly at: number }>();

  constructor(private readonly iam: IAMClient, private readonly lambda: LambdaClient) {}

  arnOf(functionName: string): Promise<string> {
    const arn = this.arns.get(functionName) ?? this.readArn(functionName);
    this.arns.set(functionName, arn);
    return arn;
  }

  /** All policies of the role, inline and managed. */
  policiesOf(roleArn: string): Promise<Policy[]> {
    const known = this.policies.get(roleArn);
    if (known && known.at + KNOWN_FOR_MS > Date.now()) return known.read;
    const read = this.readPolicies(roleArn);
    this.policies.set(roleArn, { read, at: Date.now() });
    return read;
  }

  private async readPolicies(roleArn: string): Promise<Policy[]> {
    const RoleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
    const [{ PolicyNames = [] }, { AttachedPolicies = [] }] = await Promise.all([
      this.iam.send(new ListRolePoliciesCommand({ RoleName })), this.iam.send(new ListAttachedRolePoliciesCommand({ RoleName })),
    ]);
    return Promise.all([
      ...PolicyNames.map(async (PolicyName) => parsed((await this.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))).PolicyDocument)),
      ...AttachedPolicies.map(({ PolicyArn }) => this.readManaged(PolicyArn)),
    ]);
  }

  private async readManaged(PolicyArn: string | undefined): Promise<Policy> {
    const { Policy: { DefaultVersionId: VersionId } = {} } = await this.iam.send(new GetPolicyCommand({ PolicyArn }));
    return parsed((await this.iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }))).PolicyVersion?.Document);
  }

  private async readArn(FunctionName: string): Promise<string> {
    const { Role } = await this.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    if (!Role) throw new Error(`the function ${FunctionName} has no role`);
    return Role;
  }
}

/** IAM answers a document percent-encoded. */
const parsed = (document: string | undefined): Policy => JSON.parse(decodeURIComponent(document ?? '')) as Policy;
