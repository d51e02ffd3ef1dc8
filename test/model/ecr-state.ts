import { Resource, ownershipTagKeyOf, stackIdOf } from './resources';
import { Tags } from '../../lambda/ecr/ecr';
import { DeclaredDeclaration, declarationKey, readRecord, writeDeclaration } from '../../lambda/protocol/record';
import { TAG_PREFIX } from '../../src/shared/contract';
import { Settings } from '../../src/shared/settings';

/** A call of ECR, as data: one step of a schedule. */
export type EcrCall =
  | { readonly method: 'readSettings' | 'readTags' }
  | { readonly method: 'putSettings'; readonly settings: Settings }
  | { readonly method: 'tag'; readonly tags: Tags }
  | { readonly method: 'untag'; readonly keys: readonly string[] };

/** Repository states, one object for each: so they are compared by identity. */
export class EcrStates {
  private readonly byText = new Map<string, EcrState>();

  of(settings: Settings, tags: Tags = new Map()): EcrState {
    const text = JSON.stringify([settings.mutability, [...settings.filters].sort(), [...tags].sort()]);
    let state = this.byText.get(text);
    if (!state) {
      state = new EcrState(this, this.byText.size, settings, tags);
      this.byText.set(text, state);
    }
    return state;
  }
}

/** One repository of ECR at one time. Immutable. */
export class EcrState {
  constructor(private readonly states: EcrStates, readonly id: number, readonly settings: Settings, readonly tags: Tags) {}

  /** The keys of the library's tags. */
  isRecorded({ stack, logicalId, provider }: Resource): boolean {
    const key = declarationKey(ownershipTagKeyOf({ stack, logicalId, provider }), stackIdOf(stack), logicalId);
    return this.libraryTagKeys.some((tagKey) => tagKey.startsWith(`${key}:`));
  }

  get libraryTagKeys(): string[] {
    return [...this.tags.keys()].filter((key) => key.startsWith(TAG_PREFIX));
  }

  /** Whether the library's tags are the record of so many declarations, with these ownership tags, and nothing else. */
  isRecordOf(count: number, ownershipTagKeys: ReadonlySet<string>): boolean {
    const { declarations, damaged } = readRecord(this.tags);
    const whole = declarations.filter((declaration): declaration is DeclaredDeclaration => declaration.declared !== undefined);
    const keys = [...ownershipTagKeys, ...whole.flatMap((declaration) => [...writeDeclaration(declaration).keys()])];
    return damaged.length === 0 && whole.length === count && JSON.stringify(keys.sort()) === JSON.stringify(this.libraryTagKeys.sort());
  }

  /** The state after a call. A read changes nothing. */
  after(call: EcrCall): EcrState {
    switch (call.method) {
      case 'putSettings': return this.states.of(call.settings, this.tags);
      case 'tag': return this.states.of(this.settings, new Map([...this.tags, ...call.tags]));
      case 'untag': return this.states.of(this.settings, new Map([...this.tags].filter(([key]) => !call.keys.includes(key))));
      default: return this;
    }
  }
}

export const isWrite = ({ method }: EcrCall): boolean => method !== 'readSettings' && method !== 'readTags';

/** The keys of the tags that a call names. */
export function keysOf(call: EcrCall): readonly string[] {
  return 'tags' in call ? [...call.tags.keys()] : 'keys' in call ? call.keys : [];
}

/** Whether the calls of two invocations have the same effects and responses in either order. */
export function areIndependent(a: EcrCall, b: EcrCall): boolean {
  const isOnSettings = ({ method }: EcrCall) => method === 'readSettings' || method === 'putSettings';
  if (isOnSettings(a) !== isOnSettings(b) || (!isWrite(a) && !isWrite(b))) {
    return true;
  }
  return isWrite(a) && isWrite(b) && !isOnSettings(a) && !keysOf(a).some((key) => keysOf(b).includes(key));
}
