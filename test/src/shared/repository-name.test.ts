import { isRepositoryName } from '../../../src/shared/repository-name';

test.each([
  'ab', '09', 'team-a/api', 'a.b', 'a_b', 'a__b', 'a-b', 'a---b', 'a/b/c', 'a1/2b', 'x'.repeat(256), 'docker-hub/library/node', 'cdk-hnb659fds-container-assets-111122223333-eu-west-1',
])('ECR takes the name %s', (name) => expect(isRepositoryName(name)).toBe(true));

test.each([
  '', 'a', 'x'.repeat(257), 'Ab', 'a b', 'a\n', ' ab', 'ab ', '/ab', 'ab/', 'a//b', '-ab', 'ab-', '.ab', 'ab.', '_ab', 'ab_', 'a..b', 'a___b', 'a._b', 'a-.b', 'a/-b', 'a-/b', 'ab:1', 'ä1', '*', 'a/*',
])('ECR refuses the name %j', (name) => expect(isRepositoryName(name)).toBe(false));
