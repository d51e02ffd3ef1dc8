import { resolveString } from '../../../cli/plan/resolve-intrinsics';

const PSEUDO = { 'AWS::AccountId': '111122223333', 'AWS::Region': 'eu-west-1', 'AWS::Partition': 'aws' };

test.each([
  ['a string', 'plain', 'plain'],
  ['a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-west-1'],
  ['a join', { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ecr:', { Ref: 'AWS::Region' }]] }, 'arn:aws:ecr:eu-west-1'],
  ['a substitution', { 'Fn::Sub': '${AWS::AccountId}-${AWS::Region}' }, '111122223333-eu-west-1'],
  ['a parameter', { Ref: 'Repository' }, undefined],
  ['a join with a resource', { 'Fn::Join': ['', ['arn:', { 'Fn::GetAtt': ['Repository', 'Arn'] }]] }, undefined],
  ['a substitution with a parameter', { 'Fn::Sub': '${Repository}' }, undefined],
  ['a substitution with variables', { 'Fn::Sub': ['${Name}', { Name: 'a' }] }, undefined],
  ['an attribute', { 'Fn::GetAtt': ['Repository', 'Arn'] }, undefined],
  ['nothing', undefined, undefined],
  ['an object of several keys', { Ref: 'AWS::Region', Other: 1 }, undefined],
])('%s', (_, value, expected) => {
  expect(resolveString(value, PSEUDO)).toBe(expected);
});
