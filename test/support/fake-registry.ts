import { FakeClock, FakeEcr, named } from './fake-ecr';
import { ownershipTagOf, stackId } from './fake-stack';
import { StackResource } from '../../lambda/cloudformation/stack';
import { ListedRepository } from '../../lambda/registry/pass';
import { Execution, PAGE_SIZE, RegistryEnvironment, Services } from '../../lambda/registry/services';
import { Settings } from '../../src/shared/settings';

export const STATE_MACHINE = 'arn:aws:states:eu-west-1:111122223333:stateMachine:Passes';
const arnOf = (name: string) => `arn:aws:ecr:eu-west-1:111122223333:repository/${name}`;

/** A registry in memory, with the services that rules ask beside ECR. */
export class FakeRegistry {
  readonly repositories = new Map<string, FakeEcr>();
  readonly clock = new FakeClock();
  readonly lines: Record<string, any>[] = [];
  readonly emitted: any[] = [];
  readonly started: { readonly name: string; readonly input: any }[] = [];
  readonly stopped: string[] = [];
  running: Execution[] = [];
  /** How often each of the services was asked. */
  readonly asked: Partial<Record<keyof Services, number>> = {};
  /** What CloudFormation has of the stack: nothing where it is gone. */
  stackStatus: string | undefined = 'CREATE_COMPLETE';
  /** Its rules, by logical id. */
  readonly resources = new Map<string, StackResource>();
  /** Whether the tagging API answers what the repositories have, nothing, or an error. */
  hints: 'tags' | 'nothing' | 'refused' = 'tags';
  /** Runs before each call of a service; throws to fail it. */
  before?: (call: keyof Services, count: number) => void;
  beforeEcr?: (name: string, method: string) => void;

  readonly environment: RegistryEnvironment = {
    clock: this.clock,
    log: (level, decision, details) => void this.lines.push({ level, decision, ...details }),
    emit: (line) => void this.emitted.push(JSON.parse(line)),
    ownershipTag: ownershipTagOf('a'),
    lambdaRemaining: () => 900_000,
    ecr: ({ name }) => this.repositories.get(name) ?? Object.assign(new FakeEcr({ mutability: 'MUTABLE', filters: [] }), { gone: true }),
    services: this.counted({
      listRepositories: async (token) => {
        const names = [...this.repositories.keys()].sort();
        const start = Number(token ?? 0);
        // InvalidParameterException: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html
        if (token === '' || Number.isNaN(start)) throw named('InvalidParameterException', 'nextToken is none of this listing');
        const page = names.slice(start, start + PAGE_SIZE);
        const repositories = page.map((name): ListedRepository => ({ name, arn: arnOf(name), settings: this.repositories.get(name)!.settings }));
        return { repositories, next: start + PAGE_SIZE < names.length ? String(start + PAGE_SIZE) : undefined };
      },
      findTags: async (arns) => {
        if (this.hints === 'refused') throw named('AccessDeniedException', 'not authorized');
        const found = arns.map((arn) => [arn, new Map(this.repositories.get(arn.split(':repository/')[1]!)!.tags)] as const);
        return new Map(this.hints === 'nothing' ? [] : found.filter(([, tags]) => tags.size > 0));
      },
      startExecution: async (_, name, input) => void this.started.push({ name, input: JSON.parse(input) }),
      runningExecutions: async () => this.running,
      stopExecution: async (arn) => {
        this.stopped.push(arn);
        this.running = this.running.filter((execution) => execution.arn !== arn);
      },
      stackStatus: async () => this.stackStatus,
      resource: async (_, logicalId) => this.resources.get(logicalId),
    }),
  };

  add(name: string, settings: Settings): FakeEcr {
    const repository = new FakeEcr(settings);
    repository.before = (method) => this.beforeEcr?.(name, method);
    this.repositories.set(name, repository);
    return repository;
  }

  remove = (name: string) => this.repositories.delete(name);

  settings = () => Object.fromEntries([...this.repositories].map(([name, { settings }]) => [name, settings]));
  traces = () => [...this.repositories].filter(([, { trace }]) => trace.length > 0).map(([name]) => name).sort();
  decided = (decision: string) => this.lines.filter((line) => line.decision === decision);

  /** Calls of ECR and of the services since the last time. */
  takeCalls(): number {
    const repositories = [...this.repositories.values()];
    const count = repositories.reduce((sum, { calls }) => sum + calls.length, 0) + Object.values(this.asked).reduce((sum, asked) => sum + asked, 0);
    repositories.forEach(({ calls }) => { calls.length = 0; });
    Object.keys(this.asked).forEach((call) => delete this.asked[call as keyof Services]);
    return count;
  }

  private counted(services: Services): Services {
    return Object.fromEntries(Object.entries(services).map(([call, action]) => [call, async (...args: unknown[]) => {
      const count = this.asked[call as keyof Services] = (this.asked[call as keyof Services] ?? 0) + 1;
      this.before?.(call as keyof Services, count);
      return (action as any)(...args);
    }])) as unknown as Services;
  }
}

export const RULE_STACK = stackId('a');
