import { declarationIdOf, ruleDeclarationOf } from './declaration';
import { isAsDeclared } from './declare-by-rule';
import {
  BatchResult, Counts, FIRST_PAGE, Failure, Item, ListedRepository, LostBatch, Pass, Work, addCounts, firstFailures,
} from './pass';
import { PAGE_SIZE, RegistryEnvironment } from './services';
import { MAX_CONCURRENCY, matchesRule } from '../../src/shared/registry';
import { sameSettings } from '../../src/shared/settings';
import { Tags } from '../ecr/ecr';
import { keyOf } from '../protocol/operation';
import { keysOf } from '../protocol/record';
import { renderSettings } from '../settings-string';

export const BATCH_SIZE = 25;
/** As many as an inline Map works on at a time. */
const MAX_ITEMS = MAX_CONCURRENCY * BATCH_SIZE;
/**
 * A state's output has at most 256 KiB. It holds the pass, which is shorter than 20 KB, and either the batches or their results, in which
 * all of them may come back, each batch with its counts and failures.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
const MAX_ITEMS_BYTES = 150_000;
/** Of the longest names, 256 characters, and of the longest settings, five filters of 128. */
const MAX_ITEM_BYTES = 1_000;
/** For how long one invocation goes on listing. */
const LIST_WINDOW_MS = 120_000;

export interface ListInput {
  readonly pass: Pass;
  readonly work: Work;
}

/** Adds up what the last batches answered, and cuts what they left and the next pages into batches. */
export async function list({ pass, work }: ListInput, environment: RegistryEnvironment): Promise<Work> {
  const { clock } = environment;
  const started = clock.now();
  const results = (work.batches as readonly (BatchResult | LostBatch)[]).map(asResult);
  let counts = results.reduce((sum, result) => addCounts(sum, result.counts), work.counts);
  const failures = firstFailures(...work.failures, ...results.flatMap((result) => result.failures));
  const items = results.flatMap(({ left }) => left);
  const gaveWay = results.some((result) => result.gaveWay);
  const hasFailed = counts.failed > 0 && pass.operation?.type === 'Create';
  if (gaveWay || hasFailed || clock.now() >= pass.deadline) {
    return { batches: [], next: work.next, counts, failures, left: items.length, gaveWay, isDone: true };
  }
  let { next } = work;
  while (next !== null && clock.now() < started + LIST_WINDOW_MS && hasRoomForAPage(items)) {
    const page = await environment.services.listRepositories(next === FIRST_PAGE ? undefined : next);
    const repositories = await withTags(pass, page.repositories, environment);
    const looked = repositories.map((repository) => look(pass, repository, environment));
    items.push(...looked.flatMap(({ item }) => item ?? []));
    counts = looked.reduce((sum, { found }) => found ? addCounts(sum, { [found]: 1 }) : sum, counts);
    reportDrift(repositories.filter((_, index) => looked[index]!.found === 'drifted'), environment);
    next = page.next ?? null;
  }
  const batches = batchesOf(items);
  return { batches, next, counts, failures, left: 0, gaveWay, isDone: batches.length === 0 && next === null };
}

const batchesOf = (items: readonly Item[]): Item[][] =>
  Array.from({ length: Math.ceil(items.length / BATCH_SIZE) }, (_, index) => items.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE));

/** A function that died, by all attempts, has declared none of its batch for certain. */
function asResult(result: BatchResult | LostBatch): Pick<BatchResult, 'failures' | 'left' | 'gaveWay'> & { readonly counts: Partial<Counts> } {
  return 'lost' in result
    ? { counts: { failed: result.lost.length }, failures: lostFailures(result), left: [] }
    : result;
}

/** The first of them stands for all. */
const lostFailures = ({ lost, error }: LostBatch): Failure[] => lost.slice(0, 1).map(({ name }) => ({ name, reason: `its batch failed: ${error}` }));

function hasRoomForAPage(items: readonly Item[]): boolean {
  return items.length + PAGE_SIZE <= MAX_ITEMS && Buffer.byteLength(JSON.stringify(items)) + PAGE_SIZE * MAX_ITEM_BYTES <= MAX_ITEMS_BYTES;
}

/** A create declares all that it finds. Others ask for tags, which save them from asking each repository. */
async function withTags(
  pass: Pass, repositories: readonly ListedRepository[], { services, log }: RegistryEnvironment,
): Promise<readonly ListedRepository[]> {
  if (pass.operation?.type === 'Create') {
    return repositories;
  }
  const found = new Map<string, Tags>();
  for (let start = 0; start < repositories.length; start += PAGE_SIZE) {
    try {
      const tags = await services.findTags(repositories.slice(start, start + PAGE_SIZE).map(({ arn }) => arn));
      tags.forEach((value, arn) => found.set(arn, value));
    } catch (error) {
      log('WARN', 'tags-not-found', { reason: String(error), consequence: 'each repository is asked for its tags' });
    }
  }
  return repositories.map((repository) => ({ ...repository, tags: found.get(repository.arn) }));
}

interface Look {
  readonly item?: Item;
  /** What need not be worked on, but is counted. */
  readonly found?: 'unchanged' | 'drifted';
}

/** Decides from the listing alone what is to be done with a repository. The batch reads it again before it writes. */
function look(pass: Pass, { name, settings, tags }: ListedRepository, { ownershipTag }: RegistryEnvironment): Look {
  const { kind, rule, before } = pass;
  const id = declarationIdOf(pass, ownershipTag);
  const isMatched = matchesRule(name, rule.filters, rule.excludes);
  const known = settings && { known: renderSettings(settings) };
  const isRecorded = tags !== undefined && keysOf(keyOf(id), tags).length > 0;
  if (kind !== 'release' && isMatched && !rule.reportOnly) {
    return tags && settings && isAsDeclared(id, ruleDeclarationOf(pass), tags, settings)
      ? { found: 'unchanged' }
      : { item: { name, ...known } };
  }
  const mayBeDeclared = kind === 'release'
    ? isMatched && !rule.reportOnly
    : before !== undefined && matchesRule(name, before.filters, before.excludes);
  const wouldChange = kind !== 'release' && isMatched && settings && !sameSettings(settings, rule.settings);
  return {
    item: isRecorded || mayBeDeclared ? { name, release: true, ...known } : undefined,
    found: wouldChange ? 'drifted' : undefined,
  };
}

/** What a rule that only reports would change, with one line for each page. */
function reportDrift(repositories: readonly ListedRepository[], { log }: RegistryEnvironment): void {
  if (repositories.length > 0) {
    log('WARN', 'would-change', { repositories: Object.fromEntries(repositories.map(({ name, settings }) => [name, settings && renderSettings(settings)])) });
  }
}
