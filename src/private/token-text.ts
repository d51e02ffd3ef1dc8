import {
  DefaultTokenResolver, IResolvable, IResolveContext, IPostProcessor, Intrinsic, Reference, Stack, StringConcat, Tokenization,
} from 'aws-cdk-lib';
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

/**
 * A text of which all tokens are the stack's pseudo parameters, with their names spelled; nothing where there are others. Most
 * repositories' ARNs are such, with the same few tokens, so that this is much quicker than to resolve each.
 */
export function spellPseudoParameters(stack: Stack, text: string, spell: (name: string) => string): string | undefined {
  let areAll = true;
  const mapToken = (token: IResolvable) => {
    const name = pseudoParameter(stack, token);
    areAll &&= name !== undefined;
    return spell(name ?? '');
  };
  const spelled: string = Tokenization.reverseString(text).mapTokens({ mapToken }).join(new StringConcat());
  return areAll ? spelled : undefined;
}

/** By token: those of `Aws` are the same for all, and resolve to the same everywhere. */
const PSEUDO_PARAMETERS = new WeakMap<IResolvable, string>();

function pseudoParameter(stack: Stack, token: IResolvable): string | undefined {
  const known = PSEUDO_PARAMETERS.get(token);
  if (known !== undefined) {
    return known;
  }
  const name = refOf(stack.resolve(token));
  if (!name?.startsWith('AWS::') || isOfAnotherStack(token, stack)) {
    return undefined;
  }
  if (token instanceof Intrinsic && !Reference.isReference(token)) {
    PSEUDO_PARAMETERS.set(token, name);
  }
  return name;
}

export function isOfAnotherStack(token: IResolvable, stack: Stack): token is Reference {
  return Reference.isReference(token) && Stack.of(token.target) !== stack;
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
