import { declarationIdOf, ownSettingsOf, ruleDeclarationOf } from './declaration';
import { declareByRule } from './declare-by-rule';
import { isStillDeployed } from './deployed-rule';
import { describeError, kindOfFailure } from './failure';
import { repositoryArn } from './parse-rule';
import { BatchResult, Counts, Failure, Item, NO_COUNTS, Pass, addCounts, eventOf } from './pass';
import { releaseByRule } from './release-by-rule';
import { RegistryEnvironment } from './services';
import { WRITE_WINDOW_MS } from '../../src/shared/registry';
import { sameSettings } from '../../src/shared/settings';
import { parseRepositoryArn } from '../ecr/repository';
import { RepositoryNotFoundError } from '../ecr/retries';
import { Invocation } from '../protocol/invocation';
import { Operation } from '../protocol/operation';
import { parseSettings } from '../settings-string';

/** Each waits for the one call after the other. */
const AT_ONCE = 4;
/** In the result of one batch; the log has all. */
const MAX_BATCH_FAILURES = 2;

export interface BatchInput {
  readonly pass: Pass;
  readonly batch: readonly Item[];
}

/** Works on the repositories of a batch, in the write window of this invocation. What it could not do in time is left to another batch. */
export async function batch({ pass, batch: items }: BatchInput, environment: RegistryEnvironment): Promise<BatchResult> {
  const invocation = new Invocation(environment, eventOf(pass));
  if (pass.kind === 'sweep' && !await isStillDeployed(pass, environment)) {
    return { counts: NO_COUNTS, failures: [], left: [], gaveWay: true };
  }
  let counts: Counts = NO_COUNTS;
  const failures: Failure[] = [];
  const left: Item[] = [];
  const queue = [...items];
  const workOff = async () => {
    for (let item = queue.shift(); item; item = queue.shift()) {
      try {
        // Others have counted when it is done.
        const done = await work(pass, item, invocation);
        counts = addCounts(counts, done);
      } catch (error) {
        const kind = kindOfFailure(error);
        // What passes is tried again by a later batch. A create for which a whole window was too short gives up: CloudFormation takes it back.
        if (kind === 'passing' && (pass.operation?.type !== 'Create' || counts !== NO_COUNTS)) {
          left.push(again(item));
          continue;
        }
        counts = addCounts(counts, { [kind === 'refused' ? 'refused' : 'failed']: 1 });
        failures.push({ name: item.name, reason: describeError(error) });
        invocation.log(parseRepositoryArn(repositoryArn(pass.rule.stackId, item.name)))('ERROR', 'failed', { reason: (error as Error).message });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, workOff));
  return { counts, failures: failures.slice(0, MAX_BATCH_FAILURES), left };
}

/** To be listed again. What the listing has read is old by then. */
const again = ({ name, release }: Item): Item => ({ name, release });

interface OperationOnOptions {
  /** How long the invocation may write. */
  readonly windowMs: number;
  /** @see OperationOptions */
  readonly mayBeNew: boolean;
}

/** The work on one repository, in a window that began with the invocation. */
export function operationOn(pass: Pass, { name }: Item, invocation: Invocation, { windowMs, mayBeNew }: OperationOnOptions): Operation {
  const repository = parseRepositoryArn(repositoryArn(pass.rule.stackId, name));
  if (!repository) {
    throw new Error(`${name} is not the name of a repository`);
  }
  return invocation.operation(declarationIdOf(pass, invocation.environment.ownershipTag), repository, {
    remaining: () => invocation.remainingOf(windowMs), mayBeNew, isDenialNeverFinal: () => false,
  });
}

async function work(pass: Pass, item: Item, invocation: Invocation): Promise<Partial<Counts>> {
  const operation = operationOn(pass, item, invocation, { windowMs: WRITE_WINDOW_MS, mayBeNew: false });
  try {
    return item.release ? await releaseItem(pass, item, operation) : await declareItem(pass, item, operation);
  } catch (error) {
    if (error instanceof RepositoryNotFoundError) {
      operation.log('INFO', 'repository-not-found');
      return { gone: 1 };
    }
    throw error;
  }
}

export async function declareItem(
  pass: Pass, item: Item, operation: Operation, ownSettings = ownSettingsOf(pass, item.name),
): Promise<Partial<Counts>> {
  const { outcome, before, effective, supersededBy } = await declareByRule(operation, ruleDeclarationOf(pass), {
    known: parseSettings(item.known), ownSettings,
  });
  if (outcome === 'superseded') {
    operation.log('INFO', 'superseded', { by: supersededBy, declared: pass.rule.settings, before, effective });
  } else if (outcome === 'declared') {
    operation.log('INFO', 'declared', { before, effective });
  }
  const isCorrected = pass.kind === 'sweep' && !sameSettings(before, effective);
  return { [outcome]: 1, ...isCorrected && { drifted: 1, corrected: 1 } };
}

async function releaseItem({ token, rule }: Pass, { known }: Item, operation: Operation): Promise<Partial<Counts>> {
  const { outcome, ...settings } = await releaseByRule(operation, { token, known: parseSettings(known) });
  switch (outcome) {
    case 'released':
    case 'original-unknown':
    case 'restored-without-record':
      operation.log('INFO', 'released', settings);
      return { released: 1 };
    case 'no-record':
      if ('before' in settings && sameSettings(settings.before, rule.settings)) {
        operation.log('WARN', 'no-record', { consequence: 'the settings are left as they are', ...settings });
      }
      return { unchanged: 1 };
    case 'other-create':
      operation.log('INFO', 'other-create', { consequence: 'the declaration of a later create stays' });
      return { unchanged: 1 };
  }
}
