import { renderRulePhysicalId } from '../../lambda/cloudformation/physical-id';
import { Response } from '../../lambda/cloudformation/response';
import { parseRepositoryArn } from '../../lambda/ecr/repository';
import { Environment, Invocation } from '../../lambda/protocol/invocation';
import { RuleDeclaration, declareByRule } from '../../lambda/registry/declare-by-rule';
import { releaseByRule } from '../../lambda/registry/release-by-rule';
import { WRITE_WINDOW_MS } from '../../src/shared/registry';
import { Settings } from '../../src/shared/settings';

/** What one pass of a rule does on one repository. */
export interface RulePass {
  /** A stack operation declares or releases. A sweep, and the event of a new repository, declare unless a stack operation is under way. */
  readonly type: 'declare' | 'release' | 'sweep';
  readonly stackId: string;
  readonly logicalId: string;
  readonly repository: string;
  readonly rule: RuleDeclaration;
  /** What the rule may have set before. */
  readonly ownSettings: readonly Settings[];
  /** Whether a release knows the rule's token. CloudFormation's own ids do not tell it. */
  readonly isTokenKnown: boolean;
  /** Whether a stack operation first waits until a pass that is under way can write no more. */
  readonly waits: boolean;
}

/**
 * A pass on one repository: the real protocol, after what the state machine and its function do for it. What stands in for these is claimed of
 * the code, whose tests in test/lambda/registry hold it to the claim, or of AWS:
 *
 * - A stack operation waits until nobody else may write: `begin` answers `EVENT_WAIT_MS`, or `STOP_WAIT_MS` where it has stopped a pass. Each is
 *   longer than the window that it waits for, `EVENT_WINDOW_MS` or `WRITE_WINDOW_MS`. Here both windows have the longer length, and so has the wait.
 * - A pass's window begins before it asks CloudFormation: `batch` and `declareNewRepository`.
 * - A sweep ends once an operation has touched its rule: `isStillDeployed`. CloudFormation tells when the resource's status changed last.
 * - An event declares what the rule says when it asks, and nothing once the rule is gone: `deployedSweep`. CloudFormation tells the deployed
 *   template's `Metadata`. So after an update, an event is no more than a sweep of the updated rule, of which there are cases.
 *
 * @param isStackStable asks CloudFormation whether the stack is stable, and the rule as it was
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackResourceDetail.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-metadata.html
 */
export async function runRulePass(pass: RulePass, environment: Environment, isStackStable: () => Promise<boolean>): Promise<Response> {
  const { rule, ownSettings } = pass;
  const repository = parseRepositoryArn(pass.repository)!;
  const PhysicalResourceId = renderRulePhysicalId(rule);
  if (pass.waits) {
    await environment.clock.sleep(WRITE_WINDOW_MS);
  }
  const invocation = new Invocation(environment, {});
  const remaining = () => invocation.remainingOf(WRITE_WINDOW_MS);
  try {
    if (pass.type === 'sweep' && !await isStackStable()) {
      return { Status: 'SUCCESS', PhysicalResourceId };
    }
    const known = await environment.ecr(repository, remaining).readSettings();
    const operation = invocation.operation(pass, repository, { remaining, mayBeNew: false, isDenialNeverFinal: () => false });
    if (pass.type === 'release') {
      await releaseByRule(operation, { token: pass.isTokenKnown ? rule.token : undefined, known });
    } else {
      await declareByRule(operation, rule, { known, ownSettings });
    }
    return { Status: 'SUCCESS', PhysicalResourceId };
  } catch (error) {
    return (error as Error).message.includes('RepositoryNotFoundException')
      ? { Status: 'SUCCESS', PhysicalResourceId }
      : { Status: 'FAILED', PhysicalResourceId, Reason: { message: (error as Error).message } };
  }
}
