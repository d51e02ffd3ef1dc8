import { createHash } from 'node:crypto';
import { Settings } from '../../src/shared/settings';
import { Repository, parseRepositoryArn } from '../ecr/repository';
import { parseSettings, renderSettings } from '../settings-string';

/**
 * The physical id of a declaration: `<ARN>|<original>|<token>`.
 *
 * CloudFormation keeps it, so the original is known also where others have erased the record in the repository's tags. The token tells one
 * create from another of the same logical id. The longest ARN with five of the longest filters takes 996 bytes of the 1,024 that
 * CloudFormation allows, so an id is never cut.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html
 */
export interface PhysicalId {
  readonly repository: Repository;
  /** The settings from before the first declaration. Absent where they are unknown, and after a failed create. */
  readonly original?: Settings;
  /** Absent in an id that is only an ARN. */
  readonly token?: string;
}

const TOKEN = /^[0-9a-f]{12}$/;

export function renderPhysicalId(arn: string, original: Settings | undefined, token: string): string {
  return [arn, original ? renderSettings(original) : '', token].join('|');
}

/** Nothing where CloudFormation has generated the id itself (`<stack>-<logical id>-<suffix>`). */
export function parsePhysicalId(value: unknown): PhysicalId | undefined {
  const [arn, original, token = ''] = typeof value === 'string' ? value.split('|') : [];
  const repository = parseRepositoryArn(arn);
  return repository && { repository, original: parseSettings(original), token: TOKEN.test(token) ? token : undefined };
}

/**
 * The physical id of a rule, a `RegistryImageTagMutability`: `rule|<time of creation>|<token>`. The time is its precedence among rules, which
 * is the same for all repositories. A rule's originals are in the repositories' tags only.
 */
export interface RulePhysicalId {
  /** In ms. */
  readonly created: number;
  readonly token: string;
}

const RULE = /^rule\|(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)\|([0-9a-f]{12})$/;

export function renderRulePhysicalId({ created, token }: RulePhysicalId): string {
  return ['rule', new Date(created).toISOString(), token].join('|');
}

/** Nothing where CloudFormation has generated the id itself. */
export function parseRulePhysicalId(value: unknown): RulePhysicalId | undefined {
  const [, time = '', token] = typeof value === 'string' ? RULE.exec(value) ?? [] : [];
  const created = Date.parse(time);
  return token === undefined || Number.isNaN(created) ? undefined : { created, token };
}

/** Made of the create's RequestId, so that a second delivery of the same create has the same token. What is no string is refused, but its response has an id, too. */
export function tokenOf(requestId: unknown): string {
  return createHash('sha256').update(typeof requestId === 'string' ? requestId : '').digest('hex').slice(0, 12);
}
