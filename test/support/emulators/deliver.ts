import { randomUUID } from 'node:crypto';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { startHttpServer } from './http-server';

/** What the library responds to CloudFormation. */
export interface Answer<Data = unknown> {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly PhysicalResourceId: string;
  readonly Reason?: string;
  readonly Data?: Data;
}

/** Delivers an event as CloudFormation does, and waits for the response, which a state machine may send long after the function has ended. */
export async function deliver<Data>(lambda: LambdaClient, functionName: string, event: object): Promise<Answer<Data>> {
  let resolve: (answer: Answer<Data>) => void;
  const answered = new Promise<Answer<Data>>((resolved) => { resolve = resolved; });
  const server = await startHttpServer((_, response, body) => {
    response.end();
    resolve(JSON.parse(body) as Answer<Data>);
  });
  try {
    await invoke(lambda, functionName, JSON.stringify({ ...event, RequestId: randomUUID(), ResponseURL: `${server.url}/` }));
    return await answered;
  } finally {
    server.stop();
  }
}

/** Invokes a function, which is not to fail. */
export async function invoke(lambda: LambdaClient, functionName: string, input: string): Promise<void> {
  const { FunctionError, Payload } = await lambda.send(new InvokeCommand({ FunctionName: functionName, Payload: input }));
  if (FunctionError) throw new Error(`${functionName} failed: ${Payload?.transformToString()}`);
}
