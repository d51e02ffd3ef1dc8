import * as path from 'node:path';
import { Annotations, Aspects, Aws, CfnResource, Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ownershipTagKey } from './private/ownership-tag';
import * as permissions from './private/permissions';
import { RegistryResources } from './private/registry/registry-resources';
import { RolePolicies } from './private/role-policies';
import { DECLARE_WINDOW_MS, ENV_OWNERSHIP_TAG_KEY, ENV_OWNERSHIP_TAG_VALUE, FUNCTION_TIMEOUT_MS, MAX_EVENT_AGE_MS } from './shared/contract';

const DEFAULT_ID = 'ImageTagMutabilityProvider';

/** One standing policy can name the roles of all stacks by it. */
const ROLE_PATH = '/cdk-ecr-tag-mutability/';

/**
 * Properties of an ImageTagMutabilityProvider.
 */
export interface ImageTagMutabilityProviderProps {
  /**
   * The VPC that the function runs in.
   *
   * Its subnets must reach the ECR API, and CloudFormation's response bucket in Amazon S3, through a NAT gateway or VPC endpoints:
   * without the bucket a deployment waits until it times out.
   *
   * @default - not in a VPC
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
   */
  readonly vpc?: ec2.IVpc;

  /**
   * The subnets of the VPC that the function runs in. Only with `vpc`; public subnets are refused.
   *
   * @default - the private subnets of the VPC
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The security groups of the function. Only with `vpc`. They must allow outbound HTTPS.
   *
   * @default - a new security group that allows all outbound traffic, where there is a VPC
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * The role of the function, which Lambda must be allowed to assume.
   *
   * The permissions are added to it: up to 9,400 characters of the 10,240 in the inline policies that IAM allows a role, and
   * managed policies where there are more repositories than fit. A role that cannot be changed gets a warning with the statements
   * that it needs.
   *
   * @default - a new role with the path `/cdk-ecr-tag-mutability/`, without AWS managed policies
   * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
   */
  readonly role?: iam.IRole;

  /**
   * The log group of the function.
   *
   * @default - a new log group with a retention of one month, which is deleted with the stack
   */
  readonly logGroup?: logs.ILogGroup;

  /**
   * The memory of the function in MB, 128 to 10,240.
   *
   * @default 256
   */
  readonly memorySize?: number;

  /**
   * The KMS key that encrypts the environment of the function, which holds no secrets.
   *
   * @default - a key that AWS manages
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
   */
  readonly environmentEncryption?: kms.IKey;

  /**
   * How many invocations may run at a time. An event waits for its turn for at most 15 minutes, then it is dropped.
   *
   * Where a deployment is cancelled, each declaration's delete may take 105 s. So there is a warning for more than 8 declarations for each
   * concurrent invocation.
   *
   * @default - no limit but the account's
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * Whether invocations are traced by AWS X-Ray.
   *
   * @default - not traced
   * @see https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
   */
  readonly tracing?: lambda.Tracing;

  /**
   * The queue that gets the events of invocations that failed.
   *
   * An event holds a pre-signed URL to answer CloudFormation with: encrypt the queue, and restrict who may read it.
   *
   * @default - failed events are dropped; the reason is in the log
   * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
   */
  readonly deadLetterQueue?: sqs.IQueue;
}

/**
 * The Lambda function that sets the image tag mutability of the repositories that a stack declares, and restores what was there.
 *
 * There is one for each stack, made when it is first needed. Make one yourself to set its properties, and pass it to every
 * `ImageTagMutability`.
 *
 * The policies of a role take a limited number of repositories, several hundred. An `ImageTagMutability` beyond that is refused.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
 * @example
 * import { App, Stack } from 'aws-cdk-lib';
 * import * as ecr from 'aws-cdk-lib/aws-ecr';
 * import * as lambda from 'aws-cdk-lib/aws-lambda';
 * import { ImageTagMutability, ImageTagMutabilityProvider } from 'cdk-ecr-tag-mutability';
 *
 * const app = new App();
 * const stack = new Stack(app, 'TagMutability');
 * const provider = new ImageTagMutabilityProvider(stack, 'Provider', {
 *   tracing: lambda.Tracing.ACTIVE,
 *   reservedConcurrentExecutions: 5,
 * });
 * new ImageTagMutability(stack, 'Worker', {
 *   repository: ecr.Repository.fromRepositoryName(stack, 'WorkerRepository', 'team-c/worker'),
 *   imageTagMutability: ecr.TagMutability.IMMUTABLE,
 *   provider: provider,
 * });
 */
export class ImageTagMutabilityProvider extends Construct {
  /**
   * The provider of the stack that a construct is in, made with the default properties when there is none yet.
   *
   * @param scope the construct, or the stack itself
   */
  public static getOrCreate(scope: Construct): ImageTagMutabilityProvider {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(DEFAULT_ID);
    if (existing && !(existing instanceof ImageTagMutabilityProvider)) {
      throw new Error(`${existing.node.path}: the id ${DEFAULT_ID} is taken by a construct that is no ImageTagMutabilityProvider of this copy of cdk-ecr-tag-mutability. Rename that construct, install one copy only, or pass a provider to each ImageTagMutability.`);
    }
    return existing ?? new ImageTagMutabilityProvider(stack, DEFAULT_ID);
  }

  /**
   * The Lambda function.
   */
  public readonly function: lambda.IFunction;

  /**
   * The role of the function.
   */
  public readonly role: iam.IRole;

  private readonly policies: RolePolicies;
  private readonly ready: CfnResource;
  private readonly key?: kms.IKey;
  private registry?: RegistryResources;

  /**
   * @param scope the construct to make the provider in
   * @param id the id of the provider. Keep it: CloudFormation refuses to change the function of a deployed declaration
   * @param props the properties of the function
   */
  constructor(scope: Construct, id: string, props: ImageTagMutabilityProviderProps = {}) {
    super(scope, id);
    const stack = Stack.of(this);
    const tagKey = ownershipTagKey(stack);

    this.role = props.role ?? new iam.Role(this, 'Role', {
      path: ROLE_PATH,
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    });
    const logGroup = props.logGroup ?? new logs.LogGroup(this, 'LogGroup', {
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });

    const handler = new lambda.Function(this, 'Function', {
      description: 'Sets the image tag mutability of ECR repositories for CloudFormation (cdk-ecr-tag-mutability)',
      // The bundle is in `lib`. This file runs from `lib`, or from `src` in tests.
      code: lambda.Code.fromAsset(path.join(__dirname, '..', 'lib', 'handler')),
      handler: 'index.handler',
      runtime: lambda.determineLatestNodeRuntime(this),
      timeout: Duration.millis(FUNCTION_TIMEOUT_MS),
      memorySize: props.memorySize ?? 256,
      environment: { [ENV_OWNERSHIP_TAG_KEY]: tagKey, [ENV_OWNERSHIP_TAG_VALUE]: Aws.STACK_ID },
      role: this.role,
      logGroup,
      vpc: props.vpc,
      vpcSubnets: props.vpcSubnets,
      securityGroups: props.securityGroups,
      environmentEncryption: props.environmentEncryption,
      reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      tracing: props.tracing,
      deadLetterQueue: props.deadLetterQueue,
    });
    this.function = handler;
    this.key = props.environmentEncryption;

    this.policies = new RolePolicies(this, this.role, [
      permissions.reading(stack),
      permissions.tagged(stack, tagKey),
      permissions.logging(logGroup.logGroupArn),
      ...props.vpc ? [permissions.networking()] : [],
      ...props.environmentEncryption ? [permissions.decrypting(props.environmentEncryption.keyArn)] : [],
    ], props.role !== undefined);

    // With Lambda's defaults, a create could be retried and run hours after its own delete. So each declaration depends on these settings,
    // and on the policies. These settings depend on the policies, so that a declaration needs to depend on one resource only.
    const async = new lambda.EventInvokeConfig(this, 'Async', { function: handler, retryAttempts: 0, maxEventAge: Duration.millis(MAX_EVENT_AGE_MS) });
    async.node.addDependency(this.policies.dependable);
    this.ready = async.node.defaultChild as CfnResource;

    this.warnOfConcurrency(props.reservedConcurrentExecutions);
    if (this.policies.attached) {
      // Lambda checks the role's permissions for the VPC when it makes the function, and needs them to remove its network interfaces.
      handler.node.addDependency(this.node.findChild('Policy'));
    } else {
      this.warnOfRole([
        ...props.tracing && props.tracing !== lambda.Tracing.DISABLED ? [permissions.tracing()] : [],
        ...props.deadLetterQueue ? [permissions.deadLetters(props.deadLetterQueue.queueArn)] : [],
      ]);
    }
  }

  /**
   * Allows the function to work on a declared repository, or throws where the role has no room left.
   * The declaration is to wait for what it answers.
   *
   * @internal
   */
  public _allow(repositoryArn: string, shortRepositoryArn: string, declaration: string): CfnResource {
    if (!this.policies.allow(repositoryArn, shortRepositoryArn)) {
      throw new Error(`${declaration}: repository is one too many for the provider ${this.node.path}: its role has room for ${this.policies.count} of these repositories, as IAM allows a role 10,240 characters of inline policies and 10 managed policies of 6,144. Declare the others in another stack, or pass them a second ImageTagMutabilityProvider with another role.`);
    }
    return this.ready;
  }

  /**
   * Allows the function to work on the repositories that a rule matches, or throws where the role has no room left. What all rules of the
   * provider share is made for the first.
   *
   * @internal
   */
  public _allowRule(rule: Stack, filters: readonly string[], declaration: string): RegistryResources {
    if (!this.registry && this.policies.attached && !this.policies.reserveManaged()) {
      throw new Error(`${declaration}: the provider ${this.node.path} has no room for a rule: the policies of its role are full of single repositories, as IAM allows a role 10 managed policies. Pass the rule an ImageTagMutabilityProvider of its own.`);
    }
    this.registry ??= new RegistryResources(this, 'Registry', {
      functionArn: this.function.functionArn, role: this.role, attached: this.policies.attached, rolePath: ROLE_PATH, key: this.key,
    });
    if (!this.registry.allow(rule, filters)) {
      throw new Error(`${declaration}: repositoryFilters are too long for the provider ${this.node.path}: with those of its other rules, IAM would refuse the role's policy, which has at most 6,144 characters. Use fewer filters, such as 'team-a/*' for several names, or pass the rule an ImageTagMutabilityProvider of its own.`);
    }
    return this.registry;
  }

  /**
   * What a rule waits for, beside the policy for its repositories.
   *
   * @internal
   */
  public get _ready(): CfnResource {
    return this.ready;
  }

  /**
   * The path of the roles that are made for the provider's function.
   *
   * @internal
   */
  public get _rolePath(): string {
    return ROLE_PATH;
  }

  /**
   * Adds the permissions that a guard needs to the role, in a policy of the guard's own stack, or throws where the role has no room left.
   *
   * @returns the policy; nothing where the role cannot be changed
   * @internal
   */
  public _allowGuard(guard: Construct, statements: iam.PolicyStatement[]): iam.ManagedPolicy | undefined {
    if (!this.policies.attached) {
      return undefined;
    }
    // The inline policies of a role share one budget, which declarations use up.
    if (!this.policies.reserveManaged()) {
      throw new Error(`${guard.node.path}: the provider ${this.node.path} has no room for a guard: the policies of its role are full of declared repositories, as IAM allows a role 10 managed policies. Move declarations to another stack with a provider and a guard of its own.`);
    }
    return new iam.ManagedPolicy(guard, 'Policy', { roles: [this.role], statements });
  }

  private warnOfRole(further: iam.PolicyStatement[]) {
    this.atSynthesis(() => Annotations.of(this).addWarningV2(
      'cdk-ecr-tag-mutability:importedRole',
      `role cannot be changed from this stack, so that it was given no permissions. Allow it these statements before you deploy, or pass a role that can be changed: ${this.policies.describe([...further, ...this.registry?.statements ?? []])}`,
    ));
  }

  /** After a cancelled deployment, each declaration's delete may wait for the end of the create's window. All must get their turn. */
  private warnOfConcurrency(concurrency: number | undefined) {
    if (concurrency === undefined || Token.isUnresolved(concurrency)) {
      return;
    }
    const most = concurrency * Math.floor(MAX_EVENT_AGE_MS / DECLARE_WINDOW_MS);
    this.atSynthesis(() => this.policies.count > most && Annotations.of(this).addWarningV2(
      'cdk-ecr-tag-mutability:reservedConcurrency',
      `reservedConcurrentExecutions is ${concurrency}, which is enough for ${most} declarations, but ${this.policies.count} repositories are declared. Where a deployment is cancelled, Lambda may drop the deletes of the others, and the stack waits until they time out. Set it to at least ${Math.ceil(this.policies.count / (most / concurrency))}, or leave it out.`,
    ));
  }

  /** Runs an action when all declarations are known. */
  private atSynthesis(action: () => void) {
    Aspects.of(this).add({
      visit: (node) => {
        if (node === this) {
          action();
        }
      },
    });
  }
}
