import assert from 'node:assert/strict';
import { Clock } from '../../lambda/clock';
import { Ecr, Tags } from '../../lambda/ecr/ecr';
import { Settings } from '../../src/shared/settings';

/** Nothing that is tested makes as many: so a loop without an end fails, and does not hang. */
const MOST_CALLS = 20_000;

/** A registry of one repository, that answers as ECR does. */
export class FakeEcr implements Ecr {
  readonly tags = new Map<string, string>();
  readonly puts: Settings[] = [];
  readonly calls: (keyof Ecr)[] = [];
  gone = false;
  /** How many times a read still shows what was there before the last write. */
  lag = 0;
  private stale: { tags: Tags; settings: Settings; reads: number } | undefined;

  constructor(public settings: Settings) {}

  /** Runs before each call; throws to fail it. */
  before: (method: keyof Ecr, count: number) => void = () => {};

  async readSettings(): Promise<Settings> {
    this.enter('readSettings');
    return this.lagging()?.settings ?? this.settings;
  }

  async readTags(): Promise<Tags> {
    this.enter('readTags');
    return new Map(this.lagging()?.tags ?? this.tags);
  }

  async putSettings(settings: Settings): Promise<void> {
    this.enter('putSettings');
    this.remember();
    this.puts.push(settings);
    this.settings = settings;
  }

  async tag(tags: Tags): Promise<void> {
    this.enter('tag');
    const all = new Map([...this.tags, ...tags]);
    if ([...all.keys()].filter((key) => !key.startsWith('aws:')).length > 50) {
      throw named('TooManyTagsException', 'The list of tags on the repository is over the limit');
    }
    for (const [key, value] of tags) {
      if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value) || !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key) || value !== value.trim()) {
        throw named('InvalidTagParameterException', `${key}=${value}`);
      }
    }
    this.remember();
    tags.forEach((value, key) => this.tags.set(key, value));
  }

  async untag(keys: readonly string[]): Promise<void> {
    this.enter('untag');
    if (keys.length === 0) {
      throw named('InvalidParameterException', 'tagKeys is empty');
    }
    this.remember();
    keys.forEach((key) => this.tags.delete(key));
  }

  /** The tags that this library left. */
  get trace(): string[] {
    return [...this.tags.keys()].filter((key) => key.startsWith('cdk-ecr-tag-mutability:'));
  }

  private enter(method: keyof Ecr) {
    const count = this.calls.push(method);
    assert.ok(count < MOST_CALLS, 'endless calls');
    this.before(method, count);
    if (this.gone) {
      throw named('RepositoryNotFoundException', 'The repository does not exist in the registry');
    }
  }

  private remember() {
    this.stale = { tags: new Map(this.tags), settings: this.settings, reads: this.lag };
  }

  private lagging() {
    return this.stale && this.stale.reads-- > 0 ? this.stale : undefined;
  }
}

export function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

/** Time that passes only where somebody sleeps. */
export class FakeClock implements Clock {
  /** What was slept, in ms, one after the other. */
  readonly pauses: number[] = [];
  private time = Date.parse('2026-01-02T03:04:05.000Z');
  onSleep: (now: number) => void | Promise<unknown> = () => {};

  now(): number {
    return this.time;
  }

  async sleep(ms: number): Promise<void> {
    this.pauses.push(ms);
    this.time += ms;
    await this.onSleep(this.time);
  }
}
