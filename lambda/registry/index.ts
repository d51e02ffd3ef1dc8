import { BatchInput, batch } from './batch';
import { BeginInput, begin } from './begin';
import { EndInput, end } from './end';
import { ListInput, list } from './list';
import { declareNewRepository } from './new-repository';
import { RegistryEnvironment } from './services';
import { startSweep } from './sweep';
import { Step } from '../../src/shared/registry';

export { ownRegistryServices } from './clients';
export { handleRuleRequest } from './request';


/** A step of the state machine, the time for a sweep, or a new repository. Only they and CloudFormation are meant to invoke the function. */
export async function handleRegistryInput(input: RegistryInvocation, environment: RegistryEnvironment): Promise<unknown> {
  if ('Step' in input) {
    switch (input.Step) {
      case 'begin': return begin(input, environment);
      case 'list': return list(input, environment);
      case 'batch': return batch(input, environment);
      case 'end': return end(input, environment);
    }
  }
  switch (input.RegistryInput) {
    case 'sweep': return startSweep(input.Rule, environment);
    case 'new-repository': return declareNewRepository(input.Rule, input.RepositoryName, environment);
  }
}

type StepInput<S extends Step, T> = { readonly Step: S } & T;
export type RegistryInvocation =
  | StepInput<'begin', BeginInput>
  | StepInput<'list', ListInput>
  | StepInput<'batch', BatchInput>
  | StepInput<'end', EndInput>
  | { readonly RegistryInput: 'sweep'; readonly Rule: unknown }
  | { readonly RegistryInput: 'new-repository'; readonly Rule: unknown; readonly RepositoryName: unknown };
