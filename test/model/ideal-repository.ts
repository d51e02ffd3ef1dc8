import { Resource } from './resources';
import { Settings, sameSettings } from '../../src/shared/settings';

interface IdealDeclaration {
  readonly resource: Resource;
  readonly settings: Settings;
}

const isSame = (a: Resource, b: Resource): boolean => a.stack === b.stack && a.logicalId === b.logicalId;

/** What the promise says of one repository: a list of declarations over the original. The settings of the last one are effective. */
export class IdealRepository {
  /** Oldest first. */
  private readonly declared: IdealDeclaration[] = [];
  private original: Settings | undefined;
  private isTampered = false;

  constructor(public settings: Settings) {}

  /** The declarations whose record must be there. */
  public get declarations(): readonly IdealDeclaration[] {
    return this.declared;
  }

  public isDeclaredBy(resource: Resource): boolean {
    return this.declared.some((other) => isSame(other.resource, resource));
  }

  /** @param old what this resource had declared for this repository before an update */
  public declare(resource: Resource, settings: Settings, created: boolean, old?: Settings): void {
    if (this.declared.length === 0) {
      // Where others erased the record, settings that the resource itself declared are no original.
      const isOwn = old && [old, settings].some((own) => sameSettings(own, this.settings));
      this.original = isOwn ? undefined : this.settings;
    }
    const index = this.declared.findIndex((other) => isSame(other.resource, resource));
    if (index >= 0 && !created) {
      this.declared[index] = { resource, settings };
    } else {
      if (index >= 0) {
        this.declared.splice(index, 1);
      }
      const renamed = this.declared.findLastIndex((other) => other.resource.stack === resource.stack);
      this.declared.splice(renamed >= 0 ? renamed + 1 : this.declared.length, 0, { resource, settings });
    }
    this.reconcile();
  }

  public release(resource: Resource): void {
    const index = this.declared.findIndex((other) => isSame(other.resource, resource));
    if (index >= 0) {
      this.declared.splice(index, 1);
      this.reconcile();
    }
  }

  /** Whether these settings keep the promise. A change by hand may stay until the next operation on the repository. */
  public accepts(found: Settings): boolean {
    const isEffective = sameSettings(found, this.effective);
    const isAccepted = sameSettings(found, this.settings) || (this.isTampered && isEffective);
    this.isTampered &&= !isEffective;
    this.settings = isAccepted ? found : this.settings;
    return isAccepted;
  }

  public tamper(settings: Settings): void {
    this.settings = settings;
    this.isTampered = this.declared.length > 0;
  }

  /** Others remove the library's tags. */
  public erase(): void {
    this.declared.length = 0;
    this.isTampered = false;
  }

  private get effective(): Settings {
    return this.declared.at(-1)?.settings ?? this.original ?? this.settings;
  }

  private reconcile(): void {
    this.settings = this.effective;
    this.isTampered = false;
  }
}
