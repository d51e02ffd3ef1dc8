import { ModelRequest, ModelRequests, delivered } from './model-request';
import { LONG, Resource, generatedIdOf, locked } from './resources';
import { Settings } from '../../src/shared/settings';

const A: Resource = { stack: 'a', logicalId: 'Tags', provider: 'a' };
const B: Resource = { stack: 'b', logicalId: 'Tags', provider: 'b' };
const C: Resource = { stack: 'c', logicalId: 'Tags', provider: 'c' };
const D: Resource = { stack: 'd', logicalId: 'Tags', provider: 'd' };
/** The same construct as A, renamed. */
const A_RENAMED: Resource = { ...A, logicalId: 'Renamed' };
/** A resource in a stack that uses the provider of stack a. */
const GUEST: Resource = { stack: 'guest', logicalId: 'Tags', provider: 'a' };

const [OF_A, OF_B, OF_C, OF_D, OF_GUEST, NEW, NEWER] = [LONG, locked('b-*'), locked('c-*'), locked('d-*'), locked('guest-*'), locked('new-*'), locked('newer-*')];

const CREATED = Date.parse('2026-01-01T00:00:00.000Z');
const RULE: Resource = { stack: 'r', logicalId: 'Rule', provider: 'r', ruleCreated: CREATED };
const NEWER_RULE: Resource = { stack: 's', logicalId: 'Rule', provider: 's', ruleCreated: CREATED + 1 };
/** A rule in the stack of A. */
const RULE_OF_A: Resource = { ...RULE, stack: 'a', provider: 'a' };

/** A resource, and the first request that CloudFormation sends for it. */
export interface Participant {
  readonly resource: Resource;
  readonly request: ModelRequest;
  /** The rank of a new declaration: the higher one is effective. Those of the start have the ranks 0, 1 and so on. */
  readonly rank?: number;
}

/** The declarations that were deployed before, oldest first. */
export type Start = readonly (readonly [Resource, Settings])[];
const ONE: Start = [[A, OF_A]];
const TWO: Start = [[A, OF_A], [B, OF_B]];
const [OF_RULE, OF_NEWER_RULE] = [locked('rule-*'), locked('newer-rule-*')];
const ONE_RULE: Start = [[RULE, OF_RULE]];
const RULE_AND_ONE: Start = [[A, OF_A], [RULE, OF_RULE]];
const TWO_RULES: Start = [[NEWER_RULE, OF_NEWER_RULE], [RULE, OF_RULE]];

const NEWEST = 100;

export type Case = readonly [name: string, start: Start, participants: readonly Participant[]];

/** Everything that two invocations can have to do with each other on one repository, whose settings were `original` before. */
export function casesOf(original: Settings): readonly Case[] {
  const requests = new ModelRequests(original);
  const creates = (resource: Resource, settings: Settings, rank = NEWEST): Participant => (
    { resource, request: requests.create(resource, settings), rank });
  const updates = (resource: Resource, old: Settings, settings = NEW): Participant => (
    { resource, request: requests.update(resource, settings, old, NEWER) });
  const removes = (resource: Resource, settings: Settings): Participant => ({ resource, request: requests.remove(resource, settings) });
  const twice = (participant: Participant): Participant[] => ['first', 'second'].map((count) => (
    { ...participant, request: delivered(count, participant.request) }));
  const overtaken = (resource: Resource, settings: Settings): Participant[] => [
    { resource, request: requests.overtakenCreate(resource, settings) },
    { resource, request: requests.remove(resource, settings, generatedIdOf(resource)) },
  ];
  const ofSweeps = new ModelRequests(original, true);
  const sweeps = (resource: Resource, settings: Settings): Participant => ({ resource, request: requests.sweep(resource, settings) });
  const updatesAfterSweeps = (resource: Resource, old: Settings): Participant => ({ resource, request: ofSweeps.update(resource, NEW, old, NEWER) });
  const removesAfterSweeps = (resource: Resource, settings: Settings): Participant => ({ resource, request: ofSweeps.remove(resource, settings) });
  const cancelled = (resource: Resource, settings: Settings): Participant[] => [
    { resource, request: { ...requests.overtakenCreate(resource, settings), isWaitedFor: true } },
    { resource, request: ofSweeps.remove(resource, settings, generatedIdOf(resource)) },
  ];
  return [
    ['two declare', [], [creates(C, OF_C), creates(D, OF_D)]],
    ['two declare what a third has declared', ONE, [creates(C, OF_C), creates(D, OF_D)]],
    ['two declare what two have declared', TWO, [creates(C, OF_C), creates(D, OF_D)]],
    ['one declares while the only declaration is released', ONE, [creates(C, OF_C), removes(A, OF_A)]],
    ['one declares while the older declaration is released', TWO, [creates(C, OF_C), removes(A, OF_A)]],
    ['one declares while the newer declaration is released', TWO, [creates(C, OF_C), removes(B, OF_B)]],
    ['both are released', TWO, [removes(A, OF_A), removes(B, OF_B)]],
    ['the older is updated while the newer is released', TWO, [updates(A, OF_A), removes(B, OF_B)]],
    ['the newer is updated while the older is released', TWO, [updates(B, OF_B), removes(A, OF_A)]],
    ['one is updated while another declares', ONE, [updates(A, OF_A), creates(C, OF_C)]],
    ['both are updated', TWO, [updates(A, OF_A), updates(B, OF_B, locked('b2-*'))]],
    ['a construct is renamed while a newer declaration is released', TWO, [creates(A_RENAMED, NEW, 0.5), removes(B, OF_B)]],
    ['a construct is renamed while another declares', ONE, [creates(A_RENAMED, NEW, 0.5), creates(C, OF_C)]],
    ['a create is delivered twice', [], twice(creates(C, OF_C))],
    ['a create is delivered twice above another declaration', ONE, twice(creates(C, OF_C))],
    ['an update is delivered twice', ONE, twice(updates(A, OF_A))],
    ['an update under a newer declaration is delivered twice', TWO, twice(updates(A, OF_A))],
    ['a delete is delivered twice', ONE, twice(removes(A, OF_A))],
    ['a delete over an older declaration is delivered twice', TWO, twice(removes(B, OF_B))],
    ['a create is overtaken by its delete', [], overtaken(C, OF_C)],
    ['a create above another declaration is overtaken by its delete', ONE, overtaken(C, OF_C)],
    ['a create in a stack that shares a provider, while its host releases', ONE, [creates(GUEST, OF_GUEST), removes(A, OF_A)]],
    ['a release in a stack that shares a provider, while its host declares', [[GUEST, OF_GUEST]], [removes(GUEST, OF_GUEST), creates(A, OF_A)]],
    ['two releases in stacks that share a provider', [[A, OF_A], [GUEST, OF_GUEST]], [removes(A, OF_A), removes(GUEST, OF_GUEST)]],
    ['a rule and a single declaration declare', [], [creates(RULE, OF_RULE), creates(C, OF_C)]],
    ['a rule and a single declaration of one stack declare', [], [creates(RULE_OF_A, OF_RULE), creates(A, OF_A)]],
    ['two rules declare', [], [creates(RULE, OF_RULE), creates(NEWER_RULE, OF_NEWER_RULE)]],
    ['a rule declares while a single declaration is released', ONE, [creates(RULE, OF_RULE), removes(A, OF_A)]],
    ['a rule declares while a single declaration of its stack is released', ONE, [creates(RULE_OF_A, OF_RULE), removes(A, OF_A)]],
    ['a rule declares while a single declaration is updated', ONE, [creates(RULE, OF_RULE), updates(A, OF_A)]],
    ['a rule is released while a single declaration declares', ONE_RULE, [creates(C, OF_C), removes(RULE, OF_RULE)]],
    ['a rule is updated while a single declaration declares', ONE_RULE, [creates(C, OF_C), updates(RULE, OF_RULE)]],
    ['a rule is updated while a single declaration is released', RULE_AND_ONE, [removes(A, OF_A), updates(RULE, OF_RULE)]],
    ['a rule is released while a single declaration is updated', RULE_AND_ONE, [updates(A, OF_A), removes(RULE, OF_RULE)]],
    ['a rule and a single declaration are released', RULE_AND_ONE, [removes(A, OF_A), removes(RULE, OF_RULE)]],
    ['a rule and a single declaration of one stack are released', [[A, OF_A], [RULE_OF_A, OF_RULE]], [removes(A, OF_A), removes(RULE_OF_A, OF_RULE)]],
    ['a rule declares while an older one is released', ONE_RULE, [creates(NEWER_RULE, OF_NEWER_RULE), removes(RULE, OF_RULE)]],
    ['an older rule is updated while a newer one is released', TWO_RULES, [removes(NEWER_RULE, OF_NEWER_RULE), updates(RULE, OF_RULE)]],
    ['two rules are released', TWO_RULES, [removes(NEWER_RULE, OF_NEWER_RULE), removes(RULE, OF_RULE)]],
    ['a sweep meets an update of its rule', ONE_RULE, [sweeps(RULE, OF_RULE), updatesAfterSweeps(RULE, OF_RULE)]],
    ['a sweep meets the delete of its rule', ONE_RULE, [sweeps(RULE, OF_RULE), removesAfterSweeps(RULE, OF_RULE)]],
    ['the event of a new repository meets an update of the rule', [], [sweeps(RULE, OF_RULE), { ...updatesAfterSweeps(RULE, OF_RULE), rank: 0 }]],
    ['the event of a new repository meets the delete of the rule', [], [sweeps(RULE, OF_RULE), removesAfterSweeps(RULE, OF_RULE)]],
    ['a sweep meets a new single declaration', ONE_RULE, [sweeps(RULE, OF_RULE), creates(C, OF_C)]],
    ['a sweep meets the delete of a single declaration', RULE_AND_ONE, [sweeps(RULE, OF_RULE), removes(A, OF_A)]],
    ['a cancelled create of a rule meets its delete', [], cancelled(RULE, OF_RULE)],
    ['a cancelled create of a rule over a single declaration meets its delete', ONE, cancelled(RULE, OF_RULE)],
  ];
}
