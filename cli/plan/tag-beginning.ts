/** The longest filter that ECR takes. */
const MAX_FILTER = 128;

/**
 * What a tag begins with, as the filter that would exclude all tags that begin so: `dev-*` for `dev-42`, `v1.*` for `v1.0.3`. A tag without
 * a separator is its own beginning, such as `latest`.
 */
export function beginningOf(tag: string): string {
  const beginning = /^[^-._]*[-._](?=.)/.exec(tag)?.[0];
  const filter = beginning === undefined ? tag : `${beginning}*`;
  return filter.length > MAX_FILTER ? `${filter.slice(0, MAX_FILTER - 1)}*` : filter;
}
