import { App, Stack } from 'aws-cdk-lib';
import { Template as Assertions } from 'aws-cdk-lib/assertions';
import type { RequestEvidence, ScenarioEvidence } from './evidence';
import { Names } from './names';
import { withRequests } from './run';
import { HELD, type Action, type Scenario, type Template } from './scenario';
import { SCENARIOS } from './scenarios';
import { renderTemplate } from './template';
import { ImageTagMutabilityProvider } from '../../src';
import { RESOURCE_TYPE } from '../../src/shared/contract';
import { isRepositoryName } from '../../src/shared/repository-name';

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
}

const NAMES = new Names('abcdef');
const REGION = 'ap-southeast-1';

const templatesOf = ({ steps }: Scenario): Template[] => steps.flatMap(({ action }) => action.do === 'deploy' ? [action.template] : []);
const scenario = (name: string) => SCENARIOS.find((each) => each.name === name)!;

function render({ name, isParallel }: Scenario, template: Template): string {
  return renderTemplate({
    stackName: NAMES.stack(name),
    env: { account: '111122223333', region: REGION },
    template,
    isParallel,
    repositoryName: (shortName) => NAMES.repository(name, shortName),
    logGroupName: NAMES.logGroup,
    code: { bucket: 'bucket', key: 'key' },
  });
}

type Resources = Readonly<Record<string, Resource>>;

const resourcesOf = (template: string) => (JSON.parse(template) as { Resources: Resources }).Resources;
const functionsOf = (resources: Resources) => Object.fromEntries(Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::Lambda::Function'));

test('all names are ones that AWS takes', () => {
  for (const { name, repositories } of SCENARIOS) {
    expect(NAMES.stack(name)).toMatch(/^[a-zA-Z][a-zA-Z0-9-]{0,127}$/);
    for (const repository of Object.keys(repositories).map((shortName) => NAMES.repository(name, shortName))) {
      expect([repository, isRepositoryName(repository)]).toEqual([repository, true]);
    }
  }
  expect(NAMES.bucket('ap-southeast-1')).toMatch(/^[a-z0-9-]{3,63}$/);
  expect(NAMES.role).toMatch(/^[\w+=,.@-]{1,64}$/);
});

test('a scenario deletes its stack at its end, and says what its repositories have then', () => {
  for (const { name, steps } of SCENARIOS) {
    const last = steps.at(-1)!;
    expect([name, last.action.do, last.status]).toEqual([name, 'delete', 'DELETE_COMPLETE']);
    expect(last.settings).toBeDefined();
  }
});

test('a cancelled deployment creates what is held', () => {
  const cancelled = SCENARIOS.flatMap(({ steps }) => steps.map(({ action }) => action))
    .filter((action): action is Extract<Action, { do: 'deploy' }> => action.do === 'deploy' && action.isCancelled === true);
  expect(cancelled.map(({ template }) => Object.keys(template))).toEqual([expect.arrayContaining([HELD])]);
});

test('60 declarations fit into the call, and none waits for another', () => {
  const parallel = scenario('parallel');
  const [template] = templatesOf(parallel);
  const text = render(parallel, template!);
  expect(text.length).toBeLessThanOrEqual(51_200);
  const declarations = Object.values(resourcesOf(text)).filter(({ Type }) => Type === RESOURCE_TYPE);
  expect(declarations).toHaveLength(60);
  for (const { DependsOn = [] } of declarations) expect(DependsOn.filter((id) => id in template!)).toEqual([]);
});

test('declarations are made one after the other, by the ids that the scenario has', () => {
  const failed = scenario('failed-create');
  const resources = resourcesOf(render(failed, templatesOf(failed)[0]!));
  expect(resources.Failing).toMatchObject({ Type: RESOURCE_TYPE, DependsOn: expect.arrayContaining(['Tags']) as string[] });
});

test('the function is the library\'s but for its code, its handler and its log group', () => {
  const lifecycle = scenario('lifecycle');
  const verified = resourcesOf(render(lifecycle, templatesOf(lifecycle)[0]!));
  const stack = new Stack(new App(), NAMES.stack('lifecycle'), { env: { account: '111122223333', region: REGION } });
  new ImageTagMutabilityProvider(stack, 'Provider');
  const own = Assertions.fromStack(stack).findResources('AWS::Lambda::Function') as Resources;
  expect(Object.keys(functionsOf(verified))).toEqual(Object.keys(own));
  const [[mine], [theirs]] = [Object.values(functionsOf(verified)), Object.values(own)];
  expect(mine!.Properties).toEqual({
    ...theirs!.Properties,
    Code: { S3Bucket: 'bucket', S3Key: 'key' },
    Handler: 'recorder.handler',
    LoggingConfig: { LogGroup: NAMES.logGroup },
  });
});

test('what the construct would refuse reaches the function', () => {
  const failed = scenario('failed-update');
  expect(resourcesOf(render(failed, templatesOf(failed)[1]!)).Tags?.Properties.ImageTagMutability).toBe('NONE');
});

describe('the requests of a stack', () => {
  const step = (at: number) => ({ action: { do: 'delete' as const }, at, ms: 1, found: { reasons: [], repositories: {} }, problems: [], requests: [] });
  const evidence: ScenarioEvidence = { name: 'one', shows: '', repositories: {}, steps: [step(100), step(200)] };
  const request = (stack: string, at: number) => ({ at, event: { StackId: `arn:aws:cloudformation:eu-west-1:111122223333:stack/${stack}/1` } }) as RequestEvidence;
  const requests = [request('own', 99), request('own', 150), request('other', 150), request('own', 200), request('own', 900)];
  const times = (of: readonly RequestEvidence[]) => of.map(({ at }) => at);

  test('belong to the step that was played when they came', () => {
    const { steps, failed } = withRequests(evidence, 'own', requests);
    expect(steps.map((each) => times(each.requests))).toEqual([[99, 150], [200, 900]]);
    expect(failed).toBeUndefined();
  });

  test('belong to the step that went wrong, from its beginning on', () => {
    const { steps, failed } = withRequests({ ...evidence, failed: { at: 300, error: 'gone', requests: [] } }, 'own', requests);
    expect(steps.map((each) => times(each.requests))).toEqual([[99, 150], [200]]);
    expect(times(failed!.requests)).toEqual([900]);
  });
});
