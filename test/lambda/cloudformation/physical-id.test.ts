import { parsePhysicalId, parseRulePhysicalId, renderPhysicalId, renderRulePhysicalId, tokenOf } from '../../../lambda/cloudformation/physical-id';
import { parseRepositoryArn } from '../../../lambda/ecr/repository';
import { Settings } from '../../../src/shared/settings';
import { GENERATED_ID } from '../../support/fake-stack';
import { ARN, LONGEST_ARN } from '../../support/properties';
import { FILTERED, IMMUTABLE, LOCKED, MUTABLE, longest } from '../../support/settings';

const TOKEN = '0123456789ab';
const repository = parseRepositoryArn(ARN);

describe('a physical id', () => {
  test.each<[Settings | undefined, string]>([
    [undefined, `${ARN}||${TOKEN}`],
    [MUTABLE, `${ARN}|MUTABLE|${TOKEN}`],
    [IMMUTABLE, `${ARN}|IMMUTABLE|${TOKEN}`],
    [LOCKED, `${ARN}|IMMUTABLE_WITH_EXCLUSION latest dev-*|${TOKEN}`],
    [FILTERED, `${ARN}|MUTABLE_WITH_EXCLUSION prod-*|${TOKEN}`],
  ])('with the original %j is %s, and is read as it was written', (original, id) => {
    expect(renderPhysicalId(ARN, original, TOKEN)).toBe(id);
    expect(parsePhysicalId(id)).toEqual({ repository, original, token: TOKEN });
  });

  test.each(['IMMUTABLE_WITH_EXCLUSION', 'MUTABLE_WITH_EXCLUSION'] as const)('of the longest ARN with five of the longest filters keeps to 1,024 bytes, also %s', (mutability) => {
    const original = longest('abcde', mutability);
    const id = renderPhysicalId(LONGEST_ARN, original, TOKEN);
    expect(Buffer.byteLength(id)).toBeLessThanOrEqual(1_024);
    expect(Buffer.byteLength(id)).toBeGreaterThan(950);
    expect(parsePhysicalId(id)).toEqual({ repository: parseRepositoryArn(LONGEST_ARN), original, token: TOKEN });
  });

  test('keeps the order of the filters, so that an id that is made again is the same', () => {
    const original: Settings = { mutability: 'MUTABLE_WITH_EXCLUSION', filters: ['z', 'a-*', 'm', '*x*', '0'] };
    const id = renderPhysicalId(ARN, original, TOKEN);
    const { original: read, token } = parsePhysicalId(id)!;
    expect(read!.filters).toEqual(original.filters);
    expect(renderPhysicalId(ARN, read, token!)).toBe(id);
  });

  test('may be an ARN and no more', () => {
    expect(parsePhysicalId(ARN)).toEqual({ repository, original: undefined, token: undefined });
  });

  test.each<[unknown]>([[GENERATED_ID], ['Tags'], ['not-created'], [''], ['|MUTABLE|0123456789ab'], ['arn:aws:s3:::bucket|MUTABLE|0123456789ab'], [`${ARN} |MUTABLE|${TOKEN}`], [undefined], [null], [7], [{}], [[ARN]]])(
    '%j is none', (value) => expect(parsePhysicalId(value)).toBeUndefined());

  test.each([
    'mutable', 'FROZEN', '__proto__', 'unknown', 'MUTABLE dev-*', 'IMMUTABLE_WITH_EXCLUSION', 'IMMUTABLE_WITH_EXCLUSION  a', 'MUTABLE_WITH_EXCLUSION a/b',
    'MUTABLE_WITH_EXCLUSION a a', 'MUTABLE_WITH_EXCLUSION a b c d e f', 'MUTABLE_WITH_EXCLUSION *a*b*', `MUTABLE_WITH_EXCLUSION ${'a'.repeat(129)}`, ' MUTABLE', 'MUTABLE ',
  ])('has no original where it says %j, which ECR would refuse', (original) => {
    expect(parsePhysicalId(`${ARN}|${original}|${TOKEN}`)).toEqual({ repository, original: undefined, token: TOKEN });
  });

  test.each(['', '0123456789a', '0123456789abc', '0123456789AB', '0123456789ag', ' 0123456789ab', '0123456789ab\n'])('has no token where it says %j', (token) => {
    expect(parsePhysicalId(`${ARN}|MUTABLE|${token}`)).toEqual({ repository, original: MUTABLE, token: undefined });
  });
});

describe('a physical id of a rule', () => {
  const CREATED = Date.parse('2026-01-02T03:04:05.678Z');
  const ID = `rule|2026-01-02T03:04:05.678Z|${TOKEN}`;

  test('has the time of its creation and its token, and is read as it was written', () => {
    expect(renderRulePhysicalId({ created: CREATED, token: TOKEN })).toBe(ID);
    expect(parseRulePhysicalId(ID)).toEqual({ created: CREATED, token: TOKEN });
  });

  test('is none of a single declaration, nor the other way round', () => {
    expect(parsePhysicalId(ID)).toBeUndefined();
    expect(parseRulePhysicalId(renderPhysicalId(ARN, MUTABLE, TOKEN))).toBeUndefined();
  });

  test.each<[unknown]>([
    [GENERATED_ID], ['rule'], ['rule||'], [`${ID} `], [` ${ID}`], [`${ID}\n`], [ID.replace('678Z', 'Z')], [ID.replace('-01-', '-13-')], [ID.slice(0, -1)], [`${ID}|x`],
    [ID.replace('rule', 'Rule')], [undefined], [null], [7], [{}], [[ID]],
  ])('is not %j', (value) => expect(parseRulePhysicalId(value)).toBeUndefined());
});

test('a token is the same for each delivery of a request, and another for another request', () => {
  expect(tokenOf('request')).toMatch(/^[0-9a-f]{12}$/);
  expect(tokenOf('request')).toBe(tokenOf('request'));
  expect(tokenOf('request')).not.toBe(tokenOf('another-request'));
});
