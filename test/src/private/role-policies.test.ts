import { Stack } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { ImageTagMutabilityProvider } from '../../../src';
import { DECLARATION, arnOf, byName, declare, deployed, newStack, only, resources } from '../../support/constructs';

const IAM_INLINE = 10_240;
const IAM_MANAGED = 6_144;
const IAM_MANAGED_POLICIES = 10;

type Import = (stack: Stack, name: string) => ecr.IRepository;
const imports: [string, Import][] = [
  ['name', byName],
  ['ARN', (stack, name) => ecr.Repository.fromRepositoryArn(stack, `By ARN ${name}`.replace(/\//g, '-'), arnOf(name, 'aws', 'us-east-1'))],
];

const nameOf = (index: number, length: number) => `team/app-${index}-`.padEnd(length, 'x');

/** Declares up to a number of repositories: how many were taken, and the refusal. */
function fill(stack: Stack, imported: Import, length: number, most: number): { taken: number; refusal?: string } {
  for (let index = 0; index < most; index++) {
    try {
      declare(stack, { repository: imported(stack, nameOf(index, length)) }, `D${index}`);
    } catch (error) {
      return { taken: index, refusal: String(error) };
    }
  }
  return { taken: most };
}

const size = ({ Properties }: { Properties: any }) => JSON.stringify(deployed(Properties.PolicyDocument)).length;

function expectWithinIam(stack: Stack) {
  const managed = Object.values(resources(stack, 'AWS::IAM::ManagedPolicy'));
  expect(managed.length).toBeLessThanOrEqual(IAM_MANAGED_POLICIES);
  expect(Math.max(0, ...managed.map(size))).toBeLessThanOrEqual(IAM_MANAGED);
  const inline = Object.values(resources(stack, 'AWS::IAM::Policy')).map(size).reduce((a, b) => a + b);
  expect(inline).toBeLessThanOrEqual(IAM_INLINE);
}

describe.each(imports)('repositories by %s', (how, imported) => {
  test.each([false, true])('480 with names of 30 characters fit a stack, with room to spare (minimizePolicies: %p)', (minimize) => {
    const stack = newStack({}, 'Stack', { '@aws-cdk/aws-iam:minimizePolicies': minimize });
    expect(fill(stack, imported, 30, 480)).toEqual({ taken: 480 });
    expectWithinIam(stack);
    expect(Object.keys(resources(stack, 'AWS::IAM::ManagedPolicy'))).toHaveLength(how === 'name' ? 7 : 6);
    expect(Object.keys(resources(stack)).length).toBeLessThanOrEqual(500);
    expect(Object.keys(resources(stack, DECLARATION))).toHaveLength(480);

    // Each repository is allowed in one place.
    const arns = [...Object.values(resources(stack, 'AWS::IAM::Policy')), ...Object.values(resources(stack, 'AWS::IAM::ManagedPolicy'))]
      .flatMap(({ Properties }) => deployed(Properties.PolicyDocument.Statement))
      .filter(({ Sid }) => Sid === 'ChangeDeclaredRepositories')
      .flatMap(({ Resource }) => Resource);
    expect(arns.sort()).toEqual(Array.from({ length: 480 }, (_, index) => arnOf(nameOf(index, 30), 'aws', 'us-east-1')).sort());
  });

  test('those that do not fit are refused with the number that does', () => {
    const stack = newStack();
    const { taken, refusal } = fill(stack, imported, 120, 480);
    expect(taken).toBeGreaterThan(350);
    expect(taken).toBeLessThan(480);
    expect(refusal).toContain(`Stack/D${taken}: repository is one too many for the provider Stack/ImageTagMutabilityProvider: its role has room for ${taken} `);
    expect(refusal).toMatch(/another stack, or pass them a second ImageTagMutabilityProvider with another role/);
    expect(stack.node.tryFindChild(`D${taken}`)).toBeUndefined();
    expectWithinIam(stack);
  });

  test('as many fit as the README says', () => {
    expect(fill(newStack(), imported, 30, 1_000).taken).toBe(how === 'name' ? 708 : 812);
  });

  test('those that do not fit have room at a second provider', () => {
    const stack = newStack();
    const { taken } = fill(stack, imported, 250, 480);
    const provider = new ImageTagMutabilityProvider(stack, 'Second');
    expect(() => declare(stack, { provider, repository: imported(stack, nameOf(taken, 250).replace('team', 'more')) }, 'More')).not.toThrow();
  });
});

test('a short ARN goes where it still fits, when a long one has opened a further policy', () => {
  const stack = newStack();
  fill(stack, byName, 250, 31);
  expect(Object.keys(resources(stack, 'AWS::IAM::ManagedPolicy'))).toHaveLength(1);
  const before = JSON.stringify(only(stack, 'AWS::IAM::ManagedPolicy'));
  const again = newStack();
  fill(again, byName, 250, 31);
  declare(again, { repository: byName(again, 'ab') }, 'Short');
  expect(JSON.stringify(only(again, 'AWS::IAM::ManagedPolicy'))).toBe(before);
  expect(JSON.stringify(only(again, 'AWS::IAM::Policy'))).toContain(':repository/ab"');
});

test('policies are the same in every synthesis', () => {
  const [one, two] = [newStack(), newStack()].map((stack) => {
    fill(stack, byName, 60, 200);
    return { ...resources(stack, 'AWS::IAM::Policy'), ...resources(stack, 'AWS::IAM::ManagedPolicy') };
  });
  expect(one).toEqual(two);
});
