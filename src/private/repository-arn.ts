import { Fn, Stack, Token } from 'aws-cdk-lib';
import { isOfAnotherStack, refOf, spellPseudoParameters, spellTokens } from './token-text';
import { isRepositoryName } from '../shared/repository-name';

const ARN = /^arn:\*:ecr:[a-z0-9-]+:[0-9]{12}:repository\/(.+)$/;
const TOKEN = '{';

/**
 * One text for all spellings of a repository's ARN in a stack: whether a part of it is literal or a pseudo parameter, by name or by ARN.
 */
export function canonicalArn(stack: Stack, arn: string): string {
  const text = spellPseudoParameters(stack, arn, (name) => spellReference(stack, name)) ?? spellTokens(stack, arn, (intrinsic, token) => {
    // Resources of two stacks can have the same logical id.
    if (isOfAnotherStack(token, stack)) {
      return JSON.stringify({ [token.target.node.path]: token.displayName });
    }
    const name = refOf(intrinsic);
    return name === undefined ? JSON.stringify(intrinsic) : spellReference(stack, name);
  });
  return String(text).replace(/^arn:aws[a-z-]*:/, 'arn:*:');
}

/**
 * The same ARN in fewer bytes, where aws-cdk-lib joins it of names and pseudo parameters. Each declaration has it twice, and a template
 * holds 1 MB.
 */
export function shortArn(stack: Stack, arn: string): string {
  const text = Token.isUnresolved(arn) ? spellPseudoParameters(stack, arn, (name) => `\${${name}}`) : undefined;
  return text === undefined ? arn : Fn.sub(text);
}

/** What `ecr.Repository.fromLookup()` gives while the CDK CLI has yet to look: it says nothing about the repository. */
export function isLookupDummy(canonical: string): boolean {
  return canonical.endsWith(':repository/DUMMY_ARN');
}

/** What is wrong with an ARN, as far as it is known at synthesis, or nothing. */
export function brokenArn(canonical: string): string | undefined {
  const literal = !canonical.includes(TOKEN);
  const name = literal ? ARN.exec(canonical)?.[1] : canonical.split(':repository/')[1];
  const fine = name === undefined
    ? !literal
    : name.includes(TOKEN) || isRepositoryName(name);
  return fine
    ? undefined
    : `repository has the ARN '${canonical.replace('arn:*:', 'arn:<partition>:').slice(0, 400)}', but ECR's ARNs are arn:<partition>:ecr:<region>:<account>:repository/<name>, with a name of 2 to 256 lower-case letters and digits, with '.', '_', '-' or '/' between them. Mend the name or the ARN that was given to ecr.Repository.fromRepositoryName() or fromRepositoryArn().`;
}

/** A reference by name, which is that of a pseudo parameter or of a resource. */
function spellReference(stack: Stack, name: string): string {
  const value = { 'AWS::Partition': '*', 'AWS::Region': stack.region, 'AWS::AccountId': stack.account }[name];
  return value === undefined || Token.isUnresolved(value) ? JSON.stringify({ Ref: name }) : value;
}
