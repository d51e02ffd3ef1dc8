import { CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ImageTagMutabilityExclusionFilter, Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import type { Settings } from './emulators/ecr';
import { LOCKED } from './settings';
import { ImageTagMutability } from '../src';

/** What a template declares for one repository. */
export interface Declaration {
  /** @default 'Tags' */
  readonly id?: string;
  readonly repository: string;
  readonly region?: string;
  readonly settings: Settings;
  readonly removalPolicy?: RemovalPolicy;
  /** CloudFormation comes to it when it is done with all that the template names before. */
  readonly last?: boolean;
}

/** A sibling that makes the stack's operation fail when everything else has succeeded. */
export const FAILING_SIBLING: Declaration = { id: 'Failing', repository: 'team-x/missing', settings: LOCKED, last: true };

/** @param serviceTimeout after how many seconds CloudFormation gives up on a function that does not answer */
export function declare(stack: Stack, declarations: readonly Declaration[], serviceTimeout?: number): void {
  const earlier: ImageTagMutability[] = [];
  for (const declaration of declarations) {
    const { id = 'Tags', settings, removalPolicy, last } = declaration;
    const construct = new ImageTagMutability(stack, id, {
      repository: imported(stack, id, declaration),
      imageTagMutability: settings.imageTagMutability as TagMutability,
      imageTagMutabilityExclusionFilters: settings.filters.length > 0
        ? settings.filters.map((filter) => ImageTagMutabilityExclusionFilter.wildcard(filter))
        : undefined,
      removalPolicy,
    });
    if (last) construct.node.addDependency(...earlier);
    if (serviceTimeout !== undefined) {
      (construct.node.findChild('Resource').node.defaultChild as CfnResource).addPropertyOverride('ServiceTimeout', serviceTimeout);
    }
    earlier.push(construct);
  }
}

function imported(stack: Stack, id: string, { repository, region }: Declaration) {
  return region
    ? Repository.fromRepositoryArn(stack, `${id}Repository`, `arn:aws:ecr:${region}:${stack.account}:repository/${repository}`)
    : Repository.fromRepositoryName(stack, `${id}Repository`, repository);
}
