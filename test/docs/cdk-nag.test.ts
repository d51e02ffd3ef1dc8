import * as cdk from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as nag from 'cdk-nag';
import { blocksOf, page } from './pages';
import { ImageTagMutabilityProvider } from '../../src';
import { ENV, byName, declare } from '../support/constructs';

// The unit tests run this with cdk-nag 2, and `npm run test:newest` with cdk-nag 3, which needs a newer aws-cdk-lib than the lowest.

/** What only the newer of the two versions have. */
const { Validations } = cdk as unknown as {
  Validations: { of(scope: ImageTagMutabilityProvider): { acknowledge(...rules: { id: string; reason: string }[]): void } };
};
const { AwsSolutionsChecks } = nag as unknown as {
  AwsSolutionsChecks: new (app: cdk.App) => { validateScope(scope: cdk.App): { violations: { ruleName: string }[] } };
};

interface CdkNag {
  /** All findings in an app, of every severity. */
  find(app: cdk.App): string[];
  /** As docs/recipes.md shows it. */
  suppress(provider: ImageTagMutabilityProvider, account: string): void;
}

const REASON = 'Reads any repository, to restore one that has left the template; to write to it takes the stack\'s ownership tag';

test.each(['AwsSolutions-IAM5', 'Resource::arn:<AWS::Partition>:ecr:*:111122223333:repository/*', REASON.replace('\'', '\\\'')])(
  'both blocks of the docs have the text that is tested here: %s', (text) => {
    const blocks = blocksOf(page('docs/recipes.md')).filter(({ fence }) => fence === 'js');
    expect(blocks.map(({ code }) => code.includes(text))).toEqual([true, true]);
  },
);

const version2: CdkNag = {
  find(app) {
    cdk.Aspects.of(app).add(new nag.AwsSolutionsChecks());
    return app.node.findAll().filter(cdk.Stack.isStack).flatMap((stack) => [
      ...Annotations.fromStack(stack).findError('*', Match.anyValue()), ...Annotations.fromStack(stack).findWarning('*', Match.anyValue()),
    ]).map(({ entry }) => /^[^:[]+(\[[^\]]*\])?/.exec(String(entry.data))![0]);
  },
  suppress(provider, account) {
    nag.NagSuppressions.addResourceSuppressions(provider, [{
      id: 'AwsSolutions-IAM5',
      appliesTo: [`Resource::arn:<AWS::Partition>:ecr:*:${account}:repository/*`],
      reason: REASON,
    }], true);
  },
};

const version3: CdkNag = {
  find(app) {
    return new AwsSolutionsChecks(app).validateScope(app).violations.map(({ ruleName }) => ruleName);
  },
  suppress(provider, account) {
    Validations.of(provider).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ecr:*:${account}:repository/*]`,
      reason: REASON,
    });
  },
};

const { find, suppress } = 'NagSuppressions' in nag ? version2 : version3;

describe.each([
  ['with an account', ENV, ENV.account],
  ['without one', undefined, '<AWS::AccountId>'],
])('AwsSolutions on a stack %s', (_, env, account) => {
  function stackOf(): cdk.Stack {
    const stack = new cdk.Stack(new cdk.App(), 'Stack', { env });
    ['team-a/api', 'team-b/web'].forEach((name) => declare(stack, { repository: byName(stack, name) }, name.replace('/', '-')));
    return stack;
  }

  test('finds that all repositories can be read, and nothing else', () => {
    expect(find(stackOf().node.root as cdk.App)).toEqual([`AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ecr:*:${account}:repository/*]`]);
  });

  test('finds nothing once that is suppressed as the docs say', () => {
    const stack = stackOf();
    suppress(ImageTagMutabilityProvider.getOrCreate(stack), account);
    expect(find(stack.node.root as cdk.App)).toEqual([]);
  });
});
