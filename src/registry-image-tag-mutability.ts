import { Annotations, Aws, CfnResource, Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { ImageTagMutabilityProvider } from './image-tag-mutability-provider';
import { applyRemovalPolicy, checkProvider, checkRemovalPolicy, checkSettings, validationError, warnOfMatchingEveryTag } from './private/declaration-props';
import { metricOf } from './private/metrics';
import { checkRepositoryFilters, checkRuleLength } from './private/registry/checks';
import { onNewRepository } from './private/registry/new-repositories';
import { scheduleFunction } from './private/schedule';
import { Mutability } from './shared/contract';
import { METRICS } from './shared/metrics';
import {
  DEFAULT_CONCURRENCY, MAX_CONCURRENCY, RULE_METADATA_KEY, RULE_RESOURCE_TYPE, RULE_SERVICE_TIMEOUT_MS,
  RegistryInput, RuleName, RuleProperties,
} from './shared/registry';

/**
 * Properties of a RegistryImageTagMutability.
 */
export interface RegistryImageTagMutabilityProps {
  /**
   * The repositories to declare: whole names, with `*` for any characters, `/` included.
   *
   * `*` alone is every repository of the registry, those of `cdk bootstrap` and of pull-through caches among them.
   */
  readonly repositoryFilters: string[];

  /**
   * The repositories to leave out, though `repositoryFilters` match them.
   *
   * @default - none
   */
  readonly excludeRepositoryFilters?: string[];

  /**
   * Whether a tag of the repositories can be pushed again.
   *
   * `IMMUTABLE_WITH_EXCLUSION` and `MUTABLE_WITH_EXCLUSION` need `imageTagMutabilityExclusionFilters`, the others take none.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
   */
  readonly imageTagMutability: ecr.TagMutability;

  /**
   * The tags that the setting does not apply to: 1 to 5 different filters, each with at most 2 `*`.
   *
   * @default - no filters
   * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageTagMutabilityExclusionFilter.html
   */
  readonly imageTagMutabilityExclusionFilters?: ecr.ImageTagMutabilityExclusionFilter[];

  /**
   * What happens to the repositories' settings when the rule is removed from the stack, or with the stack.
   *
   * `DESTROY` restores in each repository the setting from before its first declaration. `RETAIN` and `RETAIN_ON_UPDATE_OR_DELETE` leave
   * all as it is, except after a failed create. `SNAPSHOT` is refused. A repository that leaves the filters by an update is restored
   * whatever the policy.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether the rule only reports, in the function's log and by `metricDrifted()`, which repositories have another setting. Nothing is
   * declared then, and what the rule had declared is restored.
   *
   * @default false
   */
  readonly reportOnly?: boolean;

  /**
   * Whether new repositories are declared as soon as CloudTrail tells of them. It needs a trail that logs management events. Otherwise they
   * wait for the next sweep.
   *
   * @default true
   */
  readonly includeNewRepositories?: boolean;

  /**
   * When all repositories are looked at again: new ones that no event announced are declared, and drift is corrected.
   *
   * @default - once a day
   */
  readonly sweep?: scheduler.ScheduleExpression;

  /**
   * How many batches of 25 repositories are worked on at a time, 1 to 40.
   *
   * @default 4
   */
  readonly maxConcurrency?: number;

  /**
   * The function that sets it. It must be in a stack of the same account and region.
   *
   * @default - one for each stack, `ImageTagMutabilityProvider.getOrCreate(this)`
   */
  readonly provider?: ImageTagMutabilityProvider;
}

/**
 * Declares the image tag mutability of all repositories of the stack's account and region whose names match, also of those that are created
 * later, and restores in each what was there when the rule goes away.
 *
 * An `ImageTagMutability` of a repository holds over it. Of several rules that match a repository, the one created last holds.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
 * @example
 * import { App, Stack } from 'aws-cdk-lib';
 * import * as ecr from 'aws-cdk-lib/aws-ecr';
 * import { RegistryImageTagMutability } from 'cdk-ecr-tag-mutability';
 *
 * const app = new App();
 * const stack = new Stack(app, 'TagMutability');
 * new RegistryImageTagMutability(stack, 'Immutable', {
 *   repositoryFilters: ['team-a/*', 'team-b/api'],
 *   excludeRepositoryFilters: ['*-cache'],
 *   imageTagMutability: ecr.TagMutability.IMMUTABLE_WITH_EXCLUSION,
 *   imageTagMutabilityExclusionFilters: [ecr.ImageTagMutabilityExclusionFilter.wildcard('latest')],
 * });
 */
export class RegistryImageTagMutability extends Construct {
  private readonly resource: CfnResource;

  /**
   * @param scope the construct to declare in
   * @param id the id of the rule. Changing it makes a new rule, which counts as created then
   * @param props what to declare
   * @throws an error where no repository can match, where ECR would refuse the setting, and where the provider's role has no room for the rule
   */
  constructor(scope: Construct, id: string, props: RegistryImageTagMutabilityProps) {
    // These checks run before `super()`, so that a refused rule leaves no construct in the tree.
    const path = [scope.node.path, id].filter((part) => part !== '').join('/');
    const stack = Stack.of(scope);
    const { filters, excludes } = checkRepositoryFilters(path, props.repositoryFilters, props.excludeRepositoryFilters);
    const exclusions = checkSettings(path, props);
    checkRemovalPolicy(path, props.removalPolicy);
    checkMaxConcurrency(path, props.maxConcurrency);
    checkProvider(path, stack, props.provider);
    const reportOnly = props.reportOnly ?? false;
    const propertiesFor = (StateMachineArn: string): RuleProperties => ({
      RepositoryFilters: filters,
      ExcludeRepositoryFilters: excludes,
      ImageTagMutability: props.imageTagMutability as string as Mutability,
      ImageTagMutabilityExclusionFilters: exclusions?.properties,
      ReportOnly: reportOnly ? true : undefined,
      MaxConcurrency: props.maxConcurrency ?? DEFAULT_CONCURRENCY,
      StateMachineArn,
    });
    checkRuleLength(path, stack, propertiesFor);
    const provider = props.provider ?? ImageTagMutabilityProvider.getOrCreate(scope);
    const registry = provider._allowRule(stack, filters, path);

    super(scope, id);

    const properties = propertiesFor(registry.stateMachineArn);
    this.resource = new CfnResource(this, 'Resource', {
      type: RULE_RESOURCE_TYPE,
      properties: {
        ServiceToken: provider.function.functionArn,
        ServiceTimeout: String(RULE_SERVICE_TIMEOUT_MS / 1_000),
        ...properties,
      },
    });
    this.resource.addMetadata(RULE_METADATA_KEY, properties);
    this.resource.node.addDependency(provider._ready, ...registry.policy ? [registry.policy] : []);
    applyRemovalPolicy(this.resource, props.removalPolicy);

    const rule: RuleName = { StackId: Aws.STACK_ID, LogicalResourceId: this.resource.logicalId };
    const schedule = scheduleFunction(this, 'Sweep', {
      description: 'Declares the image tag mutability of repositories that no event announced, and corrects drift (cdk-ecr-tag-mutability)',
      schedule: props.sweep ?? scheduler.ScheduleExpression.rate(Duration.days(1)),
      functionArn: provider.function.functionArn,
      roleArn: registry.scheduleRole.roleArn,
      input: stack.toJsonString({ RegistryInput: 'sweep', Rule: rule } satisfies RegistryInput),
    });
    // Schedule and event rule are created after the resource, and deleted before it.
    schedule.node.addDependency(this.resource);
    if ((props.includeNewRepositories ?? true) && !reportOnly) {
      onNewRepository(this, 'NewRepositories', provider.function, { rule, filters }).node.addDependency(this.resource);
    }

    warnOfMatchingEveryTag(this, exclusions);
    if (!excludes && filters.some((filter) => /^\*+$/.test(filter))) {
      Annotations.of(this).addWarningV2(
        'cdk-ecr-tag-mutability:matchesEveryRepository',
        'repositoryFilters match every repository of the registry, those of cdk bootstrap and of pull-through caches among them. Exclude these by excludeRepositoryFilters, such as \'cdk-*\', or see by reportOnly first what would change.',
      );
    }
  }

  /**
   * How many repositories a sweep found with another setting than they should have: changed by others since, or new.
   *
   * @param props changes of the metric's defaults, which are the sum over a day
   */
  public metricDrifted(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('drifted', props);
  }

  /**
   * How many of the drifted repositories a sweep has set right. With `reportOnly` it is none.
   *
   * @param props changes of the metric's defaults, which are the sum over a day
   */
  public metricCorrected(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('corrected', props);
  }

  /**
   * How many repositories a deployment or a sweep could not work on. The function's log names them.
   *
   * @param props changes of the metric's defaults, which are the sum over a day
   */
  public metricFailed(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('failed', props);
  }

  private metric(name: keyof typeof METRICS, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return metricOf(this, this.resource.logicalId, name, { period: Duration.days(1) }, props);
  }
}

function checkMaxConcurrency(path: string, given: number | undefined): void {
  if (given !== undefined && !Token.isUnresolved(given) && !(Number.isInteger(given) && given >= 1 && given <= MAX_CONCURRENCY)) {
    throw validationError(path, `maxConcurrency is ${given}, but must be a whole number from 1 to ${MAX_CONCURRENCY}, the most that Step Functions works on at a time. Leave it out for ${DEFAULT_CONCURRENCY}.`);
  }
}
