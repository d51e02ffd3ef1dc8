import { SCHEMA_VERSION, parseEvidence, problemsOf, renderEvidence, type Evidence, type RequestEvidence } from './evidence';

const ACCOUNT = '999988887777';
const ARN = `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/one`;

const request: RequestEvidence = {
  at: 1,
  ms: 2,
  node: 'v24.0.0',
  event: { RequestType: 'Create', RequestId: 'id', StackId: `arn:aws:cloudformation:eu-west-1:${ACCOUNT}:stack/s/1`, LogicalResourceId: 'Tags', ResourceProperties: { RepositoryArn: ARN } },
  response: { Status: 'SUCCESS', PhysicalResourceId: `${ARN}|MUTABLE|0123456789ab` },
  calls: [{ call: 'ListTagsForResource', afterMs: 3, ms: 4 }],
};

const evidence: Evidence = {
  schemaVersion: SCHEMA_VERSION,
  source: 'aws',
  date: '2026-01-02T03:04:05.000Z',
  region: 'eu-west-1',
  account: 'masked',
  library: { version: '0.0.0', bundleSha256: 'none' },
  iam: [{ what: 'a call', answers: [{ afterMs: 0, answer: 'allowed' }] }],
  scenarios: [{
    name: 'one',
    shows: 'something',
    repositories: {},
    failed: { at: 3, error: `User: arn:aws:sts::${ACCOUNT}:assumed-role/admin/jane is not authorized`, requests: [] },
    steps: [{
      action: { do: 'delete' },
      at: 1,
      ms: 2,
      found: { reasons: [], repositories: {} },
      problems: ['the stack is DELETE_FAILED instead of DELETE_COMPLETE'],
      requests: [request, request],
    }],
  }],
};

const masks = [[`arn:aws:sts::${ACCOUNT}:assumed-role/admin/jane`, 'the caller'], [ACCOUNT, '111122223333']] as const;

test('a file says what the evidence says, with the account and the caller masked', () => {
  const text = renderEvidence(evidence, masks);
  expect(text).not.toContain(ACCOUNT);
  expect(text).not.toContain('jane');
  expect(renderEvidence(parseEvidence(text), [])).toBe(text);
  expect(parseEvidence(renderEvidence(evidence, []))).toEqual(evidence);
});

test('each request is a line', () => {
  const lines = renderEvidence(evidence, []).split('\n').filter((line) => line.includes('"event"'));
  expect(lines.map((line) => JSON.parse(line.trim().replace(/,$/, '')) as unknown)).toEqual([request, request]);
});

test('a file of another schema is refused', () => {
  const text = renderEvidence({ ...evidence, schemaVersion: 2 as never }, []);
  expect(() => parseEvidence(text)).toThrow('The file has schemaVersion 2, and this version reads 1');
});

test('problems are what is not as expected, what was not played to its end, and what IAM never allowed', () => {
  const iam = [{ what: 'a call', answers: [], error: 'not allowed' }];
  expect(problemsOf({ ...evidence, iam })).toEqual([
    'one, step 1: the stack is DELETE_FAILED instead of DELETE_COMPLETE',
    `one, step 2: User: arn:aws:sts::${ACCOUNT}:assumed-role/admin/jane is not authorized`,
    'iam, a call: not allowed',
  ]);
});
