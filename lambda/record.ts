import { createHash } from 'node:crypto';
import { Tags } from './ecr';
import { TAG_PREFIX } from '../src/shared/contract';
import { Settings, isMutability, areValidSettings } from '../src/shared/settings';

/**
 * The record of declarations, as it stands in a repository's tags. It is a wire format between versions of this library in
 * different stacks. Each declaration has two texts, in tags that only its own resource writes:
 *
 *   <prefix><mark>:<owner>:declared   1 1/1 3.0 by my-stack since 2026-01-02T03:04:05.000Z IMMUTABLE_WITH_EXCLUSION latest dev-@
 *   <prefix><mark>:<owner>:original   1 1/1 MUTABLE
 *
 * Without the first one it has no say any more, but others can still learn the original from it: so it stands while it is released.
 *
 * `1` is the version of the format, `1/1` the part of the text (further parts are in `…:declared.2` and so on), `@` stands for the
 * `*` that a tag cannot hold.
 */
export interface Declaration {
  /** The tag key that both texts' keys start with. */
  readonly key: string;
  /** Absent while it is released, or where others removed or damaged that text: such a declaration has no say. */
  readonly declared?: Declared;
  /** The settings before the first declaration; absent where they are unknown: then nothing is ever restored. */
  readonly original?: Settings;
}

/** A declaration whose text could be read. */
export type DeclaredDeclaration = Declaration & { readonly declared: Declared };

export interface Declared {
  readonly place: Place;
  /** Named in the log of the stacks that it overrules. */
  readonly stackName: string;
  /** When it was recorded, in ms. */
  readonly since: number;
  readonly settings: Settings;
}

/** What is declared later comes later. `rename` counts the constructs that took over from each other within one stack. */
export interface Place {
  readonly order: number;
  readonly rename: number;
}

export interface RepositoryRecord {
  readonly declarations: readonly Declaration[];
  /** Keys that start as this library's do, with a value that it did not write. */
  readonly damaged: readonly string[];
}

const VERSION = 1;
const MAX_VALUE = 256;
const PART = /^1 ([1-9]\d?)\/([1-9]\d?) (.+)$/;
const DECLARED = /^(\d{1,9})\.(\d{1,9}) by ([A-Za-z0-9-]{1,128}) since (\S{24}) (.+)$/;
/** The highest number that can be read back. Nobody declares that often: only an edited tag comes near it. */
const HIGHEST = 999_999_999;
const KEY = /^([0-9a-f]{12}:([0-9a-f]{12})-[0-9a-f]{12}):(declared|original)(?:\.\d{1,2})?$/;
const UNKNOWN = 'unknown';

export const isOurs = (key: string): boolean => key.startsWith(TAG_PREFIX);
const isMark = (key: string): boolean => key.startsWith(`${TAG_PREFIX}stack:`);

/** Tags of a version to come: what they mean is unknown, so that nothing may be touched. */
export class NewerRecordError extends Error {
  constructor(key: string, version: number, readonly tags: Tags) {
    super(`The repository's tag ${key} is of format ${version}, written by a newer version of cdk-ecr-tag-mutability; this one reads format ${VERSION}. Update cdk-ecr-tag-mutability in this stack's app and deploy again.`);
  }
}

/** The mark's key ends with the hash that the keys of its stack's declarations start with. */
export function declarationKey(markKey: string, stackId: string, logicalId: string): string {
  return `${TAG_PREFIX}${markHash(markKey)}:${hash(stackId)}-${hash(logicalId)}`;
}

export const hasMark = (declaration: Declaration, markKey: string): boolean =>
  declaration.key.startsWith(`${TAG_PREFIX}${markHash(markKey)}:`);

/** Whether two declarations are of one stack: its id's hash is the middle of the key. */
export const sameStack = (a: Declaration, b: { readonly key: string }): boolean => stackOf(a.key) === stackOf(b.key);

const markHash = (markKey: string): string => markKey.slice(markKey.lastIndexOf(':') + 1);
const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);
const stackOf = (key: string): string => KEY.exec(`${key.slice(TAG_PREFIX.length)}:declared`)?.[2] ?? key;

/** The keys of a declaration, or of one of its texts, as they are in these tags. */
export function keysOf(key: string, tags: Tags, text: '' | 'declared' = ''): string[] {
  return [...tags.keys()].filter((candidate) => candidate.startsWith(`${key}:${text}`));
}

export function readRecord(tags: Tags): RepositoryRecord {
  const keys = new Set<string>();
  const damaged: string[] = [];
  for (const [tagKey, value] of tags) {
    if (!isOurs(tagKey) || isMark(tagKey)) {
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
    const originalText = join(tags, `${key}:original`);
    const original = parseSettings(originalText);
    if (!declared && keysOf(key, tags, 'declared').length > 0) {
      damaged.push(`${key}:declared`);
    }
    if (!original && originalText !== UNKNOWN) {
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
    ...split(`${key}:declared`, declaredText(declared)),
    ...split(`${key}:original`, original ? settingsText(original) : UNKNOWN),
  ]);
}

/** The declaration that has the say. */
export function newest(declarations: readonly Declaration[]): DeclaredDeclaration | undefined {
  return declarations
    .filter((declaration): declaration is DeclaredDeclaration => declaration.declared !== undefined)
    .reduce<DeclaredDeclaration | undefined>(
      (last, next) => last && isAbove(last, next) ? last : next, undefined);
}

/** Two stacks that declared at the same moment share an order: their keys decide, for each reader alike. */
function isAbove(a: DeclaredDeclaration, b: DeclaredDeclaration): boolean {
  const { order, rename } = a.declared.place;
  const other = b.declared.place;
  if (order !== other.order) {
    return order > other.order;
  }
  if (sameStack(a, b) && rename !== other.rename) {
    return rename > other.rename;
  }
  return sameStack(a, b) ? a.key > b.key : stackOf(a.key) > stackOf(b.key);
}

/** A new declaration is the newest, save where its stack has another one here: that is a rename, and takes over its place. */
export function placeFor(key: string, declarations: readonly Declaration[]): Place {
  const others = declarations.filter((other) => other.key !== key && other.declared);
  const places = (list: readonly Declaration[]) => list.map(({ declared }) => declared!.place);
  const renamed = places(others.filter((other) => sameStack(other, { key })))
    .reduce<Place | undefined>((top, place) =>
      top && (top.order > place.order || (top.order === place.order && top.rename > place.rename)) ? top : place, undefined);
  return renamed
    ? { order: renamed.order, rename: Math.min(renamed.rename + 1, HIGHEST) }
    : { order: Math.min(Math.max(0, ...places(others).map(({ order }) => order)) + 1, HIGHEST), rename: 0 };
}

/** The original is one and the same for all: any copy will do where the own one is lost. */
export function originalOf(declarations: readonly Declaration[], key: string): Settings | undefined {
  return declarations.find((declaration) => declaration.key === key)?.original
    ?? declarations.find(({ original }) => original)?.original;
}

function declaredText({ place, stackName, since, settings }: Declared): string {
  return `${place.order}.${place.rename} by ${stackName} since ${new Date(since).toISOString()} ${settingsText(settings)}`;
}

function parseDeclared(text: string | undefined): Declared | undefined {
  const [, order, rename, stackName, time, rest] = DECLARED.exec(text ?? '') ?? [];
  const settings = parseSettings(rest);
  const place = { order: Number(order), rename: Number(rename) };
  const since = Date.parse(time ?? '');
  if (!stackName || !settings || Number.isNaN(since)) {
    return undefined;
  }
  return { place, stackName, since, settings };
}

function settingsText({ mutability, filters }: Settings): string {
  return [mutability, ...filters.map((filter) => filter.replaceAll('*', '@'))].join(' ');
}

/** Checked like input: a record may have been edited, and what ECR's rules refuse must not be put. */
function parseSettings(text: string | undefined): Settings | undefined {
  const [mutability, ...words] = (text ?? '').split(' ');
  const filters = words.map((word) => word.replaceAll('@', '*'));
  return isMutability(mutability) && areValidSettings({ mutability, filters }) ? { mutability, filters } : undefined;
}

/** Whole words to a part: a value that starts or ends with a space would not come back as it was written. */
function split(key: string, text: string): [string, string][] {
  const parts: string[] = [];
  const room = MAX_VALUE - `${VERSION} 99/99 `.length;
  for (const word of text.split(' ')) {
    const longer = `${parts.at(-1)} ${word}`;
    if (parts.length > 0 && longer.length <= room) {
      parts[parts.length - 1] = longer;
    } else {
      parts.push(word);
    }
  }
  return parts.map((part, index) => [partKey(key, index + 1), `${VERSION} ${index + 1}/${parts.length} ${part}`]);
}

/** The text of all parts; nothing where one is missing or does not belong to the others. Parts beyond the last are left-overs. */
function join(tags: Tags, key: string): string | undefined {
  const parts: string[] = [];
  for (let part = 1, last = 1; part <= last; part++) {
    const [, number, count, text] = PART.exec(tags.get(partKey(key, part)) ?? '') ?? [];
    if (!text || Number(number) !== part || (part > 1 && Number(count) !== last)) {
      return undefined;
    }
    last = Number(count);
    parts.push(text);
  }
  return parts.join(' ');
}

const partKey = (key: string, part: number): string => part === 1 ? key : `${key}.${part}`;
