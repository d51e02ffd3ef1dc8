import { Settings, sameSettings } from '../../src/shared/settings';
import { Tags } from '../ecr/ecr';
import { declare } from '../protocol/declare';
import { DeclarationId, Operation, keyOf } from '../protocol/operation';
import { declarationOf, newest, readRecord } from '../protocol/record';

/** What a rule, a `RegistryImageTagMutability`, declares on each of its repositories. The rule itself is the operation's declaration. */
export interface RuleDeclaration {
  readonly created: number;
  readonly token: string;
  readonly settings: Settings;
}

export interface DeclareByRuleOptions {
  readonly known?: Settings;
  readonly ownSettings?: readonly Settings[];
}

export interface DeclareByRuleResult {
  readonly outcome: 'declared' | 'unchanged' | 'superseded';
  readonly before: Settings;
  readonly effective: Settings;
  readonly supersededBy?: string;
}

export async function declareByRule(
  operation: Operation, { token, settings }: RuleDeclaration, { ownSettings = [] }: DeclareByRuleOptions = {},
): Promise<DeclareByRuleResult> {
  const { before, effective, supersededBy } = await declare(operation, {
    settings, isCreate: false, token, newToken: token, ownSettings, failIfSuperseded: false, rollBack: async () => {},
  });
  return { outcome: supersededBy ? 'superseded' : sameSettings(before, effective) ? 'unchanged' : 'declared', before, effective, supersededBy };
}

export function isAsDeclared(id: DeclarationId, { token, settings }: RuleDeclaration, tags: Tags, actual: Settings): boolean {
  const { declarations } = readRecord(tags);
  const declared = declarationOf(keyOf(id), { declarations, damaged: [] })?.declared;
  return declared?.token === token && sameSettings(declared.settings, settings) && sameSettings(newest(declarations)!.declared.settings, actual);
}
