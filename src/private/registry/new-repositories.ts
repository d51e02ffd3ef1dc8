import { Token } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { RegistryInput, RuleText } from '../../shared/registry';

/** EventBridge takes so many characters in a pattern, and in an input transformer's template. */
const MAX_PATTERN = 2_048;
export const MAX_TEMPLATE = 8_192;

/**
 * Calls the function for each repository that is created, whoever creates it. CloudTrail delivers the event where a trail logs management
 * events.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/logging-using-cloudtrail.html
 */
export function onNewRepository(scope: Construct, id: string, handler: lambda.IFunction, rule: RuleText): events.Rule {
  return new events.Rule(scope, id, {
    description: 'Declares the image tag mutability of new ECR repositories (cdk-ecr-tag-mutability)',
    eventPattern: patternOf(rule.ResourceProperties.RepositoryFilters),
    targets: [new targets.LambdaFunction(handler, {
      event: events.RuleTargetInput.fromObject(newRepositoryInput(rule, events.EventField.fromPath('$.detail.requestParameters.repositoryName'))),
    })],
  });
}

export function newRepositoryInput(Rule: RuleText, RepositoryName: string): RegistryInput {
  return { RegistryInput: 'new-repository', Rule, RepositoryName };
}

/** The function matches the name again, so that a pattern may match more: excludes are not part of it. */
function patternOf(filters: readonly string[]): events.EventPattern {
  const pattern = (requestParameters?: object): events.EventPattern => ({
    source: ['aws.ecr'],
    detailType: ['AWS API Call via CloudTrail'],
    detail: { eventSource: ['ecr.amazonaws.com'], eventName: ['CreateRepository'], errorCode: [{ exists: false }], ...requestParameters && { requestParameters } },
  });
  const narrow = pattern({ repositoryName: filters.map(nameMatcher) });
  const isNarrow = !Token.isUnresolved(filters) && filters.every((filter) => !Token.isUnresolved(filter) && !/^\*+$/.test(filter));
  return isNarrow && JSON.stringify(narrow).length <= MAX_PATTERN - 100 ? narrow : pattern();
}

/** `wildcard` would do for all, but costs EventBridge more, which refuses patterns that are too complex. */
function nameMatcher(filter: string): unknown {
  const [, leading, literal, trailing] = /^(\**)([^*]*)(\**)$/.exec(filter) ?? [];
  if (literal === undefined || (leading && trailing)) {
    // Wildcards side by side are refused there.
    return { wildcard: filter.replace(/\*+/g, '*') };
  }
  return leading ? { suffix: literal } : trailing ? { prefix: literal } : literal;
}
