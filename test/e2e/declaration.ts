import { CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ImageTagMutabilityExclusionFilter, Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import { CfnPolicy, Policy } from 'aws-cdk-lib/aws-iam';
import { LOCKED } from './settings';
import { ImageTagMutability, ImageTagMutabilityProvider } from '../../src';
import type { Settings } from '../support/emulators/ecr';

/** What a template declares for one repository. */
export interface Declaration {
  /** @default 'Tags' */
  readonly id?: string;
  readonly repository: string;
  readonly region?: string;
  readonly settings: Settings;
  readonly removalPolicy?: RemovalPolicy;
  readonly failIfSuperseded?: boolean;
  /** The id of a provider of its own. @default - the stack's */
  readonly provider?: string;
  /** CloudFormation comes to it when it is done with all that the template names before. */
  readonly last?: boolean;
}

/** A sibling that makes the stack's operation fail when everything else has succeeded. */
export const FAILING_SIBLING: Declaration = { id: 'Failing', repository: 'team-x/missing', settings: LOCKED, last: true };

export interface DeclareOptions {
  /**
   * After how many seconds CloudFormation gives up on a function that does not answer.
   * @default - as the library sets it
   */
  readonly serviceTimeout?: number;
  /**
   * After how many seconds Lambda ends the function, which a delete spends on its tries.
   * @default - as the library sets it
   */
  readonly functionTimeout?: number;
  /** The Sid of a statement that the role is not given. */
  readonly withoutStatement?: string;
  /** More repositories that the role may change, as if the template declared them: for events that a test makes itself. */
  readonly alsoAllowed?: readonly string[];
}

/** @returns the logical ids of the declarations */
export function declare(stack: Stack, declarations: readonly Declaration[], options: DeclareOptions = {}): string[] {
  const { serviceTimeout, functionTimeout, withoutStatement, alsoAllowed = [] } = options;
  const earlier: ImageTagMutability[] = [];
  for (const declaration of declarations) {
    const { id = 'Tags', settings, removalPolicy, failIfSuperseded, provider, last } = declaration;
    const construct = new ImageTagMutability(stack, id, {
      repository: imported(stack, id, declaration),
      imageTagMutability: settings.imageTagMutability as TagMutability,
      imageTagMutabilityExclusionFilters: settings.filters.length > 0
        ? settings.filters.map((filter) => ImageTagMutabilityExclusionFilter.wildcard(filter))
        : undefined,
      removalPolicy,
      failIfSuperseded,
      provider: provider === undefined ? undefined : new ImageTagMutabilityProvider(stack, provider),
    });
    if (last) construct.node.addDependency(...earlier);
    if (serviceTimeout !== undefined) resourceOf(construct).addPropertyOverride('ServiceTimeout', serviceTimeout);
    earlier.push(construct);
  }
  const provider = () => ImageTagMutabilityProvider.getOrCreate(stack);
  for (const repository of alsoAllowed) {
    const arn = `arn:aws:ecr:${stack.region}:${stack.account}:repository/${repository}`;
    provider()._allow(arn, arn, 'by hand');
  }
  if (withoutStatement !== undefined) {
    removeStatement(provider(), withoutStatement);
  }
  if (functionTimeout !== undefined) {
    const handler = provider().function.node.defaultChild as CfnResource;
    handler.addPropertyOverride('Timeout', functionTimeout);
  }
  return earlier.map((construct) => stack.getLogicalId(resourceOf(construct)));
}

const resourceOf = (construct: ImageTagMutability) => construct.node.defaultChild as CfnResource;

/** When all is declared, since each declaration is added to the policy. */
function removeStatement(provider: ImageTagMutabilityProvider, sid: string): void {
  const policy = provider.node.findChild('Policy') as Policy;
  const { Statement, ...document } = Stack.of(policy).resolve(policy.document) as { readonly Statement: readonly { readonly Sid: string }[] };
  (policy.node.defaultChild as CfnPolicy).policyDocument = { ...document, Statement: Statement.filter(({ Sid }) => Sid !== sid) };
}

function imported(stack: Stack, id: string, { repository, region }: Declaration) {
  return region
    ? Repository.fromRepositoryArn(stack, `${id}Repository`, `arn:aws:ecr:${region}:${stack.account}:repository/${repository}`)
    : Repository.fromRepositoryName(stack, `${id}Repository`, repository);
}
