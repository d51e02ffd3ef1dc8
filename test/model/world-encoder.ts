import { isWrite, keysOf } from './ecr-state';
import { World, isRunning } from './world';

const COMMON_WORDS = 4;
const ACTOR_WORDS = 3;
/** No invocation has this number. */
const ENDED = 0xffff_ffff;

/** Makes a tuple of numbers of a world. Two worlds with the same tuple go on in the same ways. */
export class WorldEncoder {
  public readonly width: number;
  /** Reused: the next world overwrites it. */
  private readonly tuple: Uint32Array;
  private readonly numbers = new Map<string, number>();

  constructor(private readonly start: World) {
    this.width = COMMON_WORDS + ACTOR_WORDS * start.actors.length;
    this.tuple = new Uint32Array(this.width);
  }

  public encode({ ecr, time, deaths, erasures, last, actors }: World): Uint32Array {
    const { tuple } = this;
    tuple[0] = ecr.id;
    tuple[1] = time - this.start.time;
    tuple[2] = deaths * 1_000 + erasures;
    tuple[3] = last ? this.numberOf(`${last.index}${last.call.method}${isWrite(last.call) ? keysOf(last.call) : ''}`) : 0;
    actors.forEach((actor, index) => {
      const at = COMMON_WORDS + ACTOR_WORDS * index;
      if (isRunning(actor)) {
        tuple[at] = actor.invocation.id;
        tuple[at + 1] = actor.laggingReads;
        tuple[at + 2] = actor.laggingReads > 0 && actor.beforeLastWrite ? actor.beforeLastWrite.id + 1 : 0;
      } else {
        tuple[at] = ENDED;
        tuple[at + 1] = this.numberOf(JSON.stringify(actor.declares ?? null));
        tuple[at + 2] = 0;
      }
    });
    return tuple;
  }

  /** One number for each text, from 1. */
  private numberOf(text: string): number {
    const number = this.numbers.get(text) ?? this.numbers.size + 1;
    this.numbers.set(text, number);
    return number;
  }
}
