import { SynthTimes } from '../app/app';
import { synthesize } from '../app/synthesize';
import { compile } from '../compile';
import { run } from '../run';
import { median } from '../statistics';

const ROUNDS = 5;

/** Of a stack as CloudFormation gets it, and of the time that it takes to construct and synthesize. */
export interface TemplateCost {
  readonly bytes: number;
  readonly ms: number;
}

export interface TemplateCosts {
  readonly rule: TemplateCost;
  /** For `count` repositories. */
  readonly customResources: TemplateCost;
  /** For one repository more. */
  readonly customResourceBytes: number;
}

/** Each process makes one stack, as `cdk synth` does. The two take turns. */
export async function measureTemplates(count: number): Promise<TemplateCosts> {
  const ruleProgram = compile('app/measure-rule-synth.ts');
  const program = compile('app/measure-synth.ts');
  const rules: (SynthTimes & { readonly bytes: number })[] = [];
  const others: SynthTimes[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rules.push(await run({ args: [ruleProgram] }));
    others.push(await run({ args: [program, 'AwsCustomResource', String(count)] }));
  }
  const bytes = (repositories: number) => JSON.stringify(synthesize('AwsCustomResource', repositories).template).length;
  return {
    rule: { bytes: rules[0]!.bytes, ms: timeOf(rules) },
    customResources: { bytes: bytes(count), ms: timeOf(others) },
    customResourceBytes: (bytes(count) - bytes(1)) / (count - 1),
  };
}

const timeOf = (rounds: readonly SynthTimes[]): number => median(rounds.map(({ construct, synth }) => construct + synth));
