import { Fn, Stack, Token } from 'aws-cdk-lib';
import { isOfAnotherStack, refOf, spellPseudoParameters, spellTokens } from './token-text';
import { isRepositoryName } from '../shared/repository-name';

const ARN = /^arn:\*:ecr:[a-z0-9-]+:[0-9]{12}:repository\/(.+)$/;
/** An ARN whose region, or whose account, is an empty string. */
const EMPTY = /^arn:\*:ecr:(?:():|[a-z0-9-]+::)/;
const TOKEN = '{';

/**
 * Spells a repository's ARN in one way, whether it was imported by name or by ARN, and whether its parts are literals or pseudo parameters.
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

/** `ecr.Repository.fromLookup()` gives this ARN until the CDK CLI has looked the repository up. It says nothing about the repository. */
export function isLookupDummy(canonical: string): boolean {
  return canonical.endsWith(':repository/DUMMY_ARN');
}

/** Checks an ARN, as far as it is known at synthesis. @returns what is wrong, or nothing */
export function validateArn(canonical: string): string | undefined {
  const empty = EMPTY.exec(canonical)?.[1] === '' ? 'region' : EMPTY.test(canonical) ? 'account' : undefined;
  if (empty) {
    return `repository has the ARN '${shown(canonical)}', in which the ${empty} is empty. Set the ${empty} in the stack's env. The CDK CLI sets CDK_DEFAULT_${empty.toUpperCase()} only where it finds credentials.`;
  }
  const literal = !canonical.includes(TOKEN);
  const name = literal ? ARN.exec(canonical)?.[1] : canonical.split(':repository/')[1];
  const fine = name === undefined
    ? !literal
    : name.includes(TOKEN) || isRepositoryName(name);
  return fine
    ? undefined
    : `repository has the ARN '${shown(canonical)}', but ECR's ARNs are arn:<partition>:ecr:<region>:<account>:repository/<name>, with a name of 2 to 256 lower-case letters and digits, with '.', '_', '-' or '/' between them. Correct the name or the ARN that was given to ecr.Repository.fromRepositoryName() or fromRepositoryArn().`;
}

const shown = (canonical: string): string => canonical.replace('arn:*:', 'arn:<partition>:').slice(0, 400);

/** A reference by name, which is that of a pseudo parameter or of a resource. */
function spellReference(stack: Stack, name: string): string {
  const value = { 'AWS::Partition': '*', 'AWS::Region': stack.region, 'AWS::AccountId': stack.account }[name];
  return value === undefined || Token.isUnresolved(value) ? JSON.stringify({ Ref: name }) : value;
}
