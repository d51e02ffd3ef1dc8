import { Fn, IResolvable, Reference, Stack, StringConcat, Token, Tokenization } from 'aws-cdk-lib';
import { isRepositoryName } from './repository-name';
import { refOf, spellTokens } from './token-text';

const ARN = /^arn:\*:ecr:[a-z0-9-]+:[0-9]{12}:repository\/(.+)$/;
const TOKEN = '{';

/**
 * One text for all spellings of a repository's ARN in a stack: whether a part of it is literal or a pseudo parameter, by name or by ARN.
 */
export function canonicalArn(stack: Stack, arn: string): string {
  const text: string = spellTokens(stack, arn, (intrinsic, token) => {
    // Resources of two stacks can have the same logical id.
    if (isOfAnotherStack(token, stack)) {
      return JSON.stringify({ [token.target.node.path]: token.displayName });
    }
    switch (refOf(intrinsic)) {
      case 'AWS::Partition': return '*';
      case 'AWS::Region': return known(stack.region, intrinsic);
      case 'AWS::AccountId': return known(stack.account, intrinsic);
      default: return JSON.stringify(intrinsic);
    }
  });
  return String(text).replace(/^arn:aws[a-z-]*:/, 'arn:*:');
}

/**
 * The same ARN in fewer bytes, where aws-cdk-lib joins it of names and pseudo parameters. Each declaration has it twice, and a template
 * holds 1 MB.
 */
export function shortArn(stack: Stack, arn: string): string {
  let onlyPseudoParameters = Token.isUnresolved(arn);
  const mapToken = (token: IResolvable) => {
    const ref = refOf(stack.resolve(token));
    onlyPseudoParameters &&= ref !== undefined && ref.startsWith('AWS::') && !isOfAnotherStack(token, stack);
    return `\${${ref}}`;
  };
  const text: string = Tokenization.reverseString(arn).mapTokens({ mapToken }).join(new StringConcat());
  return onlyPseudoParameters ? Fn.sub(text) : arn;
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

function isOfAnotherStack(token: IResolvable, stack: Stack): token is Reference {
  return Reference.isReference(token) && Stack.of(token.target) !== stack;
}

function known(value: string, otherwise: unknown): string {
  return Token.isUnresolved(value) ? JSON.stringify(otherwise) : value;
}
