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

/** A declaration of which only the record is known, such as one of a stack that is gone. It can be released, but not declared. */
export interface RecordedDeclarationId {
  /** The tag key that its own tags start with. */
  readonly key: string;
  readonly ownershipTag: OwnershipTag;
}

export interface OwnershipTag {
  readonly key: string;
  readonly value: string;
}

/** The work on one declaration of one repository. */
export interface Operation<Id = DeclarationId> {
  readonly ecr: Ecr;
  readonly clock: Clock;
  readonly log: Log;
  readonly declaration: Id;
}

/** What needs to know no more of a declaration than where its record is. */
export type ReleaseOperation = Operation<DeclarationId | RecordedDeclarationId>;

/** The tag key that the declaration's own tags start with. */
export const keyOf = (id: DeclarationId | RecordedDeclarationId): string =>
  'key' in id ? id.key : declarationKey(id.ownershipTag.key, id.stackId, id.logicalId);

export const stackNameIn = (stackId: string): string => /:stack\/([A-Za-z0-9-]{1,128})\//.exec(stackId)?.[1] ?? 'another-stack';

export const stackNameOf = ({ stackId }: DeclarationId): string => stackNameIn(stackId);

export const ownershipTagsOf = ({ ownershipTag: { key, value } }: DeclarationId): Tags => new Map([[key, value]]);
