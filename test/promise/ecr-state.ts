import { Tags } from '../../lambda/ecr';
import { DeclaredDeclaration, readRecord, writeDeclaration } from '../../lambda/record';
import { TAG_PREFIX } from '../../src/contract';
import { Settings } from '../../src/settings';

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

  /** The keys that this library left. */
  get trace(): string[] {
    return [...this.tags.keys()].filter((key) => key.startsWith(TAG_PREFIX));
  }

  /** Whether the record is whole: that of so many declarations, with these marks, and no tag that belongs to none of them. */
  isRecordOf(count: number, marks: ReadonlySet<string>): boolean {
    const { declarations, damaged } = readRecord(this.tags);
    const whole = declarations.filter((declaration): declaration is DeclaredDeclaration => declaration.declared !== undefined);
    const keys = [...marks, ...whole.flatMap((declaration) => [...writeDeclaration(declaration).keys()])];
    return damaged.length === 0 && whole.length === count && JSON.stringify(keys.sort()) === JSON.stringify(this.trace.sort());
  }

  /** What a write makes of it. A reading changes nothing. */
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

/** The tags that a call names, if any. */
export function keysOf(call: EcrCall): readonly string[] {
  return 'tags' in call ? [...call.tags.keys()] : 'keys' in call ? call.keys : [];
}

/** Whether two calls by two callers have the same effects and answers in either order. */
export function areIndependent(a: EcrCall, b: EcrCall): boolean {
  const isOnSettings = ({ method }: EcrCall) => method === 'readSettings' || method === 'putSettings';
  if (isOnSettings(a) !== isOnSettings(b) || (!isWrite(a) && !isWrite(b))) {
    return true;
  }
  return isWrite(a) && isWrite(b) && !isOnSettings(a) && !keysOf(a).some((key) => keysOf(b).includes(key));
}
