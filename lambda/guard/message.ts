import { Drift, RecordDrift, hasSettingDrifted, isCorrectable, isRecordLost } from './drift';
import { Finding, countsOf, isCorrected } from './finding';
import { Guard } from './input';
import { stackNameIn } from '../protocol/operation';
import { renderSettings } from '../settings-string';

export interface Message {
  readonly subject: string;
  readonly text: string;
}

/** Amazon SNS takes a subject of at most 100 characters. */
const MAX_SUBJECT = 100;

/** What a person has to know. */
type Reported = Extract<Finding, { outcome: 'gone' | 'drifted' | 'failed' }>;

const isReported = (finding: Finding): finding is Reported => finding.outcome !== 'in-order' && finding.outcome !== 'gave-way';

/** What a person is told of a run; nothing where all is as declared. */
export function messageOf(guard: Guard, findings: readonly Finding[]): Message | undefined {
  const reported = findings.filter(isReported);
  if (reported.length === 0) {
    return undefined;
  }
  const stack = stackNameIn(guard.stackId);
  const { drifted, corrected, failed } = countsOf(findings);
  return {
    subject: `ECR tag mutability: ${drifted} drifted, ${corrected} corrected, ${failed} failed in ${stack}`.slice(0, MAX_SUBJECT),
    text: [
      `The guard ${guard.name} of the stack ${stack} compared ${findings.length} declarations of ECR image tag mutability with their repositories: ${drifted} drifted, ${corrected} corrected, ${failed} failed.`,
      ...reported.map((finding) => paragraphOf(guard, finding)),
      `The stack: ${guard.stackId}`,
    ].join('\n\n'),
  };
}

function paragraphOf(guard: Guard, finding: Reported): string {
  const { guarded: { id: { repository }, logicalId } } = finding;
  const lines = [`${repository.name} (region ${repository.region}, account ${repository.registryId}), declared by ${logicalId}`];
  if (finding.outcome === 'gone') {
    return [...lines, '  The repository no longer exists. Remove its declaration from the stack, or create the repository again.'].join('\n');
  }
  return [...lines, ...finding.drift ? linesOf(finding.drift) : [], `  Done: ${doneOf(guard, finding)}`].join('\n');
}

function linesOf(drift: Drift): string[] {
  const { expected, actual, supersededBy, record } = drift;
  return [
    `  Should have: ${renderSettings(expected)}${supersededBy ? `, which the stack ${supersededBy} declares` : ''}`,
    `  Has: ${renderSettings(actual)}`,
    ...record === 'none' ? [] : [`  Record in its tags: ${RECORD[record]}`],
  ];
}

const RECORD: Readonly<Record<Exclude<RecordDrift, 'none'>, string>> = {
  'missing': 'missing or unreadable',
  'not-owned': 'without the ownership tag of the stack',
  'different': 'not what the stack declares. A guard does not overwrite it: deploy a change of the declaration to record it again',
};

function doneOf({ mode }: Guard, finding: Exclude<Reported, { outcome: 'gone' }>): string {
  if (finding.outcome === 'failed') {
    return `it failed: ${finding.reason}`;
  }
  if (mode === 'REPORT') {
    return 'nothing, since the guard only reports';
  }
  const { drift } = finding;
  if (!isCorrectable(drift)) {
    return 'nothing';
  }
  const steps = [...hasSettingDrifted(drift) ? ['restored the setting'] : [], ...isRecordLost(drift) ? ['wrote the record again'] : []];
  return `${steps.join(' and ')}${isCorrected(finding) ? '' : ', but somebody changed it again at once'}`;
}
