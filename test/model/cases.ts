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
  ];
}
