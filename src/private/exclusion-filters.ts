import { Token } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { ExclusionFilterProperty } from '../shared/contract';

/**
 * The filters that were given. A token goes to the template as it is, and must resolve to filters as CloudFormation spells them.
 */
export interface ExclusionFilters {
  /** For the template. */
  readonly properties: ExclusionFilterProperty[];
  /** The patterns to check, with a valid placeholder for each token. Absent where the list itself is a token. */
  readonly patterns?: string[];
}

/** Thrown for an element that is no filter. */
export class NotAFilterError extends Error {}

export function readExclusionFilters(filters: ecr.ImageTagMutabilityExclusionFilter[]): ExclusionFilters {
  if (Token.isUnresolved(filters)) {
    return { properties: filters as unknown as ExclusionFilterProperty[] };
  }
  if (!Array.isArray(filters)) {
    throw notAFilter(`is ${typeof filters}`);
  }
  const properties = filters.map(render);
  return {
    properties,
    // No tag starts with '-', so nobody writes a filter that is equal to this placeholder.
    patterns: properties.map((property, index) => Token.isUnresolved(property) ? `-token-${index}-` : property.ImageTagMutabilityExclusionFilterValue),
  };
}

/**
 * aws-cdk-lib keeps a filter's fields private, so this calls its internal `_render()`, and only this. The method is in aws-cdk-lib's type
 * definitions, and also works for filters made in Python, Java, Go and .NET, since jsii keeps the objects in this process.
 */
function render(filter: ecr.ImageTagMutabilityExclusionFilter, index: number): ExclusionFilterProperty {
  if (Token.isUnresolved(filter)) {
    return filter as unknown as ExclusionFilterProperty;
  }
  if (typeof filter?._render !== 'function') {
    throw notAFilter(`has ${filter === null ? 'null' : `a value of type ${typeof filter}`} at index ${index}`);
  }
  const rendered = filter._render();
  return {
    ImageTagMutabilityExclusionFilterType: rendered.imageTagMutabilityExclusionFilterType as 'WILDCARD',
    ImageTagMutabilityExclusionFilterValue: rendered.imageTagMutabilityExclusionFilterValue,
  };
}

function notAFilter(given: string): NotAFilterError {
  return new NotAFilterError(`imageTagMutabilityExclusionFilters ${given}, but takes a list of filters. Make each with ecr.ImageTagMutabilityExclusionFilter.wildcard().`);
}
