import { Aws, Names, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, DependencyGroup } from 'constructs';
import { declared } from './permissions';
import { MANAGED_BUDGET, arnSize, policySize } from './policy-size';
import { refOf, spellTokens } from './token-text';

/**
 * IAM takes 10,240 characters in all inline policies of a role. The rest is for the statements that aws-cdk-lib adds itself,
 * for tracing and for a dead letter queue, and for a few of an app's own.
 */
const INLINE_BUDGET = 9_400;

/** IAM takes so many managed policies on a role. */
const MAX_MANAGED = 10;

/** A policy, and the characters that are left in it for declared repositories. */
interface Packed {
  readonly policy: iam.Policy | iam.ManagedPolicy;
  statement?: iam.PolicyStatement;
  room: number;
}

/**
 * The permissions of a role, in as few policies as hold them.
 *
 * aws-cdk-lib's own splitting moves whole statements, and takes an ARN by name for 150 characters: it asks for more managed
 * policies than a role may have, long before IAM would refuse.
 */
export class RolePolicies {
  /** All policies, also those that are yet to come. */
  public readonly dependable = new DependencyGroup();

  /** Whether the role takes policies from this stack. One of another account does not, nor one that was imported as immutable. */
  public readonly attached: boolean;

  private readonly packed: Packed[] = [];
  /** How many managed policies of the role are others'. */
  private reserved = 0;
  private readonly arns = new Set<string>();

  /** `shared` is a role that other stacks may use as well. */
  constructor(
    private readonly scope: Construct,
    private readonly role: iam.IRole,
    private readonly fixed: iam.PolicyStatement[],
    shared: boolean,
  ) {
    const policy = new iam.Policy(scope, 'Policy', {
      // The default, the logical id, is the same in many stacks: on a role that they share, one would overwrite the other's policy.
      policyName: shared ? `${Names.uniqueResourceName(scope, { maxLength: 90 })}-${Aws.REGION}` : undefined,
      statements: fixed,
    });
    // A role that cannot be changed ignores this. It does not say so, but then the policy has no role.
    role.attachInlinePolicy(policy);
    this.attached = Stack.of(scope).resolve((policy.node.defaultChild as iam.CfnPolicy).roles) !== undefined;
    if (this.attached) {
      this.add(policy, INLINE_BUDGET, fixed);
    }
  }

  /** How many repositories are allowed. */
  public get count(): number {
    return this.arns.size;
  }

  /**
   * Allows a declared repository, of which the policy gets the short ARN: false where IAM would refuse the policies at deployment, as there
   * is no room.
   */
  public allow(repositoryArn: string, resource: string): boolean {
    if (this.arns.has(repositoryArn)) {
      return true;
    }
    if (this.attached) {
      const size = arnSize(this.scope, repositoryArn);
      const packed = this.packed.find(({ room }) => room >= size) ?? this.addManaged();
      if (!packed) {
        return false;
      }
      if (packed.statement) {
        packed.statement.addResources(resource);
      } else {
        packed.statement = declared([resource]);
        packed.policy.addStatements(packed.statement);
      }
      packed.room -= size;
    }
    this.arns.add(repositoryArn);
    return true;
  }

  /** Leaves a managed policy of the role to somebody else: false where there is none left. */
  public reserveManaged(): boolean {
    if (this.packed.length - 1 + this.reserved >= MAX_MANAGED) {
      return false;
    }
    this.reserved++;
    return true;
  }

  /** All statements, to be read by a person, with references spelled as for CloudFormation's `Fn::Sub`. */
  public describe(further: iam.PolicyStatement[]): string {
    const statements = [...this.fixed, ...further, ...this.arns.size > 0 ? [declared([...this.arns])] : []];
    const text = spellTokens(this.scope, statements.map((statement) => statement.toJSON()), (intrinsic) => {
      const attribute: unknown = (intrinsic as { 'Fn::GetAtt'?: unknown })['Fn::GetAtt'];
      const name = refOf(intrinsic) ?? (Array.isArray(attribute) ? attribute.join('.') : undefined);
      return name ? `\${${name}}` : JSON.stringify(intrinsic);
    });
    return JSON.stringify(text);
  }

  private addManaged(): Packed | undefined {
    // The first policy is the inline one.
    return this.packed.length - 1 + this.reserved >= MAX_MANAGED
      ? undefined
      : this.add(new iam.ManagedPolicy(this.scope, `Policy${this.packed.length + 1}`, { roles: [this.role] }), MANAGED_BUDGET, []);
  }

  private add(policy: iam.Policy | iam.ManagedPolicy, budget: number, statements: iam.PolicyStatement[]): Packed {
    const room = budget - policySize(this.scope, [...statements, declared([])]) - '"Resource":[],'.length;
    const packed: Packed = { policy, room };
    this.packed.push(packed);
    this.dependable.add(policy);
    return packed;
  }
}
