import { Token } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { ExclusionFilterProperty } from '../shared/contract';

/**
 * What was given as a list of filters. Tokens go to the template as they are, and resolve to filters as CloudFormation spells them.
 */
export interface ExclusionFilters {
  /** For the template. */
  readonly properties: ExclusionFilterProperty[];
  /** For the rules: the patterns, and for a token a text that breaks no rule. Absent where the list itself is a token. */
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
    // No tag starts with '-', so that the stand-in of a token is no filter that anyone writes.
    patterns: properties.map((property, index) => Token.isUnresolved(property) ? `-token-${index}-` : property.ImageTagMutabilityExclusionFilterValue),
  };
}

/**
 * The one use of `_render()`. aws-cdk-lib keeps a filter's fields private and has no public way to read them, but this method is in
 * its type definitions, and at run time it is there as well for filters made in Python, Java and Go, which live in this process.
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
