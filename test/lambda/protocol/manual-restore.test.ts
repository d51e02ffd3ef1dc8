import { renderPhysicalId } from '../../../lambda/cloudformation/physical-id';
import { Response, renderResponse } from '../../../lambda/cloudformation/response';
import { parseRepositoryArn } from '../../../lambda/ecr/repository';
import { Unreleased, restoreCommands } from '../../../lambda/protocol/manual-restore';
import { DeclarationId } from '../../../lambda/protocol/operation';
import { Settings } from '../../../src/shared/settings';
import { runAwsCli } from '../../support/fake-aws-cli';
import { FakeEcr, named } from '../../support/fake-ecr';
import { FakeStack, stackId } from '../../support/fake-stack';
import { ARN, LONGEST_ARN, properties } from '../../support/properties';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE, OF_OTHER, longest } from '../../support/settings';
import { declarationIdOf, record } from '../../support/test-operation';

const OWN = declarationIdOf('a');
const OTHER = declarationIdOf('b');
/** Of another stack that uses the own stack's provider, and so its ownership tag. */
const NEIGHBOUR: DeclarationId = { ...OTHER, ownershipTag: OWN.ownershipTag };
const NEWER = { precedence: { sequence: 9, revision: 0 } };

/** A repository with the own declaration, and a tag of somebody else. */
function declared(settings = LOCKED, original: Settings | undefined = FILTERED): FakeEcr {
  const ecr = new FakeEcr(settings);
  ecr.tags.set('team', 'a');
  record(ecr, OWN, { settings, original });
  return ecr;
}

const commandsFor = (ecr: FakeEcr, rest: Partial<Unreleased> = {}, arn = ARN) =>
  restoreCommands({ declaration: OWN }, {
    repository: parseRepositoryArn(arn)!, tags: new Map(ecr.tags), original: FILTERED, ownSettings: LOCKED, ...rest,
  });

async function restoredByHand(ecr: FakeEcr, rest: Partial<Unreleased> = {}, arn = ARN): Promise<FakeEcr> {
  await runAwsCli(commandsFor(ecr, rest, arn), arn, ecr);
  return ecr;
}

describe('the commands that restore by hand', () => {
  test('are these', () => {
    const tagKeys = [...declared().tags.keys()].filter((key) => key !== 'team');
    expect(commandsFor(declared())).toBe([
      'aws ecr put-image-tag-mutability --region eu-west-1 --registry-id 111122223333 --repository-name team-a/api --image-tag-mutability MUTABLE_WITH_EXCLUSION'
        + ' --image-tag-mutability-exclusion-filters filterType=WILDCARD,filter=\'prod-*\'',
      `aws ecr untag-resource --region eu-west-1 --resource-arn ${ARN} --tag-keys ${tagKeys.join(' ')}`,
    ].join(' && '));
  });

  test.each([MUTABLE, IMMUTABLE, LOCKED, FILTERED, longest()])('leave the original %j, and no tag of the library', async (original) => {
    for (const arn of [ARN, LONGEST_ARN, ARN.replace('arn:aws:', 'arn:aws-cn:').replace('eu-west-1', 'cn-north-1')]) {
      const ecr = await restoredByHand(declared(longest('VWXYZ'), original), { original }, arn);
      expect([ecr.settings, [...ecr.tags]]).toEqual([original, [['team', 'a']]]);
    }
  });

  test.each<[string, Settings | undefined, Settings | undefined, Settings | undefined]>([
    ['of the id, where the tags have another', FILTERED, MUTABLE, FILTERED],
    ['of the id, where the tags have none', FILTERED, undefined, FILTERED],
    ['of the tags, where the id has none', undefined, MUTABLE, MUTABLE],
    ['that is unknown not at all', undefined, undefined, undefined],
  ])('put the original %s', async (_, inId, inTags, expected) => {
    const ecr = new FakeEcr(LOCKED);
    record(ecr, OWN, { settings: LOCKED, original: inTags });
    await restoredByHand(ecr, { original: inId });
    expect([ecr.settings, ecr.puts.length, ecr.trace]).toEqual([expected ?? LOCKED, expected ? 1 : 0, []]);
  });

  test.each([['above', NEWER], ['below', {}]])('put what another stack declares, also where that is %s, and leave its tags', async (_, precedence) => {
    const ecr = declared();
    const before = new FakeEcr(OF_OTHER);
    record(ecr, OTHER, { settings: OF_OTHER, original: FILTERED, ...precedence });
    record(before, OTHER, { settings: OF_OTHER, original: FILTERED, ...precedence });
    await restoredByHand(ecr);
    expect([ecr.settings, ecr.trace]).toEqual([OF_OTHER, before.trace]);
  });

  test('put what the newest of several others declares', async () => {
    const ecr = declared();
    record(ecr, OTHER, { settings: OF_OTHER, original: FILTERED });
    record(ecr, declarationIdOf('c'), { settings: IMMUTABLE, original: FILTERED, ...NEWER });
    expect((await restoredByHand(ecr)).settings).toEqual(IMMUTABLE);
  });

  test('leave the ownership tag to another declaration that needs it', async () => {
    const ecr = declared();
    record(ecr, NEIGHBOUR, { settings: OF_OTHER, original: FILTERED });
    await restoredByHand(ecr);
    expect([ecr.settings, ecr.tags.get(OWN.ownershipTag.key), ecr.trace.length]).toEqual([OF_OTHER, OWN.ownershipTag.value, 3]);
  });

  test('are one where the own tags are gone, and another declaration needs the ownership tag', async () => {
    const ecr = new FakeEcr(LOCKED);
    record(ecr, NEIGHBOUR, { settings: OF_OTHER, original: FILTERED });
    expect(commandsFor(ecr)).not.toContain('&&');
    expect((await restoredByHand(ecr)).settings).toEqual(OF_OTHER);
  });

  test.each([LOCKED, longest()])('remove every tag of %j also where the tags could not be read', async (ownSettings) => {
    for (const original of [FILTERED, longest('VWXYZ', 'MUTABLE_WITH_EXCLUSION')]) {
      const ecr = await restoredByHand(declared(ownSettings, original), { tags: undefined, ownSettings, original });
      expect([ecr.settings, [...ecr.tags]]).toEqual([original, [['team', 'a']]]);
    }
  });

  test('where neither tags nor original are known remove the declaration, and leave the settings', async () => {
    const ecr = await restoredByHand(declared(IMMUTABLE), { tags: undefined, original: undefined, ownSettings: undefined });
    expect([ecr.settings, ecr.puts, [...ecr.tags]]).toEqual([IMMUTABLE, [], [['team', 'a']]]);
  });

  test('remove left-over parts and what is damaged of the own declaration, and nothing of others', async () => {
    const ecr = declared();
    const declaredKey = ecr.trace.find((key) => key.endsWith(':declared'))!;
    ecr.tags.set(declaredKey, 'oops').set(`${declaredKey}.2`, '1 2/2 left').set('cdk-ecr-tag-mutability:hello', 'x');
    await restoredByHand(ecr);
    expect([ecr.settings, ecr.trace]).toEqual([FILTERED, ['cdk-ecr-tag-mutability:hello']]);
  });
});

describe('the response to a delete that failed', () => {
  const denied = () => named('AccessDeniedException', `User: arn:aws:sts::111122223333:assumed-role/${'r'.repeat(64)}/${'f'.repeat(64)} is not authorized to perform: `
    + `ecr:PutImageTagMutability on resource: ${LONGEST_ARN} with an explicit deny in a service control policy: ${'p'.repeat(1_000)}`);

  /** As CloudFormation gets it, for names of ordinary length or of the greatest. */
  async function failedDelete({ arn = ARN, settings = LOCKED, original = FILTERED, name = 'a', failing = 'putSettings' }) {
    const ecr = new FakeEcr(original);
    const stack = new FakeStack(ecr, name);
    const logicalId = name === 'a' ? 'Tags' : 'L'.repeat(255);
    const created = await stack.send('Create', logicalId, { ResourceProperties: properties(settings, arn) });
    expect(created.Status).toBe('SUCCESS');
    await stack.clock.sleep(200_000);
    ecr.before = (method) => {
      if (method === failing) throw denied();
    };
    const response: Response = await stack.send('Delete', logicalId, { ResourceProperties: properties(settings, arn) });
    const body = renderResponse({ StackId: stackId(name), RequestId: 'r'.repeat(36), LogicalResourceId: logicalId }, response);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(4_096);
    ecr.before = () => {};
    const { Reason } = JSON.parse(body) as { Reason: string };
    return { ecr, arn, stack, response, Reason, created };
  }
  const commandsIn = (reason: string) => /To restore it by hand[^:]*: (aws .*)$/s.exec(reason)?.[1];
  const LONGEST = { arn: LONGEST_ARN, settings: longest('abcde'), original: longest('VWXYZ', 'MUTABLE_WITH_EXCLUSION'), name: 's'.repeat(128) };

  test.each([
    ['names of ordinary length', {}],
    ['a delete that could not read the tags', { failing: 'readTags' }],
    ['a delete that could not remove them', { failing: 'untag' }],
    ['the longest ARN and names', { arn: LONGEST_ARN, name: LONGEST.name }],
    ['the longest filters in the original', { original: LONGEST.original }],
    ['five filters of 64 characters in each, on the longest ARN', {
      arn: LONGEST_ARN, name: LONGEST.name, settings: { ...LOCKED, filters: [...'abcde'].map((letter) => letter.repeat(64)) }, original: { ...FILTERED, filters: [...'VWXYZ'].map((letter) => letter.repeat(64)) },
    }],
  ])('has the commands whole for %s, and they do what the delete could not', async (_, names) => {
    const { ecr, arn, Reason } = await failedDelete(names);
    await runAwsCli(commandsIn(Reason)!, arn, ecr);
    expect([ecr.settings, ecr.trace]).toEqual(['original' in names ? names.original : FILTERED, []]);
    expect(Reason).toMatch(/failed: AccessDeniedException: User: /);
  });

  test.each([
    ['putSettings', 'To restore it by hand: aws ecr put-image-tag-mutability '],
    ['readTags', 'To restore it by hand, unless another stack declares it, too: aws ecr put-image-tag-mutability '],
  ])('says what to look at before them where %s failed', async (failing, introduction) => {
    expect((await failedDelete({ failing })).Reason).toContain(` ${introduction}`);
  });

  test('has them whole, or the note that the log has them, for the longest of everything', async () => {
    for (const failing of ['putSettings', 'readTags', 'untag']) {
      const { ecr, arn, stack, Reason } = await failedDelete({ ...LONGEST, failing });
      const logged = String(stack.decided('failed')[0]!.commands);
      expect(commandsIn(Reason) ?? Reason).toEqual(commandsIn(Reason) ? logged : expect.stringMatching(/The log has the commands that restore the repository by hand\.$/));
      await runAwsCli(logged, arn, ecr);
      expect([ecr.settings, ecr.trace]).toEqual([LONGEST.original, []]);
    }
  });

  test('has the commands of the id where others erased the record', async () => {
    const ecr = new FakeEcr(FILTERED);
    const stack = new FakeStack(ecr);
    await stack.create(LOCKED);
    ecr.tags.clear();
    ecr.before = (method) => {
      if (method === 'putSettings') throw denied();
    };
    expect(await stack.remove(LOCKED)).toMatchObject({ Status: 'FAILED', PhysicalResourceId: stack.physicalId(), Reason: { commands: expect.stringContaining('prod-*') } });
  });

  test('says that the setting may be another by now where others erased the record, also with the repository', async () => {
    for (const failing of ['readSettings', 'putSettings']) {
      const ecr = new FakeEcr(FILTERED);
      const stack = new FakeStack(ecr);
      await stack.create(LOCKED);
      ecr.tags.clear();
      ecr.before = (method) => {
        if (method === failing) throw denied();
      };
      expect(await stack.remove(LOCKED)).toHaveProperty('Reason.commands',
        expect.stringMatching(/^To restore it by hand, if it still has what this stack declared: aws ecr put-image-tag-mutability /));
    }
  });

  test.each(['Create', 'Update'])('is another than that to a failed %s, which has no commands', async (type) => {
    const ecr = new FakeEcr(FILTERED);
    const stack = new FakeStack(ecr);
    if (type === 'Update') await stack.create(LOCKED);
    ecr.before = () => {
      throw denied();
    };
    const response = type === 'Create' ? await stack.create(LOCKED) : await stack.update(IMMUTABLE, LOCKED);
    expect(response).toMatchObject({ Status: 'FAILED', Reason: { commands: undefined } });
  });

  test('has no commands where a newer version wrote a record, whatever failed then: what it means is not known', async () => {
    for (const PhysicalResourceId of [renderPhysicalId(ARN, FILTERED, '0123456789ab'), 'generated']) {
      const ecr = new FakeEcr(LOCKED);
      record(ecr, OWN, { settings: LOCKED, original: FILTERED });
      ecr.tags.set('cdk-ecr-tag-mutability:hello', '2 x');
      ecr.before = (method) => {
        if (method === 'readSettings') throw denied();
      };
      const response = await new FakeStack(ecr).remove(LOCKED, 'Tags', PhysicalResourceId);
      expect(response).toMatchObject({ Status: 'FAILED', PhysicalResourceId, Reason: { commands: undefined } });
    }
  });
});
