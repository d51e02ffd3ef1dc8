import { readExclusionFilters } from '../../../src/private/exclusion-filters';
import { wildcards } from '../../support/constructs';

// Against the floor and the newest aws-cdk-lib: `_render()` is internal to it.
test('reads filters as aws-cdk-lib renders them for AWS::ECR::Repository', () => {
  expect(readExclusionFilters(wildcards('dev-*'))).toEqual({
    properties: [{ ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'dev-*' }],
    patterns: ['dev-*'],
  });
});

test('reads a filter of another copy of aws-cdk-lib', () => {
  const foreign = { _render: () => wildcards('dev-*')[0]._render() };
  expect(readExclusionFilters([foreign as any])).toEqual(readExclusionFilters(wildcards('dev-*')));
});
