import { declarationKey } from './record';
import { Clock } from '../clock';
import { Ecr, Tags } from '../ecr/ecr';
import { Log } from '../log';

/** Identifies a declaration: the resource that declares, and the ownership tag of its provider's stack. */
export interface DeclarationId {
  readonly stackId: string;
  readonly logicalId: string;
  /** The tag by which IAM lets the provider's role write to a repository that has left the template. */
  readonly ownershipTag: OwnershipTag;
}

export interface OwnershipTag {
  readonly key: string;
  readonly value: string;
}

/** The work on one declaration of one repository. */
export interface Operation {
  readonly ecr: Ecr;
  readonly clock: Clock;
  readonly log: Log;
  readonly declaration: DeclarationId;
}

/** The tag key that the declaration's own tags start with. */
export const keyOf = ({ ownershipTag, stackId, logicalId }: DeclarationId): string => declarationKey(ownershipTag.key, stackId, logicalId);

export const stackNameIn = (stackId: string): string => /:stack\/([A-Za-z0-9-]{1,128})\//.exec(stackId)?.[1] ?? 'another-stack';

export const stackNameOf = ({ stackId }: DeclarationId): string => stackNameIn(stackId);

export const ownershipTagsOf = ({ ownershipTag: { key, value } }: DeclarationId): Tags => new Map([[key, value]]);
