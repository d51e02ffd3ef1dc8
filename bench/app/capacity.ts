import { COUNTS } from './app';
import { Kind, KINDS } from './declarations';
import { bytesWritten, synthesize } from './synthesize';
import { deployed } from '../../test/support/constructs';

const MOST_RESOURCES = 500;
const MOST_TEMPLATE_BYTES = 1_000_000;
/** Of all inline policies of a role; of a managed policy; of managed policies on a role. IAM counts no white space. */
const MOST_INLINE = 10_240;
const MOST_MANAGED = 6_144;
const MOST_POLICIES = 10;

export interface Capacity {
  readonly kind: Kind;
  readonly repositories: number;
  /** What the next repository breaks. */
  readonly limit: string;
  /** The policies of the function's role, by the number of repositories. */
  readonly policies: ReadonlyMap<number, PolicySizes>;
}

/** How many repositories a stack takes before CloudFormation or IAM refuses it, by the template. */
export function capacities(): Capacity[] {
  return KINDS.map((kind) => {
    let [fits, breaks] = [1, MOST_RESOURCES + 1];
    while (breaks - fits > 1) {
      const middle = Math.floor((fits + breaks) / 2);
      if (refusal(kind, middle)) {
        breaks = middle;
      } else {
        fits = middle;
      }
    }
    return {
      kind,
      repositories: fits,
      limit: refusal(kind, breaks)!,
      policies: new Map(COUNTS.map((count) => [count, policySizes(synthesize(kind, count).template)])),
    };
  });
}

function refusal(kind: Kind, count: number): string | undefined {
  const { template } = synthesize(kind, count);
  const { inline, managed } = policySizes(template);
  return [
    [Object.keys(template.Resources).length > MOST_RESOURCES, `${MOST_RESOURCES} resources in a stack`],
    [inline > MOST_INLINE, `${MOST_INLINE} characters of inline policies on a role`],
    [managed.length > MOST_POLICIES || managed.some((size) => size > MOST_MANAGED), `${MOST_POLICIES} managed policies of ${MOST_MANAGED} characters on a role`],
    [bytesWritten(template) > MOST_TEMPLATE_BYTES, 'a template of 1 MB'],
  ].find(([broken]) => broken)?.[1] as string | undefined;
}

/** In characters as IAM counts them: of all inline policies together, and of each managed one. */
export interface PolicySizes {
  readonly inline: number;
  readonly managed: readonly number[];
}

function policySizes(template: { readonly Resources: object }): PolicySizes {
  const sizes = (type: string) => Object.values<any>(template.Resources).filter(({ Type }) => Type === type)
    .map(({ Properties }) => JSON.stringify(deployed(Properties.PolicyDocument)).length);
  return { inline: sum(sizes('AWS::IAM::Policy')), managed: sizes('AWS::IAM::ManagedPolicy') };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
