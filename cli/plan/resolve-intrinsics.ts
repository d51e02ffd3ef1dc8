/** What CloudFormation's pseudo parameters stand for. */
export interface PseudoParameters {
  readonly 'AWS::AccountId': string;
  readonly 'AWS::Region': string;
  readonly 'AWS::Partition': string;
}

/** A template's string, where it is made of pseudo parameters only. Nothing where only the deployment tells it. */
export function resolveString(value: unknown, pseudo: PseudoParameters): string | undefined {
  if (typeof value === 'string') {
    return value;
  }
  const [[name, argument] = [], ...others] = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (others.length > 0) {
    return undefined;
  }
  switch (name) {
    case 'Ref':
      return pseudo[argument as keyof PseudoParameters];
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown[]];
      return all(parts.map((part) => resolveString(part, pseudo)))?.join(separator);
    }
    case 'Fn::Sub':
      return typeof argument === 'string' ? substitute(argument, pseudo) : undefined;
    default:
      return undefined;
  }
}

function substitute(text: string, pseudo: PseudoParameters): string | undefined {
  const substituted = text.replace(/\$\{(AWS::\w+)\}/g, (whole, name: keyof PseudoParameters) => pseudo[name] ?? whole);
  return substituted.includes('${') ? undefined : substituted;
}

const all = (parts: readonly (string | undefined)[]): string[] | undefined =>
  parts.every((part) => part !== undefined) ? parts as string[] : undefined;
