/* eslint-disable no-bitwise */
/** Jest looks a global up so slowly that `Math.imul` would take half of the time. */
const { imul } = Math;

const EMPTY = 0;
const SPARSE = 2;

/**
 * A set of tuples of 32-bit numbers, numbered from 0 in the order of their arrival. It compares whole tuples, so that none is lost to a
 * hash that two share, and takes about 50 bytes for a tuple of ten numbers, where a `Map` of strings takes several hundred.
 */
export class TupleSet {
  public size = 0;
  private tuples: Uint32Array;
  /** By hash: the number of a tuple plus one. */
  private slots: Uint32Array;

  constructor(private readonly width: number, capacity = 1_024) {
    this.tuples = new Uint32Array(width * capacity);
    this.slots = new Uint32Array(SPARSE * capacity);
  }

  /** @returns whether it is new */
  public add(tuple: Uint32Array): boolean {
    const slot = this.slotOf(tuple);
    if (this.slots[slot] !== EMPTY) {
      return false;
    }
    this.tuples.set(tuple, this.size * this.width);
    this.slots[slot] = ++this.size;
    if (this.size * this.width === this.tuples.length) {
      this.grow();
    }
    return true;
  }

  /** @returns the tuple's number, or -1 */
  public indexOf(tuple: Uint32Array): number {
    return this.slots[this.slotOf(tuple)]! - 1;
  }

  /** The slot that has the tuple, or the empty one where it belongs. */
  private slotOf(tuple: Uint32Array): number {
    const mask = this.slots.length - 1;
    let slot = hashOf(tuple) & mask;
    while (this.slots[slot] !== EMPTY && !this.isAt(this.slots[slot]! - 1, tuple)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private isAt(index: number, tuple: Uint32Array): boolean {
    for (let word = 0, at = index * this.width; word < this.width; word++, at++) {
      if (this.tuples[at] !== tuple[word]) {
        return false;
      }
    }
    return true;
  }

  private grow(): void {
    const { tuples, width } = this;
    this.tuples = new Uint32Array(2 * tuples.length);
    this.tuples.set(tuples);
    this.slots = new Uint32Array(2 * this.slots.length);
    for (let index = 0; index < this.size; index++) {
      this.slots[this.slotOf(tuples.subarray(index * width, (index + 1) * width))] = index + 1;
    }
  }
}

/** MurmurHash3. */
function hashOf(words: Uint32Array): number {
  let hash = 0;
  for (let index = 0; index < words.length; index++) {
    let word = imul(words[index]!, 0xcc9e2d51);
    word = imul((word << 15) | (word >>> 17), 0x1b873593);
    hash ^= word;
    hash = imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64 | 0;
  }
  hash = imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
