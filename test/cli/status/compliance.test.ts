import { COMPLIANCE_RULES } from '../../../cli/status/compliance';
import { page, sectionOf } from '../../docs/pages';

const verdicts = (name: string) => COMPLIANCE_RULES.find((rule) => rule.name.endsWith(name))!.verdicts;

test.each(COMPLIANCE_RULES)('$name passes IMMUTABLE and fails MUTABLE', ({ verdicts: { IMMUTABLE, MUTABLE } }) => {
  expect([IMMUTABLE, MUTABLE]).toEqual(['passes', 'fails']);
});

test('with exclusions, the verdicts are those of the docs', () => {
  const text = sectionOf(page('docs/comparison.md'), 'Compliance rules').replaceAll('\n', ' ');
  expect(text).toContain('CT.ECR.PR.3, Checkov\'s CKV_AWS_51 and Trivy\'s AVD-AWS-0031 fail it. Prowler passes it. For AWS Config and Security Hub\'s ECR.2 it is not documented.');
  expect(['CT.ECR.PR.3', 'CKV_AWS_51', 'AVD-AWS-0031', 'Prowler', 'ECR.2'].map((name) => verdicts(name).IMMUTABLE_WITH_EXCLUSION))
    .toEqual(['fails', 'fails', 'fails', 'passes', 'not documented']);
});
