import { Difference, compareWithModel, renderDifference } from './replay';
import { parseEvidence, type Evidence, type RequestEvidence, type ScenarioEvidence } from '../aws/evidence';
import { readText } from '../support/project';

/** What `npm run verify:aws` wrote on the emulators. */
const EMULATOR = parseEvidence(readText('test/aws/emulator.json'));

const summary = ({ scenario, step, subject, aspect }: Difference) => `${scenario}, step ${step}: ${aspect} of ${subject}`;

test('the emulators differ from the model in what is known of them, and in nothing else', async () => {
  const differences = await compareWithModel(EMULATOR);
  expect(differences.map(({ scenario, step, subject, aspect, model, recorded }) => [`${scenario} ${step}`, subject, aspect, model, recorded])).toEqual([
    // No delete after a failed create.
    ['failed-create 1', 'Failing', 'requests', 'Create, Delete (id from its Create for missing)', 'Create'],
    ['undone-update 2', 'Failing', 'requests', 'Create, Delete (id from its Create for missing)', 'Create'],
    // The rollback of a replacement only deletes what is new.
    ['undone-replacement 2', 'Tags', 'requests',
      'Update (id from its Create for one), Update (id from its Update for two), Delete (id from its Update for two)',
      'Update (id from its Create for one), Delete (id from its Update for two)'],
    ['undone-replacement 2', 'Failing', 'requests', 'Create, Delete (id from its Create for missing)', 'Create'],
    // A create is not interrupted: its delete comes after it, by its own id.
    ['cancelled-create 2', 'Delete of Held', 'physical id', 'generated id', 'id from its Create for two'],
    // The model does not say what follows a failure that is kept.
    ['no-rollback 1', 'stack', 'not modelled', 'nothing', 'Tags Create, Late Create'],
    ['no-rollback 3', 'stack', 'not modelled', 'nothing', 'Late Create'],
    ['no-rollback 4', 'stack', 'not modelled', 'nothing', 'Late Delete (id from its Create for two), Tags Delete (id from its Create for one)'],
    // A delete that fails at the end of an update is not sent again then, but with the stack.
    ['failed-cleanup 3', 'Tags', 'requests',
      'Delete (id from its Create for one), Delete (id from its Create for one), Delete (id from its Create for one)',
      'Delete (id from its Create for one)'],
    ['failed-cleanup 5', 'Tags', 'requests', 'nothing', 'Delete (id from its Create for one)'],
    ['failed-cleanup 5', 'one', 'repository',
      'IMMUTABLE_WITH_EXCLUSION dev-* latest, with 3 tags of the library', 'MUTABLE_WITH_EXCLUSION release-*, with 0 tags of the library'],
  ]);
});

/** The evidence of one scenario, in which CloudFormation does what the model does, with one step's requests changed. */
function changed(name: string, step: number, change: (requests: readonly RequestEvidence[]) => readonly RequestEvidence[]): Evidence {
  const scenario = EMULATOR.scenarios.find((evidence) => evidence.name === name)!;
  const steps = scenario.steps.map((each, index) => index + 1 === step ? { ...each, requests: change(each.requests) } : each);
  return { ...EMULATOR, scenarios: [{ ...scenario, steps } satisfies ScenarioEvidence] };
}

const withEvent = (fields: Partial<RequestEvidence['event']>) => (requests: readonly RequestEvidence[]): RequestEvidence[] =>
  requests.map((request) => ({ ...request, event: { ...request.event, ...fields } }));

const FIRST_REQUEST = EMULATOR.scenarios.find(({ name }) => name === 'lifecycle')!.steps[0]!.requests[0]!;

describe('what CloudFormation may do otherwise is told', () => {
  test.each<[string, number, (requests: readonly RequestEvidence[]) => readonly RequestEvidence[], string[]]>([
    ['nothing is changed', 2, (requests) => requests, []],
    ['a request is missing', 2, () => [], ['lifecycle, step 2: requests of Tags']],
    ['a request comes twice', 2, (requests) => [...requests, ...requests], ['lifecycle, step 2: requests of Tags']],
    ['an update comes by a generated id', 2, withEvent({ PhysicalResourceId: 'stack-Tags-1ABCDEFGHIJKL' }), ['lifecycle, step 2: physical id of Update of Tags']],
    ['an update has no old properties', 2, withEvent({ OldResourceProperties: undefined }), ['lifecycle, step 2: old properties of Update of Tags']],
    ['an update has the old properties', 2, withEvent({ ResourceProperties: FIRST_REQUEST.event.ResourceProperties }), ['lifecycle, step 2: properties of Update of Tags']],
    ['an update has the RequestId of the create', 2, withEvent({ RequestId: FIRST_REQUEST.event.RequestId }), ['lifecycle, step 2: request id of Update of Tags']],
    ['an update gets no response', 2, (requests) => requests.map((request) => ({ ...request, response: undefined })), ['lifecycle, step 2: response of Update of Tags']],
    ['the former name is deleted before the new one is created', 4, (requests) => [...requests].reverse(), ['lifecycle, step 4: order of two']],
  ])('%s', async (_, step, change, expected) => {
    expect((await compareWithModel(changed('lifecycle', step, change))).map(summary)).toEqual(expected);
  });

  test('a repository is left otherwise', async () => {
    const evidence = changed('lifecycle', 1, (requests) => requests);
    const [scenario] = evidence.scenarios;
    const steps = scenario!.steps.map((step, index) => index > 0 ? step : {
      ...step, found: { ...step.found, repositories: { ...step.found.repositories, one: { imageTagMutability: 'MUTABLE', tags: 0 } } },
    });
    const differences = await compareWithModel({ ...evidence, scenarios: [{ ...scenario!, steps }] });
    expect(differences.map(renderDifference)).toEqual([
      'lifecycle, step 1, one, repository: the model has IMMUTABLE_WITH_EXCLUSION dev-* latest, with 3 tags of the library; recorded is MUTABLE, with 0 tags of the library',
    ]);
  });
});

test('a delete that overtakes a create is no difference, however far the create gets', async () => {
  const evidence = changed('cancelled-create', 2, (requests) => requests.map((request) => request.event.RequestType === 'Delete'
    ? { ...request, event: { ...request.event, PhysicalResourceId: 'stack-Held-1ABCDEFGHIJKL' } }
    : { ...request, response: undefined }));
  expect(await compareWithModel(evidence)).toEqual([]);
});
