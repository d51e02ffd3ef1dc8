import { mapConcurrently } from '../../cli/concurrency';

/**
 * Step Functions as far as the definition of rules uses it, in memory.
 *
 * Sources: the Amazon States Language (https://states-language.net/spec.html) for states, paths and catchers; the quotas
 * (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html) for 256 KiB of data in each state; the API's HistoryEvent
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html) for the events of each kind of state. That
 * `States.ALL` catches neither a path that is missing nor data that is too long is in "Handling errors in Step Functions workflows".
 */
export interface StateMachineRun {
  readonly output: any;
  /** How many events the history has. */
  readonly events: number;
  /** The most bytes that any state's input or output had. */
  readonly mostBytes: number;
  /** The names of the states, in their order, without those of a map. */
  readonly states: readonly string[];
}

export interface StateMachineContext {
  readonly name: string;
  readonly started: string;
  /** Runs the function; what it throws is a failure of the task. */
  readonly invoke: (input: any) => Promise<unknown>;
  readonly onWait?: (seconds: number) => void;
}

const MAX_DATA = 256 * 1_024;

/** An error that no state can catch. */
export class UncatchableError extends Error {}

class TaskError extends Error {
  constructor(readonly error: string, readonly cause_: string) {
    super(error);
  }
}

export async function runStateMachine(definition: any, input: object, context: StateMachineContext): Promise<StateMachineRun> {
  const run = { events: 2, mostBytes: 0, states: [] as string[] };

  function checked<T>(data: T): T {
    const text = JSON.stringify(data);
    run.mostBytes = Math.max(run.mostBytes, Buffer.byteLength(text));
    if (Buffer.byteLength(text) > MAX_DATA) {
      throw new UncatchableError(`States.DataLimitExceeded: ${Buffer.byteLength(text)} bytes`);
    }
    return JSON.parse(text);
  }

  async function runStates({ StartAt, States }: any, start: any, contextObject: any, isTop: boolean): Promise<any> {
    let data = checked(start);
    for (let name = StartAt; ;) {
      const state = States[name];
      if (isTop) run.states.push(name);
      const { output, following } = await runState(state, data, contextObject);
      data = checked(output);
      if (following === undefined) return data;
      name = following;
    }
  }

  async function runState(state: any, data: any, contextObject: any): Promise<{ output: any; following?: string }> {
    run.events += 2;
    try {
      const result = await resultOf(state, data, contextObject);
      return { output: result === undefined ? data : withResult(data, state.ResultPath, result), following: next(state, data) };
    } catch (error) {
      const catcher = error instanceof TaskError ? state.Catch?.find(({ ErrorEquals }: any) => matches(ErrorEquals, error.error)) : undefined;
      if (!catcher) throw error;
      const { error: Error, cause_: Cause } = error as TaskError;
      return { output: withResult(data, catcher.ResultPath, { Error, Cause }), following: catcher.Next };
    }
  }

  async function resultOf(state: any, data: any, contextObject: any): Promise<any> {
    switch (state.Type) {
      case 'Choice': return undefined;
      case 'Wait':
        context.onWait?.(path(data, contextObject, state.SecondsPath) as number);
        return undefined;
      case 'Pass': return template(state.Parameters, data, contextObject);
      case 'Task': return task(state, checked(template(state.Parameters, data, contextObject)));
      case 'Map': return map(state, data, contextObject);
      default: throw new UncatchableError(`no state of type ${state.Type}`);
    }
  }

  async function task(state: any, parameters: any): Promise<any> {
    const attempts = new Map<any, number>();
    for (;;) {
      run.events += 3;
      try {
        return checked(await context.invoke(parameters) ?? null);
      } catch (error) {
        if (error instanceof UncatchableError) throw error;
        const { name, message } = error as Error;
        const retrier = state.Retry?.find(({ ErrorEquals }: any) => matches(ErrorEquals, name));
        const tried = attempts.get(retrier) ?? 0;
        if (!retrier || tried >= retrier.MaxAttempts) throw new TaskError(name, JSON.stringify({ errorType: name, errorMessage: message }));
        attempts.set(retrier, tried + 1);
      }
    }
  }

  async function map(state: any, data: any, contextObject: any): Promise<any> {
    run.events += 2;
    const items = path(data, contextObject, state.ItemsPath) as any[];
    const most = path(data, contextObject, state.MaxConcurrencyPath) as number;
    return mapConcurrently(items, Math.min(most, 40), async (Value, Index) => {
      run.events += 2;
      const itemContext = { ...contextObject, Map: { Item: { Value, Index } } };
      return runStates(state.ItemProcessor, template(state.ItemSelector, data, itemContext), itemContext, false);
    });
  }

  const output = await runStates(definition, input, { Execution: { Name: context.name, StartTime: context.started } }, true);
  return { output, ...run };
}

const matches = (names: readonly string[], error: string) => names.includes('States.ALL') || names.includes(error);

function next(state: any, data: any): string | undefined {
  if (state.Type !== 'Choice') return state.End ? undefined : state.Next;
  const isChosen = ({ Variable, BooleanEquals, NumericGreaterThan }: any) => {
    const value = path(data, {}, Variable) as any;
    return BooleanEquals === undefined ? value > NumericGreaterThan : value === BooleanEquals;
  };
  return state.Choices.find(isChosen)?.Next ?? state.Default;
}

function template(parameters: any, data: any, contextObject: any): any {
  return Object.fromEntries(Object.entries<any>(parameters).map(
    ([key, value]) => key.endsWith('.$') ? [key.slice(0, -2), path(data, contextObject, value)] : [key, value],
  ));
}

function path(data: any, contextObject: any, text: string): unknown {
  const [root, ...names] = text.split('.');
  let value = root === '$$' ? contextObject : data;
  for (const name of names) {
    if (typeof value !== 'object' || value === null || !(name in value)) {
      throw new UncatchableError(`States.Runtime: the path ${text} is not there`);
    }
    value = value[name];
  }
  return value;
}

function withResult(data: any, resultPath: string | undefined, result: any): any {
  if (resultPath === undefined) return result;
  const [, ...names] = resultPath.split('.');
  const put = (value: any, [name, ...rest]: string[]): any => name === undefined ? result : { ...value, [name]: put(value?.[name], rest) };
  return put(data, names);
}
