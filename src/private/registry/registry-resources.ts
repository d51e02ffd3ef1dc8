import { Aws, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, IDependable } from 'constructs';
import { definition } from './definition';
import { RegistryStatements, encrypting, registryStatements, repositoriesOf, stackOf } from './permissions';
import { MANAGED_BUDGET, policySize } from '../policy-size';
import { invokingRole } from '../schedule';

export interface RegistryResourcesProps {
  readonly functionArn: string;
  readonly role: iam.IRole;
  /** Whether the role takes policies from this stack. */
  readonly attached: boolean;
  readonly rolePath: string;
  /** Encrypts the history of executions. */
  readonly key?: kms.IKey;
}

/** What a provider has for its rules, however many: the state machine, the role of schedules, and a policy of the function's role. */
export class RegistryResources extends Construct {
  public readonly stateMachineArn: string;
  public readonly scheduleRole: iam.Role;
  /** The policy of the function's role. A rule waits for it. */
  public readonly policy?: IDependable;

  private readonly granted: RegistryStatements;

  constructor(scope: Construct, id: string, private readonly props: RegistryResourcesProps) {
    super(scope, id);
    const stateMachine = this.makeStateMachine(props);
    this.stateMachineArn = stateMachine.ref;
    this.scheduleRole = invokingRole(this, 'ScheduleRole', 'scheduler.amazonaws.com', props.rolePath, [invoking(props.functionArn)]);
    this.granted = registryStatements({
      arn: this.stateMachineArn,
      executions: `arn:${Aws.PARTITION}:states:${Aws.REGION}:${Aws.ACCOUNT_ID}:execution:${stateMachine.attrName}:*`,
    }, props.key);
    if (props.attached) {
      // The inline policies of a role share one budget, which single declarations use up.
      this.policy = new iam.ManagedPolicy(this, 'Policy', { roles: [props.role], statements: this.statements });
    }
  }

  /** All statements that the function's role needs for the rules. */
  public get statements(): iam.PolicyStatement[] {
    return [this.granted.changing, this.granted.asking, ...this.granted.others];
  }

  /** Allows the function to work on the repositories of a rule: false where IAM would refuse the policy at deployment, as there is no room. */
  public allow(rule: Stack, filters: readonly string[]): boolean {
    const stack = Stack.of(this);
    const { changing, asking, others } = this.granted;
    const repositories = filters.map((filter) => repositoriesOf(stack, filter)).filter((arn) => !changing.resources.includes(arn));
    const asked = changing.copy({ resources: [...changing.resources, ...repositories] });
    if (this.props.attached && policySize(this, [asked, asking, ...others]) > MANAGED_BUDGET) {
      return false;
    }
    changing.addResources(...repositories);
    asking.addResources(...[stackOf(stack, rule)].filter((arn) => !asking.resources.includes(arn)));
    return true;
  }

  private makeStateMachine({ functionArn, rolePath, key }: RegistryResourcesProps): sfn.CfnStateMachine {
    const stack = Stack.of(this);
    const role = invokingRole(this, 'StateMachineRole', 'states.amazonaws.com', rolePath, [invoking(functionArn), ...key ? [encrypting(key)] : []]);
    // It has no log: CloudFormation's URL for the response, which is a credential, is in the execution's data.
    const stateMachine = new sfn.CfnStateMachine(this, 'StateMachine', {
      definitionString: stack.toJsonString(definition(functionArn)),
      roleArn: role.roleArn,
      encryptionConfiguration: key && { type: 'CUSTOMER_MANAGED_KMS_KEY', kmsKeyId: key.keyArn },
    });
    stateMachine.node.addDependency(role);
    return stateMachine;
  }
}

const invoking = (functionArn: string): iam.PolicyStatement =>
  new iam.PolicyStatement({ sid: 'InvokeFunction', actions: ['lambda:InvokeFunction'], resources: [functionArn] });
