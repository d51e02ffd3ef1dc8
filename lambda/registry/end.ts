import { Counts, Pass, StackOperation, Work, eventOf } from './pass';
import { RegistryEnvironment } from './services';
import { RuleAttributes } from '../../src/shared/registry';
import { namesOf } from '../cloudformation/request';
import { Response, renderResponse } from '../cloudformation/response';
import { submitResponse } from '../cloudformation/submit';
import { renderMetrics } from '../metrics';
import { stackNameIn } from '../protocol/operation';

export interface EndInput {
  readonly pass: Pass;
  readonly work: Work;
  /** What a state failed with. */
  readonly error: { readonly Error?: unknown; readonly Cause?: unknown } | null;
}

/** Says how the pass has ended: in the log, by metrics and, where a stack waits for it, to CloudFormation. */
export async function end({ pass, work, error }: EndInput, environment: RegistryEnvironment): Promise<object> {
  const { rule, operation, kind } = pass;
  const { counts, failures, gaveWay } = work;
  const problem = problemOf(pass, work, error);
  const event = eventOf(pass);
  environment.log(problem ? 'ERROR' : 'INFO', 'pass-ended', {
    ...namesOf(event), pass: kind, counts, failures, gaveWay: gaveWay || undefined, reason: problem,
  });
  const { clock, emit } = environment;
  const source = { stackName: stackNameIn(rule.stackId), logicalId: rule.logicalId };
  emit(renderMetrics(source, { ...counts, failed: counts.failed + counts.refused }, clock.now()));
  if (operation) {
    const body = renderResponse(event, responseOf(operation, work, problem));
    const failure = await submitResponse(new URL(operation.responseUrl), body, environment.clock);
    if (failure) {
      environment.log('ERROR', 'response-not-sent', { ...namesOf(event), error: failure });
      // The state machine repeats the step.
      throw new Error('The response could not be sent to CloudFormation');
    }
  }
  return { counts, failures, gaveWay };
}

/** What keeps the pass from being a success, or nothing. */
function problemOf({ operation }: Pass, { counts, left, next, gaveWay, failures }: Work, error: EndInput['error']): string | undefined {
  const named = failures.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
  if (error) {
    return `the pass over the registry failed: ${describe(error)}`;
  }
  // A repository that cannot be restored is what a delete is for.
  const failed = counts.failed + (operation?.type === 'Delete' ? counts.refused : 0);
  if (failed > 0) {
    return `${failed} of ${total(counts)} repositories failed. ${named}`;
  }
  if (!gaveWay && (left > 0 || next !== null)) {
    const unlisted = next === null ? '' : ', and those that were not listed yet';
    return `out of time after ${total(counts)} repositories: ${left} are left${unlisted}. ${ADVICE[operation?.type ?? 'Sweep']}`;
  }
  return undefined;
}

const DEPLOY_AGAIN = 'Deploy again, or use several rules with narrower repositoryFilters.';

/** What to do about a pass that was out of time. */
const ADVICE = {
  Create: DEPLOY_AGAIN,
  Update: DEPLOY_AGAIN,
  Delete: '',
  Sweep: 'The next sweep goes on.',
};

/** In the response of a success, which CloudFormation takes 4,096 bytes of. A quotation mark takes two. */
const MAX_REFUSED = 1_200;

/** Drift is counted beside what became of the repository. */
const total = ({ drifted: _, corrected: __, ...others }: Counts): number => Object.values(others).reduce((a, b) => a + b);

const RELEASE = 'Run npx cdk-ecr-tag-mutability release, which restores what is left: CloudFormation deletes the function next.';

function responseOf({ type, physicalId }: StackOperation, { counts, failures }: Work, problem: string | undefined): Response {
  if (problem !== undefined) {
    return { Status: 'FAILED', PhysicalResourceId: physicalId, Reason: { message: problem, commands: type === 'Delete' ? RELEASE : undefined } };
  }
  const refused = [String(counts.refused), ...failures.map(({ name, reason }) => `${name}: ${reason}`)].join('; ');
  const Data: RuleAttributes = { Declared: counts.declared + counts.unchanged + counts.superseded, Refused: refused.slice(0, MAX_REFUSED) };
  return { Status: 'SUCCESS', PhysicalResourceId: physicalId, Data };
}

/** Step Functions gives a function's error by its name, and its message in JSON. */
function describe({ Error: name, Cause: cause }: NonNullable<EndInput['error']>): string {
  let message = cause;
  try {
    message = (JSON.parse(String(cause)) as { errorMessage?: unknown }).errorMessage ?? cause;
  } catch {
    // Other states' causes are plain.
  }
  return [name, message].filter((part) => typeof part === 'string' && part !== '').join(': ').slice(0, 1_000);
}
