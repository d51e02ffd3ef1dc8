import { DefaultTokenResolver, IResolvable, IResolveContext, IPostProcessor, StringConcat, Tokenization } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** How to write a token down: given what it resolves to, an intrinsic function of CloudFormation, and the token itself. */
export type Spelling = (intrinsic: unknown, token: IResolvable) => string;

/** Resolves a value as synthesis would, but with text in the place of CloudFormation's functions. */
export function spellTokens(scope: IConstruct, value: unknown, spell: Spelling): any {
  return Tokenization.resolve(value, { scope, resolver: new SpellingResolver(spell) });
}

/** The name of the pseudo parameter or the resource that a `Ref` refers to. */
export function refOf(intrinsic: unknown): string | undefined {
  const ref = (intrinsic as { Ref?: unknown }).Ref;
  return typeof ref === 'string' ? ref : undefined;
}

class SpellingResolver extends DefaultTokenResolver {
  constructor(private readonly spell: Spelling) {
    super(new StringConcat());
  }

  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    const resolved = super.resolveToken(token, context, postProcessor);
    if (typeof resolved !== 'object' || resolved === null || !isIntrinsic(resolved)) {
      return resolved;
    }
    // The pieces of a join are resolved, so spelled, already.
    const join = (resolved as { 'Fn::Join'?: unknown })['Fn::Join'];
    if (Array.isArray(join) && Array.isArray(join[1]) && join[1].every((piece) => typeof piece === 'string')) {
      return join[1].join(join[0]);
    }
    return this.spell(resolved, token);
  }
}

function isIntrinsic(value: object): boolean {
  const keys = Object.keys(value);
  return keys.length === 1 && (keys[0] === 'Ref' || keys[0].startsWith('Fn::'));
}
