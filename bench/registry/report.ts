import type { TemplateCosts } from './template';
import type { Cost, ToolResult } from './tools';
import { GOALS } from '../limits';
import { REGISTRY_HEADING } from '../report/registry-section';
import { table } from '../report/table';
import { bytes, ms } from '../report/units';

export interface RegistryResults {
  readonly node: string;
  readonly custodian: string;
  readonly minutes: number;
  /** The rule first. */
  readonly tools: readonly ToolResult[];
  readonly templates: TemplateCosts;
  readonly historyEvents: number;
  /** What the function's processes took at most, in MB, by the function's memory size. */
  readonly memory: readonly { readonly size: number; readonly peak: number; readonly repositories: number }[];
}

export function registryReport(results: RegistryResults): string {
  const { tools, templates, memory } = results;
  const [rule] = tools;
  const costs = (what: string, of: (tool: ToolResult) => Cost | undefined) => [
    [what, ...tools.map((tool) => seconds(of(tool)))],
    ['for each repository', ...tools.map((tool) => each(tool, of(tool)))],
  ];
  return `${REGISTRY_HEADING}

\`npm run bench:registry\` wrote this in ${results.minutes.toFixed(1)} minutes. The function runs on ${results.node}. moto's ECR answers one call at a time, so that seconds tell
the tools apart, and say nothing of AWS. Calls are those of ECR and of the Resource Groups Tagging API; repositories are listed by pages, as ECR does.

${table(['', 'measured', 'goal', 'reached'], goals(results))}

${table(['', ...tools.map(({ name }) => name)], [
  ['repositories', ...tools.map(({ repositories }) => repositories.toLocaleString('en'))],
  ...costs('declare', ({ declare }) => declare),
  ...costs('again, where nothing has changed', ({ again }) => again),
  ...costs('remove, and restore', ({ remove }) => remove),
  ['template of that stack', bytes(templates.rule.bytes), '-', bytes(templates.customResources.bytes)],
  ['template for each further repository', '0 B', '-', bytes(Math.round(templates.customResourceBytes))],
  ['construct + synth of that stack', ms(templates.rule.ms), '-', ms(templates.customResources.ms)],
  ['restores', 'the former setting', '-', '`MUTABLE`'],
])}

Cloud Custodian ${results.custodian} knows no exclusion filters, and records nothing. Of \`AwsCustomResource\` a stack takes no more than [above](#the-app); where nothing has
changed, CloudFormation asks nobody. A removal within 105 s of the declaration reads the tags once more, after a pause. On AWS
an update or a removal first waits 20 s; the state machine's waits take a fiftieth here.

${table(['memory size of the function', 'repositories', 'most memory of a process, with Node.js'], memory.map(({ size, peak, repositories }) =>
  [`${size} MB`, `${repositories.toLocaleString('en')} of ${rule!.repositories.toLocaleString('en')}`, `${peak} MB`]))}
`;
}

function goals({ tools: [rule], historyEvents, memory }: RegistryResults): string[][] {
  const { declare, again, remove, repositories } = rule!;
  const row = (what: string, measured: number, most: number, text: (value: number) => string) => [what, text(measured), `≤ ${text(most)}`, measured <= most ? 'yes' : 'no'];
  const minutes = (value: number) => `${value.toFixed(1)} min`;
  const calls = (value: number) => value.toFixed(2);
  const number = (value: number) => value.toLocaleString('en');
  const all = number(repositories);
  return [
    row(`first declaration of ${all} repositories`, declare.seconds / 60, GOALS.registry.declareMinutes, minutes),
    row('calls for each: first declaration', declare.calls / repositories, GOALS.registry.calls.declare, calls),
    row('calls for each: unchanged', again!.calls / repositories, GOALS.registry.calls.again, calls),
    row('calls for each: removal', remove!.calls / repositories, GOALS.registry.calls.remove, calls),
    row('events in the history of an execution', historyEvents, GOALS.registry.historyEvents, number),
    ...memory.map(({ size, peak }) => row(`most memory of a function of ${size} MB`, peak, size, (value) => `${value} MB`)),
  ];
}

const seconds = (cost: Cost | undefined): string => cost ? `${cost.seconds.toFixed(cost.seconds < 10 ? 1 : 0)} s` : '-';
const each = ({ repositories }: ToolResult, cost: Cost | undefined): string =>
  cost ? `${ms(cost.seconds * 1_000 / repositories)}, ${(cost.calls / repositories).toFixed(2)} calls` : '-';
