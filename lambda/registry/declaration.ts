import { RuleDeclaration } from './declare-by-rule';
import { Pass } from './pass';
import { matchesRule } from '../../src/shared/registry';
import { Settings } from '../../src/shared/settings';
import { DeclarationId, OwnershipTag } from '../protocol/operation';

/** The rule as a declaration of one repository, whose key its tags have. */
export const declarationIdOf = ({ rule: { stackId, logicalId } }: Pass, ownershipTag: OwnershipTag): DeclarationId =>
  ({ stackId, logicalId, ownershipTag });

export function ruleDeclarationOf({ rule: { settings }, created, token }: Pass): RuleDeclaration {
  if (token === undefined) {
    // Only a delete may come with an id that CloudFormation has generated.
    throw new Error('a rule without a physical id of its own cannot declare anything');
  }
  return { created, token, settings };
}

/**
 * What the rule may have set on a repository before: where the repository has it without a record, it is not known to be the original. In an
 * update, that is so only where the old filters match: the update may roll back one that has just released the repository.
 */
export function ownSettingsOf({ operation, rule: { settings }, before }: Pass, name: string): readonly Settings[] {
  const mayBeDeclared = operation === undefined || (before !== undefined && matchesRule(name, before.filters, before.excludes));
  return mayBeDeclared ? [settings, ...before?.settings ? [before.settings] : []] : [];
}
