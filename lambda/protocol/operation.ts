import { Clock } from '../clock';
import { Ecr } from '../ecr/ecr';
import { Log } from '../log';
import { declarationKey } from './record';

/** Whose declaration it is, and the tag by which the provider's role may still write to a repository that left the template. */
export interface Owner {
  readonly stackId: string;
  readonly logicalId: string;
  readonly mark: { readonly key: string; readonly value: string };
}

/** What the protocol works with: one repository, and the owner of the declaration there that it is about. */
export interface Context {
  readonly ecr: Ecr;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
}

/** The key of the owner's declaration. */
export const keyOf = ({ mark, stackId, logicalId }: Owner): string => declarationKey(mark.key, stackId, logicalId);

export const stackNameOf = ({ stackId }: Owner): string => /:stack\/([A-Za-z0-9-]{1,128})\//.exec(stackId)?.[1] ?? 'another-stack';
