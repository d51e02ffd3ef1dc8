import { createHash } from 'node:crypto';
import { TAG_PREFIX } from '../../src/shared/contract';
import { Settings } from '../../src/shared/settings';
import { Tags } from '../ecr/ecr';
import { parseSettings, renderSettings } from '../settings-string';

/**
 * The record of declarations in a repository's tags. It is a wire format between versions of this library in different stacks. Each
 * declaration has two strings, in tags that only its own resource writes:
 *
 *   <prefix><ownership>:<declaration>:declared   1 1/1 3.0 by my-stack since 2026-01-02T03:04:05.000Z id 0123456789ab IMMUTABLE_WITH_EXCLUSION latest dev-@
 *   <prefix><ownership>:<declaration>:original   1 1/1 MUTABLE
 *
 * `1` is the version of the format and `1/1` the part of the string; further parts are in `…:declared.2` and so on. `3.0` is the precedence,
 * `id` the token of the physical id. `@` stands for `*`, which a tag cannot hold. A rule's precedence is the time of its creation:
 *
 *   <prefix><ownership>:<declaration>:declared   1 1/1 rule of 2026-01-01T00:00:00.000Z by my-stack since 2026-01-02T03:04:05.000Z id …
 *
 * A release removes `:declared` first. The declaration has no precedence from then on, but others can still read the original.
 */
export interface Declaration {
  /** The tag key that the keys of both strings start with. */
  readonly key: string;
  /** Absent while the declaration is released, and where others removed or damaged it. */
  readonly declared?: Declared;
  /** The settings from before the first declaration. Absent where they are unknown: then nothing is ever restored. */
  readonly original?: Settings;
}

/** A declaration whose `:declared` could be read. */
export type DeclaredDeclaration = Declaration & { readonly declared: Declared };

export interface Declared {
  readonly precedence: Precedence;
  /** Named in the log of the stacks that it supersedes. */
  readonly stackName: string;
  /** When it was recorded, in ms. */
  readonly since: number;
  /** The token of the resource's physical id. */
  readonly token: string;
  readonly settings: Settings;
}

export type Precedence = SinglePrecedence | RulePrecedence;

/**
 * Of an `ImageTagMutability`. The one with the highest sequence holds. `revision` counts the constructs of one stack that took over from
 * each other.
 */
export interface SinglePrecedence {
  readonly sequence: number;
  readonly revision: number;
}

/** Of a `RegistryImageTagMutability`, a rule. Every `ImageTagMutability` holds over it, and every rule that was created later. */
export interface RulePrecedence {
  /** When the rule was created, in ms. It is the same on all repositories, also on those that the rule finds later. */
  readonly ruleCreated: number;
}

export interface RepositoryRecord {
  readonly declarations: readonly Declaration[];
  /** Keys of this library whose values it cannot have written. */
  readonly damaged: readonly string[];
}

const VERSION = 1;
const MAX_VALUE = 256;
const PART = /^1 ([1-9]\d?)\/([1-9]\d?) (.+)$/;
const DECLARED = /^(?:(\d{1,9})\.(\d{1,9})|rule of (\S{24})) by ([A-Za-z0-9-]{1,128}) since (\S{24}) id ([0-9a-f]{12}) (.+)$/;
/** The highest number that `DECLARED` can read. Only an edited tag comes near it. */
const HIGHEST = 999_999_999;
const KEY = /^([0-9a-f]{12}:([0-9a-f]{12})-[0-9a-f]{12}):(declared|original)(?:\.\d{1,2})?$/;
const UNKNOWN = 'unknown';

const isOurs = (key: string): boolean => key.startsWith(TAG_PREFIX);
const isOwnershipTag = (key: string): boolean => key.startsWith(`${TAG_PREFIX}stack:`);

/** Thrown for tags of a newer format. What they mean is unknown, so nothing may be touched. */
export class NewerRecordError extends Error {
  constructor(key: string, version: number, readonly tags: Tags) {
    super(`The repository's tag ${key} is of format ${version}, written by a newer version of cdk-ecr-tag-mutability; this one reads format ${VERSION}. Update cdk-ecr-tag-mutability in this stack's app and deploy again.`);
  }
}

/** An ownership tag's key ends with the hash that the keys of its declarations start with. */
export function declarationKey(ownershipTagKey: string, stackId: string, logicalId: string): string {
  return `${TAG_PREFIX}${ownershipHash(ownershipTagKey)}:${hash(stackId)}-${hash(logicalId)}`;
}

export const isOwnedBy = (declaration: Declaration, ownershipTagKey: string): boolean =>
  declaration.key.startsWith(`${TAG_PREFIX}${ownershipHash(ownershipTagKey)}:`);

/** Whether two declarations are of one stack: its id's hash is the middle of the key. */
export const isOfSameStack = (a: Declaration, b: { readonly key: string }): boolean => stackOf(a.key) === stackOf(b.key);

const ownershipHash = (ownershipTagKey: string): string => ownershipTagKey.slice(ownershipTagKey.lastIndexOf(':') + 1);
const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);
const stackOf = (key: string): string => KEY.exec(`${key.slice(TAG_PREFIX.length)}:declared`)?.[2] ?? key;

/** The keys of a declaration, or of one of its strings, that are among these tags. */
export function keysOf(key: string, tags: Tags, part: '' | 'declared' = ''): string[] {
  return [...tags.keys()].filter((candidate) => candidate.startsWith(`${key}:${part}`));
}

export function readRecord(tags: Tags): RepositoryRecord {
  const keys = new Set<string>();
  const damaged: string[] = [];
  for (const [tagKey, value] of tags) {
    if (!isOurs(tagKey) || isOwnershipTag(tagKey)) {
      continue;
    }
    const version = Number(/^(\d{1,9}) /.exec(value)?.[1] ?? VERSION);
    if (version > VERSION) {
      throw new NewerRecordError(tagKey, version, tags);
    }
    const key = KEY.exec(tagKey.slice(TAG_PREFIX.length))?.[1];
    if (key === undefined) {
      damaged.push(tagKey);
    } else {
      keys.add(`${TAG_PREFIX}${key}`);
    }
  }
  const declarations = [...keys].map((key): Declaration => {
    const declared = parseDeclared(join(tags, `${key}:declared`));
    const originalString = join(tags, `${key}:original`);
    const original = parseTagSettings(originalString);
    if (!declared && keysOf(key, tags, 'declared').length > 0) {
      damaged.push(`${key}:declared`);
    }
    if (!original && originalString !== UNKNOWN) {
      damaged.push(`${key}:original`);
    }
    return { key, declared, original };
  });
  return { declarations, damaged };
}

export const declarationOf = (key: string, { declarations }: RepositoryRecord): Declaration | undefined =>
  declarations.find((declaration) => declaration.key === key);

export function writeDeclaration({ key, declared, original }: DeclaredDeclaration): Tags {
  return new Map([
    ...split(`${key}:declared`, renderDeclared(declared)),
    ...split(`${key}:original`, original ? renderTagSettings(original) : UNKNOWN),
  ]);
}

/** The declaration that holds. */
export function newest(declarations: readonly Declaration[]): DeclaredDeclaration | undefined {
  return declarations.filter(isDeclared).sort(byPrecedence).at(-1);
}

const isDeclared = (declaration: Declaration): declaration is DeclaredDeclaration => declaration.declared !== undefined;

/**
 * Lowest first: rules, then single declarations. Stacks that declared at the same moment share a sequence: the hashes of their ids decide, so
 * that every reader decides alike. Revisions are compared within a stack only.
 */
function byPrecedence(a: DeclaredDeclaration, b: DeclaredDeclaration): number {
  const [mine, other] = [a.declared.precedence, b.declared.precedence];
  if (isOfRule(mine) || isOfRule(other)) {
    return isOfRule(mine) && isOfRule(other)
      ? mine.ruleCreated - other.ruleCreated || compare(a.key, b.key)
      : isOfRule(mine) ? -1 : 1;
  }
  return mine.sequence - other.sequence
    || compare(stackOf(a.key), stackOf(b.key))
    || mine.revision - other.revision
    || compare(a.key, b.key);
}

const isOfRule = (precedence: Precedence): precedence is RulePrecedence => 'ruleCreated' in precedence;

type SingleDeclaration = Declaration & { readonly declared: Declared & { readonly precedence: SinglePrecedence } };

const isSingle = (declaration: Declaration): declaration is SingleDeclaration =>
  declaration.declared !== undefined && !isOfRule(declaration.declared.precedence);

const compare = (a: string, b: string): number => a < b ? -1 : Number(a > b);

/**
 * The precedence of a single declaration that is recorded anew: the newest. Where the stack has another one of the repository, a rename is
 * under way, since a template holds one for each repository. Then it is the place just above that other one. Rules do not count.
 */
export function precedenceFor(key: string, declarations: readonly Declaration[]): SinglePrecedence {
  const others = declarations.filter(isSingle).filter((other) => other.key !== key);
  const renamed = others.filter((other) => isOfSameStack(other, { key })).sort(byPrecedence).at(-1)?.declared.precedence;
  return renamed
    ? { sequence: renamed.sequence, revision: Math.min(renamed.revision + 1, HIGHEST) }
    : { sequence: Math.min(Math.max(0, ...others.map(({ declared }) => declared.precedence.sequence)) + 1, HIGHEST), revision: 0 };
}

/** All declarations have the same original, so another one's copy serves where the own copy is lost. */
export function originalOf(declarations: readonly Declaration[], key: string): Settings | undefined {
  return declarations.find((declaration) => declaration.key === key)?.original
    ?? declarations.find(({ original }) => original)?.original;
}

function renderDeclared({ precedence, stackName, since, token, settings }: Declared): string {
  return `${renderPrecedence(precedence)} by ${stackName} since ${renderTime(since)} id ${token} ${renderTagSettings(settings)}`;
}

function renderPrecedence(precedence: Precedence): string {
  return isOfRule(precedence) ? `rule of ${renderTime(precedence.ruleCreated)}` : `${precedence.sequence}.${precedence.revision}`;
}

const renderTime = (ms: number): string => new Date(ms).toISOString();

function parseDeclared(value: string | undefined): Declared | undefined {
  const [, sequence, revision, created, stackName, time, token, rest] = DECLARED.exec(value ?? '') ?? [];
  const precedence = created === undefined ? { sequence: Number(sequence), revision: Number(revision) } : { ruleCreated: Date.parse(created) };
  const settings = parseTagSettings(rest);
  const since = Date.parse(time ?? '');
  if (!stackName || !token || !settings || Number.isNaN(since) || (isOfRule(precedence) && Number.isNaN(precedence.ruleCreated))) {
    return undefined;
  }
  return { precedence, stackName, since, token, settings };
}

const renderTagSettings = (settings: Settings): string => renderSettings(settings).replaceAll('*', '@');

/** Checked like input: others may have edited the record, and what ECR's rules refuse must not be put. */
const parseTagSettings = (value: string | undefined): Settings | undefined => parseSettings(value?.replaceAll('@', '*'));

/** Splits between words, since ECR does not keep a space at the start or end of a value. */
function split(key: string, value: string): [string, string][] {
  const parts: string[] = [];
  const room = MAX_VALUE - `${VERSION} 99/99 `.length;
  for (const word of value.split(' ')) {
    const longer = `${parts.at(-1)} ${word}`;
    if (parts.length > 0 && longer.length <= room) {
      parts[parts.length - 1] = longer;
    } else {
      parts.push(word);
    }
  }
  return parts.map((part, index) => [partKey(key, index + 1), `${VERSION} ${index + 1}/${parts.length} ${part}`]);
}

/** Joins all parts. Nothing where a part is missing or does not belong to the others. Parts beyond the last are left over. */
function join(tags: Tags, key: string): string | undefined {
  const parts: string[] = [];
  for (let part = 1, last = 1; part <= last; part++) {
    const [, number, count, words] = PART.exec(tags.get(partKey(key, part)) ?? '') ?? [];
    if (!words || Number(number) !== part || (part > 1 && Number(count) !== last)) {
      return undefined;
    }
    last = Number(count);
    parts.push(words);
  }
  return parts.join(' ');
}

const partKey = (key: string, part: number): string => part === 1 ? key : `${key}.${part}`;
