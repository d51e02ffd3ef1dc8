import type { TemplateResource } from './assembly';
import { PseudoParameters, resolveString } from './resolve-intrinsics';
import { RESOURCE_TYPE, ExclusionFilterProperty } from '../../src/shared/contract';
import { RULE_RESOURCE_TYPE } from '../../src/shared/registry';
import { Settings, areValidSettings, isMutability } from '../../src/shared/settings';
import type { RepositoryFilters } from '../repository-filter';

/** What a template, or the options, would declare. */
export interface PlannedDeclaration {
  /** Absent where the options give it. */
  readonly declaredBy?: string;
  readonly settings: Settings;
  /** One repository by its ARN, or all that match. */
  readonly target: string | RepositoryFilters;
}

export interface TemplateDeclarations {
  readonly declarations: readonly PlannedDeclaration[];
  /** Resources of this library whose properties only a deployment tells. */
  readonly unresolved: readonly string[];
  /** How many there are for other regions or accounts, by `<region> of <account>`. */
  readonly elsewhere: ReadonlyMap<string, number>;
}

/** What the templates declare in this region of this account. */
export function declarationsOf(resources: readonly TemplateResource[], region: string, account: string, partition: string): TemplateDeclarations {
  const declarations: PlannedDeclaration[] = [];
  const unresolved: string[] = [];
  const elsewhere = new Map<string, number>();
  for (const resource of resources.filter(({ type }) => type === RESOURCE_TYPE || type === RULE_RESOURCE_TYPE)) {
    // A rule that only reports shows here what it would change if it did more.
    const declaredBy = `${resource.stack}/${resource.logicalId}${resource.properties.ReportOnly ? ' (reportOnly)' : ''}`;
    const home = { region: resource.region ?? region, account: resource.account ?? account };
    const settings = settingsOf(resource.properties);
    const target = resource.type === RESOURCE_TYPE
      ? resolveString(resource.properties.RepositoryArn, pseudoParameters(home, partition))
      : filtersOf(resource.properties);
    if (!settings || target === undefined) {
      unresolved.push(declaredBy);
      continue;
    }
    // A declaration of one repository may be for another region than its stack's.
    const [, , , targetRegion = home.region, targetAccount = home.account] = typeof target === 'string' ? target.split(':') : [];
    if (targetRegion === region && targetAccount === account) {
      declarations.push({ declaredBy, settings, target });
    } else {
      const place = `${targetRegion} of ${targetAccount}`;
      elsewhere.set(place, (elsewhere.get(place) ?? 0) + 1);
    }
  }
  return { declarations, unresolved, elsewhere };
}

const pseudoParameters = ({ region, account }: { region: string; account: string }, partition: string): PseudoParameters =>
  ({ 'AWS::AccountId': account, 'AWS::Region': region, 'AWS::Partition': partition });

type Properties = TemplateResource['properties'];

function settingsOf({ ImageTagMutability: mutability, ImageTagMutabilityExclusionFilters: found = [] }: Properties): Settings | undefined {
  if (!isMutability(mutability) || !Array.isArray(found)) {
    return undefined;
  }
  const filters = found.map((filter: Partial<ExclusionFilterProperty> | null) => String(filter?.ImageTagMutabilityExclusionFilterValue));
  return areValidSettings({ mutability, filters }) ? { mutability, filters } : undefined;
}

function filtersOf({ RepositoryFilters: included, ExcludeRepositoryFilters: excluded = [] }: Properties): RepositoryFilters | undefined {
  return isStrings(included) && isStrings(excluded) ? { repositoryFilter: included, excludeRepositoryFilter: excluded } : undefined;
}

const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every((item) => typeof item === 'string');
