import { Resource } from './resources';
import { Settings, sameSettings } from '../../src/shared/settings';

/** A declaration that CloudFormation has, with the original in its physical id, or for a rule in the tags. */
export interface IdealDeclaration {
  readonly resource: Resource;
  readonly settings: Settings;
  readonly original: Settings | undefined;
  /** The token in its physical id. */
  readonly token: string | undefined;
}

const isOfRule = ({ resource }: IdealDeclaration): boolean => resource.ruleCreated !== undefined;

const isSame = (a: Resource, b: Resource): boolean => a.stack === b.stack && a.logicalId === b.logicalId;

/**
 * What the promise says of one repository: a list of declarations over the original. The settings of the last one are effective. Rules come
 * first, by their creation.
 */
export class IdealRepository {
  /** Those with a record, lowest precedence first. */
  private recorded: IdealDeclaration[] = [];
  private isTampered = false;

  /** @param erased those whose record others have erased, also with the repository. Nobody knows their precedence any more */
  constructor(public settings: Settings, private erased: readonly IdealDeclaration[] = []) {}

  /** The declarations whose record must be there. */
  public get declarations(): readonly IdealDeclaration[] {
    return this.recorded;
  }

  /** The declarations that CloudFormation has, with a record or without. */
  public get all(): readonly IdealDeclaration[] {
    return [...this.erased, ...this.recorded];
  }

  /** The declaration of a resource, where it has a record. */
  public find(resource: Resource): IdealDeclaration | undefined {
    return this.recorded.find((other) => isSame(other.resource, resource));
  }

  /** The originals that a declaration without one of its own may get: those of other records, or else the settings that are there. */
  public get possibleOriginals(): readonly (Settings | undefined)[] {
    return this.recorded.length > 0 ? this.recorded.map(({ original }) => original) : [this.settings];
  }

  /** @param isNew whether it is the newest, also where it was declared before */
  public declare(declaration: IdealDeclaration, isNew: boolean): void {
    const { resource } = declaration;
    this.erased = this.erased.filter((other) => !isSame(other.resource, resource));
    const index = this.recorded.findIndex((other) => isSame(other.resource, resource));
    if (index >= 0 && !isNew) {
      this.recorded[index] = declaration;
    } else {
      this.recorded = this.recorded.filter((_, other) => other !== index);
      this.recorded.splice(this.placeOf(declaration), 0, declaration);
    }
    this.reconcile(declaration.original);
  }

  private placeOf(declaration: IdealDeclaration): number {
    const { stack, ruleCreated } = declaration.resource;
    if (ruleCreated !== undefined) {
      return this.recorded.filter(({ resource }) => resource.ruleCreated !== undefined && resource.ruleCreated < ruleCreated).length;
    }
    const renamed = this.recorded.findLastIndex((other) => other.resource.stack === stack && !isOfRule(other));
    return renamed >= 0 ? renamed + 1 : this.recorded.length;
  }

  /** @param isIdKnown whether the physical id tells the original. CloudFormation's own ids, and those of failed creates and of rules, do not. */
  public release(resource: Resource, isIdKnown = true): void {
    const own = this.find(resource);
    if (own) {
      this.recorded = this.recorded.filter((other) => other !== own);
      this.reconcile(own.original);
      return;
    }
    const lost = this.erased.find((other) => isSame(other.resource, resource));
    this.erased = this.erased.filter((other) => other !== lost);
    if (lost && isIdKnown && this.recorded.length === 0 && sameSettings(this.settings, lost.settings)) {
      this.settings = lost.original ?? this.settings;
    }
  }

  /** Whether these settings keep the promise. A change by hand may stay until the next operation on the repository. */
  public accepts(found: Settings): boolean {
    const isEffective = sameSettings(found, this.recorded.at(-1)?.settings ?? this.settings);
    const isAccepted = sameSettings(found, this.settings) || (this.isTampered && isEffective);
    this.isTampered &&= !isEffective;
    this.settings = isAccepted ? found : this.settings;
    return isAccepted;
  }

  public tamper(settings: Settings): void {
    this.settings = settings;
    this.isTampered = this.recorded.length > 0;
  }

  /** Others remove the library's tags. */
  public erase(): void {
    this.erased = this.all;
    this.recorded = [];
    this.isTampered = false;
  }

  private reconcile(original: Settings | undefined): void {
    this.settings = this.recorded.at(-1)?.settings ?? original ?? this.settings;
    this.isTampered = false;
  }
}
