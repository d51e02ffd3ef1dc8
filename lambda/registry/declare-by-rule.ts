import { Settings, sameSettings } from '../../src/shared/settings';
import { Tags } from '../ecr/ecr';
import { declare, isRecorded } from '../protocol/declare';
import { DeclarationId, Operation, keyOf, stackNameOf } from '../protocol/operation';
import { NewerRecordError, RepositoryRecord, declarationOf, newest, originalOf, readRecord } from '../protocol/record';

/** What a rule, a `RegistryImageTagMutability`, declares on each of its repositories. The rule itself is the operation's declaration. */
export interface RuleDeclaration {
  /** When the rule was created, in ms: its precedence among rules. It stands in the physical id. */
  readonly created: number;
  /** The token of the physical id. */
  readonly token: string;
  readonly settings: Settings;
}

export interface DeclareByRuleOptions {
  /** The repository's settings, where a listing has shown them a while ago. It saves a call where the repository has a record. */
  readonly known?: Settings;
  /**
   * What the rule may have set there before: its settings in a sweep; the old and the new ones in an update, where the old filters match the
   * repository; else nothing, also in an update, which may roll back one that has just released the repository. Where a repository has these
   * without a record, others may have erased the record, so they are not taken for the original.
   */
  readonly ownSettings?: readonly Settings[];
}

export interface DeclareByRuleResult {
  readonly outcome: 'declared' | 'unchanged' | 'superseded';
  readonly before: Settings;
  readonly effective: Settings;
  /** The stack whose declaration holds over the rule. */
  readonly supersededBy?: string;
}

/** Declares one repository as the rule says: the record and the protocol are those of a single declaration. */
export async function declareByRule(
  operation: Operation, { created, token, settings }: RuleDeclaration, { known, ownSettings = [] }: DeclareByRuleOptions = {},
): Promise<DeclareByRuleResult> {
  const { before, effective, supersededBy, isUnchanged } = await declare(operation, {
    settings, precedence: { ruleCreated: created }, isCreate: false, token, newToken: token, ownSettings, failIfSuperseded: false, known,
  });
  return { outcome: supersededBy ? 'superseded' : isUnchanged ? 'unchanged' : 'declared', before, effective, supersededBy };
}

/** Whether a repository with these tags and settings is as `declareByRule` would leave it, so that a pass has nothing to do there. */
export function isAsDeclared(id: DeclarationId, { created, token, settings }: RuleDeclaration, tags: Tags, actual: Settings): boolean {
  const key = keyOf(id);
  const record = readIfKnown(tags);
  const recorded = record && declarationOf(key, record)?.declared;
  if (!record || !recorded) {
    return false;
  }
  const declared = { ...recorded, precedence: { ruleCreated: created }, stackName: stackNameOf(id), token, settings };
  return isRecorded({ key, declared, original: originalOf(record.declarations, key) }, recorded, tags, id)
    && sameSettings(actual, newest(record.declarations)!.declared.settings);
}

/** Nothing where the record is of a newer format: `declareByRule` says so then. */
function readIfKnown(tags: Tags): RepositoryRecord | undefined {
  try {
    return readRecord(tags);
  } catch (error) {
    if (error instanceof NewerRecordError) {
      return undefined;
    }
    throw error;
  }
}
