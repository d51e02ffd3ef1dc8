import { Token } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { RegistryInput, RuleName } from '../../shared/registry';

/** EventBridge takes so many characters in a pattern. */
const MAX_PATTERN = 2_048;

/**
 * Calls the function for each repository that is created, whoever creates it. CloudTrail delivers the event where a trail logs management
 * events.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/logging-using-cloudtrail.html
 */
export function onNewRepository(
  scope: Construct, id: string, handler: lambda.IFunction, { rule, filters }: { readonly rule: RuleName; readonly filters: readonly string[] },
): events.Rule {
  return new events.Rule(scope, id, {
    description: 'Declares the image tag mutability of new ECR repositories (cdk-ecr-tag-mutability)',
    eventPattern: patternOf(filters),
    targets: [new targets.LambdaFunction(handler, {
      event: events.RuleTargetInput.fromObject({
        RegistryInput: 'new-repository', Rule: rule, RepositoryName: events.EventField.fromPath('$.detail.requestParameters.repositoryName'),
      } satisfies RegistryInput),
    })],
  });
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
