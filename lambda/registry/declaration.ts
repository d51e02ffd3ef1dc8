import { RuleDeclaration } from './declare-by-rule';
import { Pass } from './pass';
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

/** What the rule may have set before: where a repository has it without a record, it is not known to be the original. */
export function ownSettingsOf({ operation, rule: { settings }, before }: Pass): readonly Settings[] {
  return operation?.type === 'Create' ? [] : [settings, ...before?.settings ? [before.settings] : []];
}
