import { FakeClock, FakeEcr } from './fake-ecr';
import { Environment, handle } from '../../lambda/lifecycle';
import { TAG_PREFIX } from '../../src/shared/contract';
import { Settings } from '../../src/shared/settings';

export const MUTABLE: Settings = { mutability: 'MUTABLE', filters: [] };
export const IMMUTABLE: Settings = { mutability: 'IMMUTABLE', filters: [] };
export const LOCKED: Settings = { mutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['latest', 'dev-*'] };
export const FILTERED: Settings = { mutability: 'MUTABLE_WITH_EXCLUSION', filters: ['prod-*'] };

/** What another stack declares. */
export const OF_OTHER: Settings = { mutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['cache-*'] };

export const ARN = 'arn:aws:ecr:eu-west-1:111122223333:repository/team-a/api';
export const INVENTED = 'my-stack-Tags-1ABCDEFGHIJKL';

/** Of a declaration that no stack made. */
export const FORGED_KEY = `${TAG_PREFIX}ffffffffffff:ffffffffffff-ffffffffffff`;

export const stackId = (name: string) => `arn:aws:cloudformation:eu-west-1:111122223333:stack/${name}/00000000-0000-0000-0000-${Buffer.from(name).toString('hex').padEnd(12, '0').slice(0, 12)}`;

export const properties = ({ mutability, filters }: Settings, arn = ARN) => ({
  RepositoryArn: arn,
  ImageTagMutability: mutability,
  ...filters.length > 0 && {
    ImageTagMutabilityExclusionFilters: filters.map((filter) => ({
      ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: filter,
    })),
  },
});

/** The tag by which a stack's provider marks repositories. */
export const markOf = (name: string) =>
  ({ key: `${TAG_PREFIX}stack:${Buffer.from(name).toString('hex').padEnd(12, '0').slice(0, 12)}`, value: stackId(name) });

/** A stack whose provider works on one in-memory repository. */
export class Stack {
  readonly lines: Record<string, unknown>[] = [];
  readonly clock = new FakeClock();
  private requests = 0;
  readonly environment: { -readonly [K in keyof Environment]: Environment[K] };

  constructor(readonly ecr: FakeEcr, readonly name = 'a') {
    this.environment = {
      clock: this.clock,
      log: (level, decision, details) => this.lines.push({ level, decision, ...details }),
      mark: markOf(name),
      ecr: () => ecr,
    };
  }

  create = (settings: Settings, logicalId = 'Tags') => this.send('Create', logicalId, { ResourceProperties: properties(settings) });
  update = (settings: Settings, old: Settings, logicalId = 'Tags') => this.send('Update', logicalId, {
    PhysicalResourceId: ARN, ResourceProperties: properties(settings), OldResourceProperties: properties(old),
  });

  remove = (settings: Settings, logicalId = 'Tags', PhysicalResourceId = ARN) =>
    this.send('Delete', logicalId, { PhysicalResourceId, ResourceProperties: properties(settings) });

  decided = (decision: string) => this.lines.filter((line) => line.decision === decision);

  send(RequestType: string, LogicalResourceId: string, rest: object) {
    return handle({ RequestType, LogicalResourceId, StackId: stackId(this.name), RequestId: `${this.name}-${++this.requests}`, ResponseURL: 'https://s.example/secret', ...rest }, this.environment);
  }
}
