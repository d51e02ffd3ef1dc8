import { Step } from '../../shared/registry';

/**
 * The state machine's definition. Every state's output is the whole of `$`:
 *
 *   pass    what is to be done, from the start to the end
 *   begun   what `Begin` answered: how long to wait before it begins again
 *   work    what `List` answered: batches of repositories, in whose place their results are put, the next page and the totals
 *   error   what a state failed with
 *
 * The function writes all of them into the execution's input, since a path that is not there is an error which no state can catch.
 */
export function definition(functionArn: string): object {
  const step = (name: Step, parameters: object) => ({ Type: 'Task', Resource: functionArn, Parameters: { Step: name, ...parameters } });
  const Catch = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'End' }];
  return {
    Comment: 'One pass of a RegistryImageTagMutability over the registry (cdk-ecr-tag-mutability)',
    StartAt: 'Begin',
    States: {
      Begin: {
        ...step('begin', { 'pass.$': '$.pass', 'begun.$': '$.begun', 'name.$': '$$.Execution.Name', 'started.$': '$$.Execution.StartTime' }),
        // The permission to invoke the function may be seconds old.
        Retry: [{ ErrorEquals: ['OvertakenError'], MaxAttempts: 0 }, ...retry({ attempts: 6 })],
        Catch,
        ResultPath: '$.begun',
        TimeoutSeconds: 300,
        Next: 'MustWait',
      },
      MustWait: {
        Type: 'Choice',
        Choices: [{ Variable: '$.begun.waitSeconds', NumericGreaterThan: 0, Next: 'Wait' }],
        Default: 'List',
      },
      Wait: { Type: 'Wait', SecondsPath: '$.begun.waitSeconds', Next: 'Begin' },
      List: {
        ...step('list', { 'pass.$': '$.pass', 'work.$': '$.work' }),
        Retry: retry({ attempts: 3 }),
        Catch,
        ResultPath: '$.work',
        TimeoutSeconds: 300,
        Next: 'IsDone',
      },
      IsDone: {
        Type: 'Choice',
        Choices: [{ Variable: '$.work.isDone', BooleanEquals: true, Next: 'End' }],
        Default: 'Batches',
      },
      Batches: {
        Type: 'Map',
        ItemsPath: '$.work.batches',
        MaxConcurrencyPath: '$.pass.rule.maxConcurrency',
        ItemSelector: { 'pass.$': '$.pass', 'batch.$': '$$.Map.Item.Value' },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'Batch',
          States: {
            Batch: {
              ...step('batch', { 'pass.$': '$.pass', 'batch.$': '$.batch' }),
              Retry: retry({ attempts: 2 }),
              Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Lost' }],
              TimeoutSeconds: 300,
              End: true,
            },
            // A batch that fails is data, so that it does not end the others.
            Lost: { Type: 'Pass', Parameters: { 'lost.$': '$.batch', 'error.$': '$.error.Error' }, End: true },
          },
        },
        // In the place of the batches: both at once may be longer than a state's output may be.
        ResultPath: '$.work.batches',
        Catch,
        Next: 'List',
      },
      End: {
        ...step('end', { 'pass.$': '$.pass', 'work.$': '$.work', 'error.$': '$.error' }),
        // Without a response, CloudFormation waits for an hour.
        Retry: retry({ attempts: 6 }),
        TimeoutSeconds: 300,
        End: true,
      },
    },
  };
}

/** Lambda refuses calls beyond the account's concurrency, or the function's own, for as long as others run. */
function retry({ attempts }: { readonly attempts: number }): object[] {
  return [
    { ErrorEquals: ['Lambda.TooManyRequestsException'], IntervalSeconds: 2, MaxAttempts: 10, BackoffRate: 2, MaxDelaySeconds: 30, JitterStrategy: 'FULL' },
    { ErrorEquals: ['States.ALL'], IntervalSeconds: 2, MaxAttempts: attempts, BackoffRate: 2 },
  ];
}
