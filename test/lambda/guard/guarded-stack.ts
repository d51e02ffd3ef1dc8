import { StackResource } from '../../../lambda/cloudformation/stack';
import { renderPhysicalId } from '../../../lambda/cloudformation/physical-id';
import { Repository } from '../../../lambda/ecr/repository';
import { runGuard } from '../../../lambda/guard/run';
import { GuardEnvironment, MAX_DESCRIBED } from '../../../lambda/guard/services';
import { FUNCTION_TIMEOUT_MS } from '../../../src/shared/contract';
import { GuardInput } from '../../../src/shared/guard';
import { Settings } from '../../../src/shared/settings';
import { FakeClock, FakeEcr, named } from '../../support/fake-ecr';
import { ownershipTagOf, stackId } from '../../support/fake-stack';
import { properties } from '../../support/properties';
import { LOCKED, MUTABLE } from '../../support/settings';
import { TOKEN, declarationIdOf, record } from '../../support/test-operation';

export const SCHEDULE = 'GuardSchedule1';
const UPDATED = Date.parse('2026-01-01T00:00:00.000Z');
const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:drift';

/** A stack with declarations, as it was deployed, and a guard that looks after it. Whatever is changed here, others have done. */
export class GuardedStack {
  readonly clock = new FakeClock();
  readonly lines: { level: string; decision: string; [name: string]: unknown }[] = [];
  readonly metrics: Record<string, unknown>[] = [];
  readonly messages: { topic: string; subject: string; message: string }[] = [];
  /** The calls of AWS, by name. */
  readonly calls: string[] = [];
  readonly repositories: FakeEcr[] = [];
  readonly resources = new Map<string, StackResource>([[SCHEDULE, { physicalId: SCHEDULE, status: 'CREATE_COMPLETE', updated: UPDATED }]]);
  status: string | undefined = 'UPDATE_COMPLETE';
  /** Runs before each question to CloudFormation. */
  beforeCloudFormation: (count: number) => void = () => {};
  publish: GuardEnvironment['publish'] = async (topic, subject, message) => void this.messages.push({ topic, subject, message });
  private asked = 0;
  private readonly declared: { logicalId: string; arn: string; settings: Settings }[] = [];

  constructor(count = 1, private readonly settings: Settings = LOCKED) {
    for (let index = 0; index < count; index++) {
      this.declare(index);
    }
  }

  /** The first of its repositories. */
  get ecr(): FakeEcr {
    return this.repositories[0]!;
  }

  /** What the schedules invoke the function with. */
  input(given: Partial<GuardInput> = {}, [from, to] = [0, Infinity]): GuardInput {
    return {
      GuardMode: 'CORRECT',
      StackId: stackId('a'),
      GuardId: 'Guard',
      ScheduleLogicalResourceId: SCHEDULE,
      ScheduledTime: '2026-01-02T03:00:00Z',
      TopicArn: TOPIC,
      Declarations: this.declared.slice(from, to).map(({ logicalId, arn, settings }) => {
        const { ImageTagMutability, ImageTagMutabilityExclusionFilters } = properties(settings, arn);
        return { LogicalResourceId: logicalId, PhysicalResourceId: renderPhysicalId(arn, MUTABLE, TOKEN), ImageTagMutability, ImageTagMutabilityExclusionFilters };
      }),
      ...given,
    };
  }

  run(input: unknown = this.input(), changed: Partial<GuardEnvironment> = {}): Promise<void> {
    const started = this.clock.now();
    return runGuard(input, {
      clock: this.clock,
      log: (level, decision, details) => void this.lines.push({ level, decision, ...details }),
      ownershipTag: ownershipTagOf('a'),
      run: '0123abcd',
      lambdaRemaining: () => started + FUNCTION_TIMEOUT_MS - this.clock.now(),
      emit: (line) => void this.metrics.push(JSON.parse(line)),
      publish: (...message) => this.publish(...message),
      describe: (repositories) => this.describe(repositories),
      ecr: ({ arn }) => this.repositoryOf(arn),
      cloudFormation: {
        stackStatus: async () => {
          this.ask('DescribeStacks');
          return this.status;
        },
        resources: async () => {
          this.ask('ListStackResources');
          // CloudFormation answers so many at a time, at least.
          for (let more = this.resources.size - 100; more > 0; more -= 100) {
            this.calls.push('ListStackResources');
          }
          return new Map(this.resources);
        },
        resource: async (_, logicalId) => {
          this.ask('DescribeStackResource');
          return this.resources.get(logicalId);
        },
      },
      ...changed,
    });
  }

  decided = (decision: string) => this.lines.filter((line) => line.decision === decision);

  /** What the metrics of the last run say. */
  get counts(): unknown[] {
    const { Drifted, Corrected, Failed } = this.metrics.at(-1) ?? {};
    return [Drifted, Corrected, Failed];
  }

  private declare(index: number): void {
    const [logicalId, arn] = [`Tags${index}`, `arn:aws:ecr:eu-west-1:111122223333:repository/team-a/api-${index}`];
    const ecr = new FakeEcr(this.settings);
    record(ecr, declarationIdOf('a', logicalId), { settings: this.settings });
    ecr.before = (method) => void this.calls.push(method);
    this.repositories.push(ecr);
    this.declared.push({ logicalId, arn, settings: this.settings });
    this.resources.set(logicalId, { physicalId: renderPhysicalId(arn, MUTABLE, TOKEN), status: 'CREATE_COMPLETE', updated: UPDATED });
  }

  private ask(call: string): void {
    this.calls.push(call);
    this.beforeCloudFormation(++this.asked);
  }

  private repositoryOf = (arn: string): FakeEcr => this.repositories[this.declared.findIndex((each) => each.arn === arn)]!;

  private async describe(repositories: readonly Repository[]): Promise<ReadonlyMap<string, Settings>> {
    this.calls.push('DescribeRepositories');
    if (repositories.length > MAX_DESCRIBED) {
      throw named('InvalidParameterException', `${repositories.length} names`);
    }
    const gone = repositories.find(({ arn }) => this.repositoryOf(arn).gone);
    if (gone) {
      throw named('RepositoryNotFoundException', `The repository with name '${gone.name}' does not exist`);
    }
    return new Map(repositories.map(({ arn, name }) => [name, this.repositoryOf(arn).settings]));
  }
}
