import { App, CfnElement, CfnOutput, Fn, Lazy, MissingRemovalPolicies, NestedStack, RemovalPolicy, Stack, StackProps } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { Construct } from 'constructs';
import { ImageTagMutability, ImageTagMutabilityProps, ImageTagMutabilityProvider } from '../../src';
import {
  ACCOUNT, DECLARATION, ENV, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE, MUTABLE_WITH_EXCLUSION,
  arnOf, byArn, byName, declare, newStack, only, resources, wildcards,
} from '../support/constructs';

/** A refused declaration says why, after its path, and leaves nothing behind. */
function expectRefusal(props: Partial<ImageTagMutabilityProps>, ...said: RegExp[]) {
  const stack = newStack();
  for (const words of [/^Stack\/Declaration: /, ...said]) {
    expect(() => declare(stack, props)).toThrow(words);
  }
  expect(stack.node.children).toEqual([]);
}

test.each([
  ['account', { account: '', region: 'eu-west-1' }, /the account is empty\. Set the account in the stack's env\..*CDK_DEFAULT_ACCOUNT only where it finds credentials/],
  ['region', { account: '123456789012', region: '' }, /the region is empty\. .*CDK_DEFAULT_REGION/],
])('an empty %s in the stack\'s env is called that', (_, env, said) => {
  const stack = newStack({ env });
  expect(() => declare(stack, { repository: byName(stack, 'team/app') })).toThrow(said);
});

describe('settings', () => {
  test.each([
    ['MUTABLE without filters', MUTABLE, undefined],
    ['IMMUTABLE without filters', IMMUTABLE, undefined],
    ['one filter', IMMUTABLE_WITH_EXCLUSION, ['latest']],
    ['one filter with MUTABLE_WITH_EXCLUSION', MUTABLE_WITH_EXCLUSION, ['prod-*']],
    ['five filters', IMMUTABLE_WITH_EXCLUSION, ['a', 'b', 'c', 'd', 'e']],
    ['two wildcards in a filter', IMMUTABLE_WITH_EXCLUSION, ['*-dev-*']],
    ['two wildcards side by side', IMMUTABLE_WITH_EXCLUSION, ['dev**']],
    ['a filter of 128 characters', IMMUTABLE_WITH_EXCLUSION, ['x'.repeat(128)]],
    ['filters that differ in case only', IMMUTABLE_WITH_EXCLUSION, ['dev', 'DEV']],
  ])('takes %s', (_, imageTagMutability, filters) => {
    const stack = newStack();
    declare(stack, { imageTagMutability, imageTagMutabilityExclusionFilters: filters && wildcards(...filters) });
    const { Properties } = only(stack, DECLARATION);
    expect(Properties.ImageTagMutability).toBe(imageTagMutability);
    expect(Properties.ImageTagMutabilityExclusionFilters).toEqual(filters?.map((filter) => ({
      ImageTagMutabilityExclusionFilterType: 'WILDCARD',
      ImageTagMutabilityExclusionFilterValue: filter,
    })));
  });

  test.each([
    ['filters with IMMUTABLE', IMMUTABLE, ['latest'], [/Filters was given \('latest'\)/, /Use IMMUTABLE_WITH_EXCLUSION/]],
    ['filters with MUTABLE', MUTABLE, ['latest'], [/MUTABLE, which takes no filters/, /Use MUTABLE_WITH_EXCLUSION/]],
    ['an empty list with IMMUTABLE', IMMUTABLE, [], [/an empty list/, /remove the filters/]],
    ['IMMUTABLE_WITH_EXCLUSION without filters', IMMUTABLE_WITH_EXCLUSION, undefined, [/Filters is missing/, /needs 1 to 5 filters/, /use IMMUTABLE\./]],
    ['MUTABLE_WITH_EXCLUSION without filters', MUTABLE_WITH_EXCLUSION, undefined, [/Filters is missing/, /use MUTABLE\./]],
    ['no filter', IMMUTABLE_WITH_EXCLUSION, [], [/has 0 filters/, /1 to 5/, /Add a filter/]],
    ['six filters', IMMUTABLE_WITH_EXCLUSION, ['a', 'b', 'c', 'd', 'e', 'f'], [/has 6 filters/, /1 to 5/, /Cover several tags/]],
    ['three wildcards in a filter', IMMUTABLE_WITH_EXCLUSION, ['a', '*-dev-**'], [/'\*-dev-\*\*' with 3 wildcards/, /at most 2/, /Split it/]],
    ['the same filter twice', IMMUTABLE_WITH_EXCLUSION, ['dev', 'latest', 'dev'], [/'dev' twice/, /Remove one/]],
  ])('refuses %s', (_, imageTagMutability, filters, said) => {
    expectRefusal({ imageTagMutability, imageTagMutabilityExclusionFilters: filters && wildcards(...filters) }, ...said);
  });

  test.each([
    ['no repository', { repository: undefined }, [/repository is missing, but must be an ecr\.IRepository/, /fromRepositoryName\(\)/]],
    ['the name of a repository', { repository: 'team/app' as any }, [/repository is of type string/, /fromRepositoryName\(\)/]],
    ['an unknown setting', { imageTagMutability: 'immutable' as ecr.TagMutability }, [/imageTagMutability is 'immutable'/, /takes MUTABLE, IMMUTABLE,/, /ecr\.TagMutability/]],
    ['no setting', { imageTagMutability: undefined }, [/imageTagMutability is of type undefined/]],
    ['a filter that is a text', { imageTagMutability: IMMUTABLE_WITH_EXCLUSION, imageTagMutabilityExclusionFilters: ['latest'] as any }, [/a value of type string at index 0/, /ImageTagMutabilityExclusionFilter\.wildcard\(\)/]],
    ['a filter that is null', { imageTagMutability: IMMUTABLE_WITH_EXCLUSION, imageTagMutabilityExclusionFilters: [...wildcards('a'), null] as any }, [/null at index 1/, /wildcard\(\)/]],
    ['filters that are no list', { imageTagMutability: IMMUTABLE_WITH_EXCLUSION, imageTagMutabilityExclusionFilters: 'latest' as any }, [/Filters is string/, /takes a list/]],
    ['a snapshot on removal', { removalPolicy: RemovalPolicy.SNAPSHOT }, [/removalPolicy is SNAPSHOT/, /Use DESTROY.*or RETAIN/]],
  ])('refuses %s', (_, props, said) => {
    expectRefusal(props, ...said);
  });

  // aws-cdk-lib itself refuses these. Should it ever stop, the rules of ours that the Lambda uses must be asked.
  test.each(['', 'x'.repeat(129), 'dev/1', 'dev 1', 'dév'])('aws-cdk-lib makes no filter of %p', (pattern) => {
    expect(() => wildcards(pattern)).toThrow(/Pattern/);
  });

  test('takes null for filters that were not given, as jsii does', () => {
    expect(() => declare(newStack(), { imageTagMutabilityExclusionFilters: null as any })).not.toThrow();
  });
});

test('a repository may be declared again after its declaration was removed from the tree', () => {
  const stack = newStack();
  const scope = new Construct(stack, 'Scope');
  declare(scope, {}, 'First');
  scope.node.tryRemoveChild('First');
  declare(stack, {}, 'Second');
  stack.node.tryRemoveChild('Second');
  declare(scope, {}, 'Third');
  expect(() => declare(stack, {}, 'Fourth')).toThrow(/declared in this stack already, by Stack\/Scope\/Third/);
});

describe('a provider of another stack', () => {
  const providerIn = (props: StackProps) => new ImageTagMutabilityProvider(newStack(props, 'Other'), 'Provider');

  test.each([
    ['region', { ...ENV, region: 'us-east-1' }, /Stack\/Declaration: provider is in the region us-east-1, but this stack is in eu-west-1, .* Pass a provider in the region eu-west-1, or none/],
    ['account', { ...ENV, account: '210987654321' }, /Stack\/Declaration: provider is in the account 210987654321, but this stack is in 123456789012/],
  ])('in another %s is refused', (_, env, said) => {
    const stack = newStack({ env: ENV });
    expect(() => declare(stack, { provider: providerIn({ env }) })).toThrow(said);
    expect(stack.node.children).toEqual([]);
  });

  test.each([[ENV, undefined], [undefined, ENV], [ENV, { region: ENV.region }]])('in %j is not refused before the deployment, from a stack in %j', (there, here) => {
    const app = new App();
    const provider = new ImageTagMutabilityProvider(new Stack(app, 'Host', { env: there }), 'Provider');
    expect(() => declare(new Stack(app, 'Guest', { env: here }), { provider })).not.toThrow();
  });

  test('in the same account and region is taken', () => {
    const app = new App();
    const provider = new ImageTagMutabilityProvider(new Stack(app, 'Host', { env: ENV }), 'Provider');
    const guest = new Stack(app, 'Guest', { env: ENV });
    declare(guest, { provider });
    expect(Object.keys(resources(guest, DECLARATION))).toHaveLength(1);
  });
});

describe('tokens', () => {
  const unresolved = Lazy.string({ produce: () => 'dev-*' });
  const filter = Lazy.any({
    produce: () => ({ ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: unresolved }),
  }) as any;
  const rendered = { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'dev-*' };

  test('a setting that is a token goes to the template, with and without filters', () => {
    const stack = newStack();
    const imageTagMutability = Fn.importValue('setting') as ecr.TagMutability;
    declare(stack, { imageTagMutability }, 'One');
    declare(stack, { imageTagMutability, repository: byArn('other'), imageTagMutabilityExclusionFilters: wildcards('a') }, 'Two');
    for (const { Properties } of Object.values(resources(stack, DECLARATION))) {
      expect(Properties.ImageTagMutability).toEqual({ 'Fn::ImportValue': 'setting' });
    }
  });

  test.each([
    ['Lazy.any()', Lazy.any({ produce: () => [rendered] }) as any, [rendered]],
    ['a list token', Fn.split(',', Fn.importValue('filters')) as any, { 'Fn::Split': [',', { 'Fn::ImportValue': 'filters' }] }],
  ])('filters that are %s go to the template', (_, imageTagMutabilityExclusionFilters, expected) => {
    // How many there will be, and so whether they fit the setting, only the deployment knows.
    for (const imageTagMutability of [IMMUTABLE, IMMUTABLE_WITH_EXCLUSION]) {
      const stack = newStack();
      declare(stack, { imageTagMutability, imageTagMutabilityExclusionFilters });
      expect(only(stack, DECLARATION).Properties.ImageTagMutabilityExclusionFilters).toEqual(expected);
    }
  });

  test('a filter that is a token goes to the template', () => {
    const stack = newStack();
    declare(stack, { imageTagMutability: IMMUTABLE_WITH_EXCLUSION, imageTagMutabilityExclusionFilters: [filter, filter, ...wildcards('a')] });
    expect(only(stack, DECLARATION).Properties.ImageTagMutabilityExclusionFilters).toEqual([
      rendered, rendered, { ...rendered, ImageTagMutabilityExclusionFilterValue: 'a' },
    ]);
  });

  test.each([
    ['their number', [filter, filter, filter, filter, filter, filter], /has 6 filters/],
    ['the filters beside them', [filter, ...wildcards('***')], /3 wildcards/],
  ])('a filter that is a token does not hide %s', (_, imageTagMutabilityExclusionFilters, said) => {
    expectRefusal({ imageTagMutability: IMMUTABLE_WITH_EXCLUSION, imageTagMutabilityExclusionFilters }, said);
  });
});

describe('repository', () => {
  test.each([
    ['two characters', arnOf('ab')],
    ['256 characters', arnOf('a'.repeat(256))],
    ['separators of all kinds', arnOf('a.b_c__d---e/f')],
    ['another partition', arnOf('ab', 'aws-us-gov')],
    ['another region', arnOf('ab', 'aws', 'ap-southeast-2')],
  ])('takes a literal ARN with %s', (_, arn) => {
    const stack = newStack();
    declare(stack, { repository: ecr.Repository.fromRepositoryArn(newStack(), 'Imported', arn) });
    expect(only(stack, DECLARATION).Properties.RepositoryArn).toBe(arn);
  });

  test.each([
    ['one character', arnOf('a')],
    ['257 characters', arnOf('a'.repeat(257))],
    ['an upper-case name', arnOf('App')],
    ['a name that ends in a slash', arnOf('app/')],
    ['three underscores', arnOf('a___b')],
    ['a tag', arnOf('app:latest')],
    ['another service', arnOf('app').replace(':ecr:', ':s3:')],
    ['a short account', arnOf('app').replace(ACCOUNT, '12345')],
    ['no partition', arnOf('app', '')],
    ['a foreign partition', arnOf('app', 'azure')],
  ])('refuses a literal ARN with %s', (_, repositoryArn) => {
    const repository = ecr.Repository.fromRepositoryAttributes(newStack(), 'Imported', { repositoryArn, repositoryName: 'app' });
    expectRefusal({ repository }, /repository has the ARN 'arn:/, /a name of 2 to 256/, /Correct the name or the ARN/);
  });

  test('refuses a wrong name also where the rest of the ARN is known at deployment', () => {
    expectRefusal({ repository: byName(newStack(), 'App') }, /repository\/App'/);
  });

  test('takes a name that is known at deployment', () => {
    const stack = newStack();
    declare(stack, { repository: byName(stack, Fn.importValue('name')) });
    expect(JSON.stringify(only(stack, DECLARATION).Properties.RepositoryArn)).toContain('{"Fn::ImportValue":"name"}');
  });

  test.each([
    ['by ARN, twice', () => byArn('app'), () => byArn('app')],
    ['by name, twice', (stack: Stack) => byName(stack, 'app'), (stack: Stack) => byName(stack, 'app')],
    ['by name and by ARN', (stack: Stack) => byName(stack, 'app'), () => byArn('app')],
    ['by ARN and by name', () => byArn('app'), (stack: Stack) => byName(stack, 'app')],
    ['by the name of an import', (stack: Stack) => byName(stack, Fn.importValue('n')), (stack: Stack) => byName(stack, Fn.importValue('n'))],
    ['by a repository of the app', (stack: Stack) => new ecr.Repository(stack, 'Own'), (stack: Stack) => stack.node.findChild('Own') as ecr.Repository],
  ])('refuses the same repository twice in a stack: %s', (_, one, other) => {
    const stack = newStack({ env: ENV });
    declare(stack, { repository: one(stack) }, 'One');
    const second = other(stack);
    const before = stack.node.findAll().length;
    expect(() => declare(stack, { repository: second }, 'Two')).toThrow(/^Stack\/Two: repository is declared.*by Stack\/One,.*Remove one of the two/);
    expect(stack.node.findAll()).toHaveLength(before);
  });

  test('takes a repository that another stack declares too', () => {
    const app = new App();
    for (const id of ['A', 'B']) {
      expect(() => declare(new Stack(app, id))).not.toThrow();
    }
  });

  test('takes a repository whose first declaration was refused', () => {
    const stack = newStack();
    expect(() => declare(stack, { imageTagMutability: IMMUTABLE_WITH_EXCLUSION })).toThrow();
    expect(() => declare(stack)).not.toThrow();
  });

  test('tells apart repositories by name, region and account', () => {
    const stack = newStack({ env: ENV });
    const arns = [arnOf('a1'), arnOf('a2'), arnOf('a1', 'aws', 'us-east-1'), arnOf('a1').replace(ACCOUNT, '210987654321')];
    arns.forEach((arn, index) => declare(stack, { repository: ecr.Repository.fromRepositoryArn(stack, `R${index}`, arn) }, `D${index}`));
    expect(Object.values(resources(stack, DECLARATION))).toHaveLength(4);
  });

  test('tells apart the repositories of two other stacks that have the same logical id', () => {
    const app = new App();
    const [a, b] = ['A', 'B'].map((id) => new ecr.Repository(new Stack(app, id), 'Repository'));
    expect(a.stack.resolve((a.node.defaultChild as CfnElement).logicalId)).toBe(b.stack.resolve((b.node.defaultChild as CfnElement).logicalId));
    const stack = new Stack(app, 'Declaring');
    declare(stack, { repository: a }, 'One');
    expect(() => declare(stack, { repository: b }, 'Two')).not.toThrow();
  });

  test('takes several lookups that the CDK CLI has yet to answer', () => {
    const stack = newStack({ env: ENV });
    for (const repositoryName of ['one', 'two']) {
      declare(stack, { repository: ecr.Repository.fromLookup(stack, `Found${repositoryName}`, { repositoryName }) }, repositoryName);
    }
    expect(Object.values(resources(stack, DECLARATION))).toHaveLength(2);
  });
});

describe('template', () => {
  test('one declaration renders exactly this', () => {
    const stack = newStack();
    declare(stack, {
      repository: byName(stack, 'team/app'),
      imageTagMutability: IMMUTABLE_WITH_EXCLUSION,
      imageTagMutabilityExclusionFilters: wildcards('latest', 'dev-*'),
    });
    const { Resources } = Template.fromStack(stack).toJSON();
    for (const resource of Object.values<any>(Resources)) {
      if (resource.Type === 'AWS::Lambda::Function') {
        resource.Properties.Code.S3Key = 'bundle.zip';
        expect(resource.Properties.Runtime).toMatch(/^nodejs\d\d\.x$/);
        resource.Properties.Runtime = 'nodejs.x';
      }
    }
    expect(Resources).toMatchSnapshot();
  });

  test('attributes are those of the custom resource', () => {
    const stack = newStack();
    const { registryId, repositoryName, effectiveImageTagMutability } = declare(stack);
    new CfnOutput(stack, 'Out', { value: [registryId, repositoryName, effectiveImageTagMutability].join() });
    const [id] = Object.keys(resources(stack, DECLARATION));
    expect(stack.resolve([registryId, repositoryName, effectiveImageTagMutability])).toEqual(
      ['RegistryId', 'RepositoryName', 'ImageTagMutability'].map((name) => ({ 'Fn::GetAtt': [id, name] })),
    );
  });

  test.each([
    ['by default', undefined, 'Delete', undefined],
    ['with DESTROY', RemovalPolicy.DESTROY, 'Delete', undefined],
    ['with RETAIN', RemovalPolicy.RETAIN, 'RetainExceptOnCreate', 'Retain'],
    ['with RETAIN_ON_UPDATE_OR_DELETE', RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, 'RetainExceptOnCreate', 'Retain'],
  ])('removal policies %s', (_, removalPolicy, DeletionPolicy, UpdateReplacePolicy) => {
    const stack = newStack();
    declare(stack, { removalPolicy });
    const declaration = only(stack, DECLARATION);
    expect([declaration.DeletionPolicy, declaration.UpdateReplacePolicy]).toEqual([DeletionPolicy, UpdateReplacePolicy]);
  });

  test('a policy for resources that have none does not turn restoring off', () => {
    const stack = newStack();
    declare(stack);
    MissingRemovalPolicies.of(stack).retain();
    expect(only(stack, DECLARATION)).toMatchObject({ DeletionPolicy: 'Delete' });
    expect(only(stack, DECLARATION).UpdateReplacePolicy).toBeUndefined();
  });

  test('uses the provider that was given, and makes no other', () => {
    const stack = newStack();
    const provider = new ImageTagMutabilityProvider(stack, 'Mine');
    declare(stack, { provider });
    const [id] = Object.keys(resources(stack, 'AWS::Lambda::Function'));
    expect(only(stack, DECLARATION).Properties.ServiceToken).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
    expect(stack.resolve(provider.function.functionArn)).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
  });

  test('a provider of another stack works with literal ARNs', () => {
    const app = new App();
    const provider = new ImageTagMutabilityProvider(new Stack(app, 'Shared'), 'Provider');
    const stack = new Stack(app, 'Declaring');
    declare(stack, { provider });
    app.synth();
    expect(Object.values(resources(stack)).map(({ Type }) => Type)).toEqual([DECLARATION]);
    expect(only(stack, DECLARATION).Properties.ServiceToken).toHaveProperty('Fn::ImportValue');
    expect(stack.dependencies).toContain(Stack.of(provider));
    expect(JSON.stringify(only(Stack.of(provider), 'AWS::IAM::Policy'))).toContain(arnOf('team/app'));
  });

  test('a nested stack has a provider of its own', () => {
    const stack = newStack();
    const nested = new NestedStack(stack, 'Nested');
    declare(nested);
    expect(Object.values(resources(nested, 'AWS::Lambda::Function'))).toHaveLength(1);
    expect(Object.values(resources(stack, 'AWS::Lambda::Function'))).toHaveLength(0);
  });
});

describe('warnings', () => {
  const own = (stack: Stack) => new ecr.Repository(stack, 'Own');

  // Newer versions of aws-cdk-lib have warnings of their own.
  const warningsIn = (stack: Stack) => Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('cdk-ecr-tag-mutability:'));

  test.each([
    ['where the app creates the repository', 'ownRepository', (stack: Stack) => ({ repository: own(stack) })],
    ['where another stack of the app creates it', 'ownRepository', (stack: Stack) => ({ repository: own(new Stack(stack.node.root as App, 'Other')) })],
    ['where a filter matches every tag', 'matchesEveryTag', () => ({ imageTagMutability: IMMUTABLE_WITH_EXCLUSION, imageTagMutabilityExclusionFilters: wildcards('a', '*') })],
    ['where a filter matches every tag twice over', 'matchesEveryTag', () => ({ imageTagMutability: IMMUTABLE_WITH_EXCLUSION, imageTagMutabilityExclusionFilters: wildcards('**') })],
  ])('warns %s', (_, id, props) => {
    const stack = newStack();
    declare(stack, props(stack));
    const warnings = warningsIn(stack);
    expect(warnings).toHaveLength(1);
    expect(warnings[0].id).toBe('/Stack/Declaration');
    expect(warnings[0].entry.data).toContain(`[ack: cdk-ecr-tag-mutability:${id}]`);
    expect(warnings[0].entry.data).toMatch(/^repository is created by this app, at (Stack|Other)\/Own\. .* serve better there|^imageTagMutabilityExclusionFilters has the filter '\*+', which excludes every tag/);
  });

  test.each([
    ['an imported repository', {}],
    ['filters that match some tags', { imageTagMutability: IMMUTABLE_WITH_EXCLUSION, imageTagMutabilityExclusionFilters: wildcards('*-*', 'a*') }],
  ])('does not warn of %s', (_, props) => {
    const stack = newStack();
    declare(stack, props);
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  });
});

test('a refusal names the declaration where its stack has no path', () => {
  expect(() => declare(new Stack(), { removalPolicy: RemovalPolicy.SNAPSHOT })).toThrow(/^(Default\/)?Declaration: removalPolicy/);
});

test('a construct can be made in a scope below the stack', () => {
  const stack = newStack();
  const outer = declare(stack);
  expect(() => new ImageTagMutability(outer, 'Inner', { repository: byArn('team/app'), imageTagMutability: IMMUTABLE }))
    .toThrow(/^Stack\/Declaration\/Inner: .*by Stack\/Declaration,/);
});
