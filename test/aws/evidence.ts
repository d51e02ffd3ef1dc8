import { writeFileSync } from 'node:fs';
import type { Scenario, Step } from './scenario';

/** Raised when a reader of the former version would misread the file. */
export const SCHEMA_VERSION = 1;

/** AWS's example account, which stands for the account in a file. */
export const EXAMPLE_ACCOUNT = '111122223333';

/** What one run saw. Times are in ms; those called `at` are since 1970, by AWS's clock or that of the machine that ran it. */
export interface Evidence {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly source: 'aws' | 'emulator';
  readonly date: string;
  readonly region: string;
  readonly account: string;
  readonly library: { readonly version: string; readonly bundleSha256: string };
  /** What IAM answered while it learned of something new. */
  readonly iam: readonly IamMeasurement[];
  readonly scenarios: readonly ScenarioEvidence[];
}

export interface IamMeasurement {
  readonly what: string;
  /** Each answer that differs from the one before it, and how long after the change it came. */
  readonly answers: readonly { readonly afterMs: number; readonly answer: string }[];
  readonly error?: string;
}

export interface ScenarioEvidence extends Pick<Scenario, 'name' | 'shows' | 'repositories' | 'isParallel'> {
  /** Those that were played. */
  readonly steps: readonly StepEvidence[];
  /** The step after them, where it went wrong and ended the scenario. */
  readonly failed?: FailedStep;
}

export interface FailedStep {
  readonly at: number;
  readonly error: string;
  readonly requests: readonly RequestEvidence[];
}

export interface StepEvidence extends Step {
  readonly at: number;
  readonly ms: number;
  readonly found: {
    readonly status?: string;
    /** Why resources failed, as CloudFormation says it. */
    readonly reasons: readonly string[];
    readonly repositories: Readonly<Record<string, RepositoryEvidence>>;
  };
  /** What is not as expected. */
  readonly problems: readonly string[];
  /** Those that the function got during the step. */
  readonly requests: readonly RequestEvidence[];
}

/** As DescribeRepositories answered, also where it answered nothing. */
export interface RepositoryEvidence {
  readonly imageTagMutability?: string;
  readonly imageTagMutabilityExclusionFilters?: readonly { readonly filterType?: string; readonly filter?: string }[];
  /** How many tags of the library there are. */
  readonly tags: number;
}

/** An event as the function got it, without its ResponseURL, which is a credential. */
export interface RecordedEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly RequestId: string;
  readonly StackId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
  readonly OldResourceProperties?: Readonly<Record<string, unknown>>;
}

/** What the function sent to CloudFormation. */
export interface RecordedResponse {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly PhysicalResourceId: string;
  readonly Reason?: string;
  readonly Data?: Readonly<Record<string, string>>;
}

/** One attempt of a call of ECR. */
export interface RecordedCall {
  readonly call: string;
  /** Since the invocation began. */
  readonly afterMs: number;
  readonly ms: number;
  /** The name of ECR's error, or of the network's. */
  readonly error?: string;
}

export interface RequestEvidence {
  readonly at: number;
  readonly ms: number;
  readonly node: string;
  readonly event: RecordedEvent;
  /** Absent where the function sent none. */
  readonly response?: RecordedResponse;
  readonly calls: readonly RecordedCall[];
}

/** What must not be in a file, and what stands there instead. */
export type Masks = readonly (readonly [secret: string, mask: string])[];

const LINE = 120;

/** Each request is one line, since there are many of them, and so is whatever is short. */
export function renderEvidence(evidence: Evidence, masks: Masks): string {
  return masks.reduce((masked, [secret, mask]) => masked.replaceAll(secret, mask), render(evidence)) + '\n';
}

function render(value: unknown, indent = '', isLine = false): string {
  const line = JSON.stringify(value);
  if (isLine || line.length <= LINE || typeof value !== 'object' || value === null) return line;
  const inner = `${indent} `;
  const [open, close, parts] = Array.isArray(value)
    ? ['[', ']', value.map((item: unknown) => render(item, inner, isRequest(item)))]
    : ['{', '}', Object.entries(value).filter(([, part]) => part !== undefined).map(([key, part]) => `${JSON.stringify(key)}: ${render(part, inner)}`)];
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${indent}${close}`;
}

const isRequest = (item: unknown): boolean => typeof item === 'object' && item !== null && 'event' in item;

export function writeEvidence(path: string, evidence: Evidence, masks: Masks): void {
  writeFileSync(path, renderEvidence(evidence, masks));
}

export function parseEvidence(text: string): Evidence {
  const evidence = JSON.parse(text) as Evidence;
  if (evidence.schemaVersion !== SCHEMA_VERSION) {
    throw new Error(`The file has schemaVersion ${evidence.schemaVersion}, and this version reads ${SCHEMA_VERSION}`);
  }
  return evidence;
}

export function problemsOf({ scenarios, iam }: Evidence): string[] {
  return [
    ...scenarios.flatMap(({ name, steps, failed }) => [
      ...steps.flatMap(({ problems }, index) => problems.map((problem) => `${name}, step ${index + 1}: ${problem}`)),
      ...failed ? [`${name}, step ${steps.length + 1}: ${failed.error}`] : [],
    ]),
    ...iam.flatMap(({ what, error }) => error === undefined ? [] : [`iam, ${what}: ${error}`]),
  ];
}
