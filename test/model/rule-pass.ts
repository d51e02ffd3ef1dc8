import { renderRulePhysicalId } from '../../lambda/cloudformation/physical-id';
import { Response } from '../../lambda/cloudformation/response';
import { parseRepositoryArn } from '../../lambda/ecr/repository';
import { Environment, Invocation } from '../../lambda/protocol/invocation';
import { RuleDeclaration, declareByRule } from '../../lambda/registry/declare-by-rule';
import { releaseByRule } from '../../lambda/registry/release-by-rule';
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

/** A pass writes to a repository in this time only, which begins before it asks CloudFormation for its stack. */
const PASS_WINDOW_MS = 120_000;

/**
 * A pass on one repository: the real protocol, after what the state machine and its function do for it.
 *
 * @param isStackStable asks CloudFormation whether the stack is as it was when the pass's input was made
 */
export async function runRulePass(pass: RulePass, environment: Environment, isStackStable: () => Promise<boolean>): Promise<Response> {
  const { rule, ownSettings } = pass;
  const repository = parseRepositoryArn(pass.repository)!;
  const PhysicalResourceId = renderRulePhysicalId(rule);
  if (pass.waits) {
    await environment.clock.sleep(PASS_WINDOW_MS);
  }
  const invocation = new Invocation(environment, {});
  const remaining = () => invocation.remainingOf(PASS_WINDOW_MS);
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
