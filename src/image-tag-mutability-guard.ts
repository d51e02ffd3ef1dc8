import { Annotations, Aspects, Aws, Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { ImageTagMutabilityProvider } from './image-tag-mutability-provider';
import { DeclaredRepository, declarationsIn } from './private/declarations';
import { guardStatements } from './private/guard/permissions';
import { scheduleGuard } from './private/guard/schedule';
import { metricOf } from './private/metrics';
import { invokingRole } from './private/schedule';
import { MAX_GUARDED } from './shared/guard';
import { METRICS } from './shared/metrics';

/**
 * What a guard does about drift.
 */
export enum GuardMode {
  /**
   * It only reports.
   */
  REPORT = 'REPORT',

  /**
   * It also restores the declared setting, and the record in the repository's tags.
   */
  CORRECT = 'CORRECT',
}

/**
 * Properties of an ImageTagMutabilityGuard.
 */
export interface ImageTagMutabilityGuardProps {
  /**
   * What the guard does about drift.
   *
   * @default GuardMode.REPORT
   */
  readonly mode?: GuardMode;

  /**
   * When the guard looks for drift.
   *
   * @default - every hour
   */
  readonly schedule?: scheduler.ScheduleExpression;

  /**
   * The topic that drift is reported to, in one message for each run and 100 declarations. A FIFO topic is refused.
   *
   * The key of an encrypted topic must allow the function's role `kms:Decrypt` and `kms:GenerateDataKey*`. Where the topic does not say which
   * key that is, as an imported one, give the role these permissions yourself.
   *
   * @default - drift is reported in the function's log, and by metrics
   */
  readonly topic?: sns.ITopic;

  /**
   * The function that looks for drift: that of the declarations. Those with another provider are passed over, with a warning.
   *
   * @default - that of the stack, `ImageTagMutabilityProvider.getOrCreate(this)`
   */
  readonly provider?: ImageTagMutabilityProvider;
}

/**
 * Looks regularly whether others have changed what the `ImageTagMutability` declarations of its stack have set, and reports or corrects it.
 *
 * It gives way to stack operations, and never changes who declares what: it puts what the record in the repository's tags makes effective, and
 * writes the record only where none of the declaration is left. An owner's tool that sets something else meets it at each run.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html
 * @example
 * import { App, Stack } from 'aws-cdk-lib';
 * import * as ecr from 'aws-cdk-lib/aws-ecr';
 * import { GuardMode, ImageTagMutability, ImageTagMutabilityGuard } from 'cdk-ecr-tag-mutability';
 *
 * const app = new App();
 * const stack = new Stack(app, 'TagMutability');
 * new ImageTagMutability(stack, 'Web', {
 *   repository: ecr.Repository.fromRepositoryName(stack, 'WebRepository', 'team-b/web'),
 *   imageTagMutability: ecr.TagMutability.IMMUTABLE,
 * });
 * new ImageTagMutabilityGuard(stack, 'Guard', {
 *   mode: GuardMode.CORRECT,
 * });
 */
export class ImageTagMutabilityGuard extends Construct {
  private readonly provider: ImageTagMutabilityProvider;
  private readonly name: string;

  /**
   * @param scope the construct to make the guard in. The guard looks after the declarations of its stack, also after later ones
   * @param id the id of the guard
   * @param props what to do about drift
   * @throws an error where the topic is a FIFO topic, and where the provider's role has no room for a guard
   */
  constructor(scope: Construct, id: string, props: ImageTagMutabilityGuardProps = {}) {
    const path = [scope.node.path, id].filter((part) => part !== '').join('/');
    if (props.topic?.fifo) {
      throw new Error(`${path}: topic is a FIFO topic, but reports have no order to keep. Use a standard topic.`);
    }
    super(scope, id);
    const stack = Stack.of(this);
    this.provider = props.provider ?? ImageTagMutabilityProvider.getOrCreate(this);
    this.name = this.node.scopes.slice(stack.node.scopes.length).map((each) => each.node.id).join('/');

    const statements = guardStatements(props.topic);
    const policy = this.provider._allowGuard(this, statements);
    const { functionArn } = this.provider.function;
    const role = invokingRole(this, 'ScheduleRole', 'scheduler.amazonaws.com', this.provider._rolePath, [
      new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] }),
    ]);

    const makeSchedule = (number: number) => {
      const schedule = scheduleGuard(this, `Schedule${number}`, {
        schedule: props.schedule ?? scheduler.ScheduleExpression.rate(Duration.hours(1)),
        functionArn,
        roleArn: role.roleArn,
        input: {
          GuardMode: props.mode ?? GuardMode.REPORT,
          StackId: Aws.STACK_ID,
          GuardId: this.name,
          TopicArn: props.topic?.topicArn,
        },
        declarations: () => this.guarded.slice((number - 1) * MAX_GUARDED, number * MAX_GUARDED),
      });
      if (policy) {
        schedule.node.addDependency(policy);
      }
    };
    Aspects.of(this).add({
      visit: (node) => {
        if (node !== this) {
          return;
        }
        for (let number = 1; (number - 1) * MAX_GUARDED < this.guarded.length; number++) {
          this.node.tryFindChild(`Schedule${number}`) ?? makeSchedule(number);
        }
        this.warn(policy ? [] : statements);
      },
    });
  }

  /**
   * How many repositories a run found that others have changed or deleted, or whose record they have.
   *
   * @param props changes of the metric's defaults, which are the sum over an hour
   */
  public metricDrifted(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('drifted', props);
  }

  /**
   * How many of the drifted repositories a run has set right. With `GuardMode.REPORT` it is none.
   *
   * @param props changes of the metric's defaults, which are the sum over an hour
   */
  public metricCorrected(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('corrected', props);
  }

  /**
   * How many repositories a run could not examine or correct. The function's log has the reasons.
   *
   * @param props changes of the metric's defaults, which are the sum over an hour
   */
  public metricFailed(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('failed', props);
  }

  private metric(name: keyof typeof METRICS, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return metricOf(this, this.name, name, { period: Duration.hours(1) }, props);
  }

  private get guarded(): DeclaredRepository[] {
    return declarationsIn(Stack.of(this)).filter(({ provider }) => provider === this.provider);
  }

  private warn(missing: iam.PolicyStatement[]): void {
    const annotations = Annotations.of(this);
    const all = declarationsIn(Stack.of(this));
    const other = all.find(({ provider }) => provider !== this.provider);
    if (other) {
      annotations.addWarningV2(
        'cdk-ecr-tag-mutability:notGuarded',
        `provider is ${this.provider.node.path}, which is not that of ${other.construct.node.path}, so that the guard passes ${all.length - this.guarded.length} of ${all.length} declarations over. Make a guard with provider ${other.provider.node.path} for them.`,
      );
    } else if (all.length === 0) {
      annotations.addWarningV2('cdk-ecr-tag-mutability:nothingGuarded', 'its stack has no ImageTagMutability, so that there is nothing to look after. Make the guard in the stack that declares.');
    }
    if (missing.length > 0) {
      annotations.addWarningV2(
        'cdk-ecr-tag-mutability:importedRole',
        `role of the provider cannot be changed from this stack, so that it was given no permissions for the guard. Allow it these statements before you deploy: ${JSON.stringify(Stack.of(this).resolve(missing.map((statement) => statement.toJSON())))}`,
      );
    }
  }
}
