import {
  DescribeRepositoriesCommand, ECRClient, ListTagsForResourceCommand, PutImageTagMutabilityCommand, TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-ecr';
import type { Repository as DescribedRepository } from '@aws-sdk/client-ecr';
import { mockClient } from 'aws-sdk-client-mock';
import { ecr, ecrClient } from '../../../lambda/ecr/client';
import { MUTABILITIES } from '../../../src/shared/contract';
import { Settings } from '../../../src/shared/settings';
import { named } from '../../support/fake-ecr';

const REGISTRY = '111122223333';
const NAME = 'team-a/api';
const ARN = `arn:aws:ecr:eu-west-1:${REGISTRY}:repository/${NAME}`;
const REPOSITORY = { arn: ARN, region: 'eu-west-1', registryId: REGISTRY, name: NAME };

const client = mockClient(ECRClient);
const port = (remaining = () => 1_000) => ecr(new ECRClient({ region: 'eu-west-1' }), REPOSITORY, remaining);
/** Everything that was sent: the command with its whole input. */
const sent = () => client.calls().map(({ args: [command] }) => [command.constructor.name, command.input]);
const describes = (...repositories: object[]) => client.on(DescribeRepositoriesCommand).resolves({ repositories });
const wildcard = (filter: string) => ({ filterType: 'WILDCARD' as const, filter });

beforeEach(() => client.reset());
afterEach(() => jest.restoreAllMocks());

describe('setting the mutability', () => {
  const MODES: readonly Settings[] = [
    { mutability: 'MUTABLE', filters: [] },
    { mutability: 'IMMUTABLE', filters: [] },
    { mutability: 'IMMUTABLE_WITH_EXCLUSION', filters: ['latest', 'dev-*'] },
    { mutability: 'MUTABLE_WITH_EXCLUSION', filters: ['prod-*'] },
  ];
  const PAYLOADS = {
    MUTABLE: { registryId: REGISTRY, repositoryName: NAME, imageTagMutability: 'MUTABLE' },
    IMMUTABLE: { registryId: REGISTRY, repositoryName: NAME, imageTagMutability: 'IMMUTABLE' },
    IMMUTABLE_WITH_EXCLUSION: {
      registryId: REGISTRY,
      repositoryName: NAME,
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'latest' }, { filterType: 'WILDCARD', filter: 'dev-*' }],
    },
    MUTABLE_WITH_EXCLUSION: {
      registryId: REGISTRY,
      repositoryName: NAME,
      imageTagMutability: 'MUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'prod-*' }],
    },
  };

  test('the table has all modes that there are', () => {
    expect(MODES.map(({ mutability }) => mutability)).toEqual([...MUTABILITIES]);
  });

  test.each(MODES.flatMap((from) => MODES.map((to) => ({ from, to }))))(
    'from $from.mutability to $to.mutability sends exactly the new settings, and leaves nothing of the old', async ({ from, to }) => {
      let repository: DescribedRepository = {
        imageTagMutability: from.mutability,
        ...from.filters.length > 0 && { imageTagMutabilityExclusionFilters: from.filters.map(wildcard) },
      };
      client.on(DescribeRepositoriesCommand).callsFake(() => ({ repositories: [repository] }));
      // As ECR does: what the request leaves out is cleared.
      client.on(PutImageTagMutabilityCommand).callsFake(({ imageTagMutability, imageTagMutabilityExclusionFilters }) => {
        repository = { imageTagMutability, imageTagMutabilityExclusionFilters };
        return {};
      });
      const subject = port();

      expect(await subject.readSettings()).toEqual(from);
      await subject.putSettings(to);
      expect(await subject.readSettings()).toEqual(to);

      const puts = client.commandCalls(PutImageTagMutabilityCommand);
      expect(puts.map(({ args }) => args[0].input)).toStrictEqual([PAYLOADS[to.mutability]]);
      expect('imageTagMutabilityExclusionFilters' in puts[0]!.args[0].input).toBe(to.mutability.endsWith('_WITH_EXCLUSION'));
    });
});

describe('reading the settings', () => {
  test('asks for the one repository in its own registry', async () => {
    describes({ imageTagMutability: 'IMMUTABLE' });
    await port().readSettings();
    expect(sent()).toStrictEqual([['DescribeRepositoriesCommand', { registryId: REGISTRY, repositoryNames: [NAME] }]]);
  });

  test('gives the filters in the order of the answer', async () => {
    describes({ imageTagMutability: 'MUTABLE_WITH_EXCLUSION', imageTagMutabilityExclusionFilters: ['b*', 'a', 'c-*'].map(wildcard) });
    expect(await port().readSettings()).toEqual({ mutability: 'MUTABLE_WITH_EXCLUSION', filters: ['b*', 'a', 'c-*'] });
  });

  test.each([undefined, []])('takes filters answered as %j for none', async (imageTagMutabilityExclusionFilters) => {
    describes({ imageTagMutability: 'IMMUTABLE', imageTagMutabilityExclusionFilters });
    expect(await port().readSettings()).toEqual({ mutability: 'IMMUTABLE', filters: [] });
  });

  test.each(['MUTABLE', 'IMMUTABLE'] as const)('ignores filters beside %s, which takes none', async (mutability) => {
    for (const imageTagMutabilityExclusionFilters of [[wildcard('former-*')], [...'abcdefg'].map(wildcard), [{ filterType: 'REGEX' as any, filter: '' }]]) {
      describes({ imageTagMutability: mutability, imageTagMutabilityExclusionFilters });
      expect(await port().readSettings()).toEqual({ mutability, filters: [] });
    }
  });

  test.each(['MUTABLE_WITH_EXCLUSION', 'IMMUTABLE_WITH_EXCLUSION'])('refuses %s without filters', async (imageTagMutability) => {
    describes({ imageTagMutability, imageTagMutabilityExclusionFilters: [] });
    await expect(port().readSettings()).rejects.toThrow(`DescribeRepositories answered the setting '${imageTagMutability}'`);
  });

  test('takes a repository that was never set for MUTABLE', async () => {
    describes({ repositoryName: NAME });
    expect(await port().readSettings()).toEqual({ mutability: 'MUTABLE', filters: [] });
  });

  test.each(['FROZEN', 'mutable', '', 'constructor'])('refuses the unknown mutability %j, and names the repository', async (imageTagMutability) => {
    describes({ imageTagMutability });
    await expect(port().readSettings()).rejects.toThrow(
      `DescribeRepositories answered the setting '${imageTagMutability}' for ${NAME}, which this version does not know`);
  });

  test.each([
    ['a filter of another type', { imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION', imageTagMutabilityExclusionFilters: [wildcard('a'), { filterType: 'REGEX', filter: 'v1' }] },
      'IMMUTABLE_WITH_EXCLUSION, WILDCARD a, REGEX v1'],
    ['more filters than can be restored', { imageTagMutability: 'MUTABLE_WITH_EXCLUSION', imageTagMutabilityExclusionFilters: [...'abcdef'].map(wildcard) },
      'MUTABLE_WITH_EXCLUSION, WILDCARD a, WILDCARD b, WILDCARD c, WILDCARD d, WILDCARD e, WILDCARD f'],
    ['a filter without a string', { imageTagMutability: 'MUTABLE_WITH_EXCLUSION', imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD' }] },
      'MUTABLE_WITH_EXCLUSION, WILDCARD undefined'],
  ])('refuses %s rather than guessing', async (_, repository, setting) => {
    describes(repository);
    await expect(port().readSettings()).rejects.toThrow(`DescribeRepositories answered the setting '${setting}' for ${NAME}, which this version does not know. `
      + 'Update cdk-ecr-tag-mutability in this stack\'s app and deploy again');
  });

  test.each([{ repositories: [] }, {}])('refuses the answer %j rather than guessing', async (answer) => {
    client.on(DescribeRepositoriesCommand).resolves(answer);
    await expect(port().readSettings()).rejects.toThrow('DescribeRepositories answered nothing for team-a/api');
  });
});

describe('tags', () => {
  test('are listed by ARN, as keys and values', async () => {
    client.on(ListTagsForResourceCommand).resolves({ tags: [{ Key: 'team', Value: 'a' }, { Key: 'empty', Value: '' }] });
    expect(await port().readTags()).toEqual(new Map([['team', 'a'], ['empty', '']]));
    expect(sent()).toStrictEqual([['ListTagsForResourceCommand', { resourceArn: ARN }]]);
  });

  test('are none where the answer has none', async () => {
    client.on(ListTagsForResourceCommand).resolves({});
    expect(await port().readTags()).toEqual(new Map());
  });

  test('are written all in one call', async () => {
    await port().tag(new Map([['k:1', 'v 1'], ['k:2', 'v 2']]));
    expect(sent()).toStrictEqual([
      ['TagResourceCommand', { resourceArn: ARN, tags: [{ Key: 'k:1', Value: 'v 1' }, { Key: 'k:2', Value: 'v 2' }] }],
    ]);
  });

  test('are removed all in one call', async () => {
    await port().untag(['k:1', 'k:2']);
    expect(sent()).toStrictEqual([['UntagResourceCommand', { resourceArn: ARN, tagKeys: ['k:1', 'k:2'] }]]);
  });
});

describe.each<[string, () => Promise<unknown>]>([
  ['readSettings', () => port(() => 4_321).readSettings()],
  ['readTags', () => port(() => 4_321).readTags()],
  ['putSettings', () => port(() => 4_321).putSettings({ mutability: 'IMMUTABLE', filters: [] })],
  ['tag', () => port(() => 4_321).tag(new Map([['k', 'v']]))],
  ['untag', () => port(() => 4_321).untag(['k'])],
])('%s', (_, call) => {
  test('is aborted when the time that remains is over', async () => {
    describes({ imageTagMutability: 'IMMUTABLE' });
    client.on(ListTagsForResourceCommand).resolves({});
    const timeout = jest.spyOn(AbortSignal, 'timeout');
    await call();
    expect(timeout.mock.calls).toEqual([[4_321]]);
    // The mock's type knows the command only, the second argument is what the SDK was given beside it.
    const options = (client.calls()[0]!.args as unknown[])[1];
    expect(options).toStrictEqual({ abortSignal: timeout.mock.results[0]!.value });
  });

  test('passes the error of ECR on as it is', async () => {
    const error = named('ServerException', 'These errors are usually caused by a server-side issue.');
    client.onAnyCommand().rejects(error);
    await expect(call()).rejects.toBe(error);
  });
});

test('a time that is over already bounds the call by 0 ms', async () => {
  const timeout = jest.spyOn(AbortSignal, 'timeout');
  await port(() => -5).untag(['k']);
  expect(timeout.mock.calls).toEqual([[0]]);
  expect(client.commandCalls(UntagResourceCommand)).toHaveLength(1);
  expect(client.commandCalls(TagResourceCommand)).toHaveLength(0);
});

test('the client works in the repository\'s region, and makes one attempt', async () => {
  const { config } = ecrClient('ap-southeast-2');
  expect(await config.region()).toBe('ap-southeast-2');
  expect(config.retryMode).toBe('standard');
  expect(await config.maxAttempts()).toBe(1);
});

test('a region has one client, so that a warm function keeps its connections', () => {
  expect(ecrClient('eu-west-3')).toBe(ecrClient('eu-west-3'));
  expect(ecrClient('eu-west-3')).not.toBe(ecrClient('eu-central-1'));
});
