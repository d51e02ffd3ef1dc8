import { OwnershipTag, RecordedDeclarationId } from '../../lambda/protocol/operation';
import { Declaration, declarationKey, isOfSameStack, isOwnedBy, newest, originalOf } from '../../lambda/protocol/record';
import { TAG_PREFIX } from '../../src/shared/contract';
import { Settings } from '../../src/shared/settings';
import type { RepositoryStatus } from '../status/repository-status';

/** A recorded declaration of a repository that may be released. */
export interface Candidate {
  readonly status: RepositoryStatus;
  readonly declaration: Declaration;
  readonly id: RecordedDeclarationId;
  readonly stack: RecordedStack;
}

/** What the record tells of the declaring stack. */
export interface RecordedStack {
  /** Absent where the declaration is being released by a stack that is not its provider's. */
  readonly name?: string;
  /** Known where the stack is its provider's, as that of a rule is. */
  readonly id?: string;
  /** Known where the ownership tag is there. A stack has its provider in its own region. */
  readonly region?: string;
}

/** The declarations of a repository, of one stack or of all. */
export function candidatesOf(status: RepositoryStatus, stack: string | undefined): Candidate[] {
  return status.declarations
    .map((declaration) => {
      const id = idOf(declaration, status);
      return { status, declaration, id, stack: stackOf(declaration, id.ownershipTag) };
    })
    .filter(({ stack: { name } }) => stack === undefined || name === stack);
}

/** The region and name of a stack's ARN. */
const STACK_ARN = /^arn:[^:]+:cloudformation:([^:]+):\d{12}:stack\/([^/]+)\//;

function stackOf(declaration: Declaration, ownershipTag: OwnershipTag): RecordedStack {
  const [, region, providersName] = STACK_ARN.exec(ownershipTag.value) ?? [];
  const isProviders = isOfSameStack(declaration, { key: declarationKey(ownershipTag.key, ownershipTag.value, '') });
  const name = declaration.declared?.stackName ?? (isProviders ? providersName : undefined);
  return { region, name, id: isProviders ? ownershipTag.value : undefined };
}

/** The ownership tag is the provider's. Its key ends with the hash that the declaration's key starts with. */
function idOf(declaration: Declaration, { tags }: RepositoryStatus): RecordedDeclarationId {
  const [hash] = declaration.key.slice(TAG_PREFIX.length).split(':');
  const key = [...tags.keys()].find((each) => each.startsWith(`${TAG_PREFIX}stack:`) && isOwnedBy(declaration, each)) ?? `${TAG_PREFIX}stack:${hash}`;
  return { key: declaration.key, ownershipTag: { key, value: tags.get(key) ?? '' } };
}

/** Whether a declaration that stays needs the same ownership tag. */
export const sharesOwnershipTag = ({ status, declaration, id }: Candidate): boolean =>
  status.declarations.some((other) => other !== declaration && isOwnedBy(other, id.ownershipTag.key));

/** What the repository has without these declarations. Nothing where that is not known: then it stays as it is. */
export function settingsWithout(released: readonly Candidate[], { declarations }: RepositoryStatus): Settings | undefined {
  const keys = released.map(({ declaration }) => declaration.key);
  const left = declarations.filter(({ key }) => !keys.includes(key));
  return newest(left)?.declared.settings ?? originalOf(declarations, keys[0] ?? '');
}
