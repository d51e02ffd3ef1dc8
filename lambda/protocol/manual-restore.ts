import { Operation, keyOf } from './operation';
import { isOwnedBy, keysOf, newest, originalOf, readRecord, writeDeclaration } from './record';
import { Settings } from '../../src/shared/settings';
import { Tags } from '../ecr/ecr';
import { Repository } from '../ecr/repository';

export interface Unreleased {
  readonly repository: Repository;
  /** The repository's tags. Absent where they could not be read. */
  readonly tags?: Tags;
  /** What the physical id and the properties of the resource say. */
  readonly original?: Settings;
  readonly ownSettings?: Settings;
}

/**
 * The AWS CLI's commands that do what a delete could not: restore the effective settings, then remove the declaration. Where the tags could
 * not be read, other declarations are unknown, and the person has to look.
 */
export function restoreCommands({ declaration }: Pick<Operation, 'declaration'>, { repository, tags, original, ownSettings }: Unreleased): string {
  const key = keyOf(declaration);
  const { declarations } = readRecord(tags ?? new Map());
  const others = declarations.filter((other) => other.key !== key);
  const effective = newest(others)?.declared.settings ?? original ?? originalOf(declarations, key);
  const isTagNeeded = others.some((other) => isOwnedBy(other, declaration.ownershipTag.key));
  const own = tags ? keysOf(key, tags) : recordKeys(key, { original, ownSettings });
  const keys = [...own, ...isTagNeeded ? [] : [declaration.ownershipTag.key]];
  return [...effective ? [putCommand(repository, effective)] : [], ...keys.length > 0 ? [untagCommand(repository, keys)] : []].join(' && ');
}

/** The keys that a record of these settings has. To remove a tag that is not there does no harm. */
function recordKeys(key: string, { original, ownSettings = { mutability: 'MUTABLE', filters: [] } }: Pick<Unreleased, 'original' | 'ownSettings'>): string[] {
  const declared = { precedence: { sequence: 1, revision: 0 }, stackName: 'x'.repeat(128), since: 0, token: '0'.repeat(12), settings: ownSettings };
  return [...writeDeclaration({ key, declared, original }).keys()];
}

function putCommand({ region, registryId, name }: Repository, { mutability, filters }: Settings): string {
  const exclusions = filters.map((filter) => ` filterType=WILDCARD,filter='${filter}'`).join('');
  return `aws ecr put-image-tag-mutability --region ${region} --registry-id ${registryId} --repository-name ${name} --image-tag-mutability ${mutability}${
    exclusions && ` --image-tag-mutability-exclusion-filters${exclusions}`}`;
}

function untagCommand({ region, arn }: Repository, keys: readonly string[]): string {
  return `aws ecr untag-resource --region ${region} --resource-arn ${arn} --tag-keys ${keys.join(' ')}`;
}
