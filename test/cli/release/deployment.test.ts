import { candidatesOf } from '../../../cli/release/candidate';
import { deploymentOf } from '../../../cli/release/deployment';
import { statusOf } from '../../../cli/status/repository-status';
import { FakeEcr } from '../../support/fake-ecr';
import { stackId } from '../../support/fake-stack';
import { LOCKED, MUTABLE } from '../../support/settings';
import { declarationIdOf, record } from '../../support/test-operation';
import { listed } from '../listed';

/** A repository's declaration by a stack, with another provider's ownership tag where one is named. */
function candidate({ provider = 'a', without }: { provider?: string; without?: RegExp } = {}) {
  const ecr = new FakeEcr(MUTABLE);
  record(ecr, { ...declarationIdOf('a'), ownershipTag: declarationIdOf(provider).ownershipTag }, { settings: LOCKED });
  for (const key of ecr.trace.filter((each) => without?.test(each))) ecr.tags.delete(key);
  return candidatesOf(statusOf(listed('team-a/api', LOCKED), ecr.tags)!, undefined)[0]!;
}

/** CloudFormation with one stack of the name, which has these resources. */
function cloudFormation(id: string | undefined, ...logicalIds: string[]) {
  const asked: string[] = [];
  return {
    asked,
    find: async (region: string, nameOrId: string) => {
      asked.push(`${region} ${nameOrId}`);
      return id === undefined ? undefined : { id, logicalIds };
    },
  };
}

test.each([
  ['a stack that has it', [stackId('a'), 'Other', 'Tags'], 'deployed'],
  ['a stack that has it no more', [stackId('a'), 'Other'], 'not in its stack'],
  ['no stack', [undefined], 'stack is gone'],
  ['another stack of the name', [`${stackId('a')}-anew`, 'Tags'], 'stack is gone'],
] as const)('%s', async (_, [id, ...logicalIds], expected) => {
  expect(await deploymentOf(candidate(), cloudFormation(id, ...logicalIds).find)).toBe(expected);
});

test('a stack is looked for by its id where it has its own provider, else by its name, in the region of the provider', async () => {
  const { asked, find } = cloudFormation(stackId('a'), 'Tags');
  expect(await deploymentOf(candidate(), find)).toBe('deployed');
  expect(await deploymentOf(candidate({ provider: 'shared' }), find)).toBe('deployed');
  expect(asked).toEqual([`eu-west-1 ${stackId('a')}`, 'eu-west-1 a']);
});

test('a stack of another region than the repository\'s is looked for in its own', async () => {
  const { asked, find } = cloudFormation(undefined);
  const ecr = new FakeEcr(MUTABLE);
  const id = stackId('a').replace('eu-west-1', 'us-east-1');
  record(ecr, { stackId: id, logicalId: 'Tags', ownershipTag: { ...declarationIdOf('a').ownershipTag, value: id } }, { settings: LOCKED });
  const [ofOtherRegion] = candidatesOf(statusOf(listed('team-a/api', LOCKED), ecr.tags)!, undefined);
  await deploymentOf(ofOtherRegion!, find);
  expect(asked).toEqual([`us-east-1 ${id}`]);
});

test('what a release has left half way is told by the ownership tag, or not known', async () => {
  const { asked, find } = cloudFormation(undefined);
  expect(await deploymentOf(candidate({ without: /:declared/ }), find)).toBe('stack is gone');
  expect(await deploymentOf(candidate({ provider: 'shared', without: /:declared/ }), find)).toBe('unknown');
  expect(asked).toEqual([`eu-west-1 ${stackId('a')}`]);
});

test('without its ownership tag, a declaration is looked for by its stack\'s name, in the repository\'s region', async () => {
  const { asked, find } = cloudFormation(stackId('a'), 'Tags');
  expect(await deploymentOf(candidate({ without: /:stack:/ }), find)).toBe('deployed');
  expect(asked).toEqual(['eu-west-1 a']);
});
